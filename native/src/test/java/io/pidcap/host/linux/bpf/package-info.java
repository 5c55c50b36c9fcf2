/** Tests of the exact source of flow events; most of them need root and a kernel that takes the programs. */
@NullMarked
package io.pidcap.host.linux.bpf;

import org.jspecify.annotations.NullMarked;
