/** The built distribution in containers, and beside them. */
@NullMarked
package io.pidcap.it.container;

import org.jspecify.annotations.NullMarked;
