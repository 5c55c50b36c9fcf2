/**
 * Linux: the exact source of flow events, by eBPF programs that libbpf loads. The programs and the layout of what they
 * write are in {@code src/main/bpf}.
 */
@NullMarked
package io.pidcap.host.linux.bpf;

import org.jspecify.annotations.NullMarked;
