/** Tests of the file formats, over real files, and judged by other programs where they are installed. */
@NullMarked
package io.pidcap.protocol.file;

import org.jspecify.annotations.NullMarked;
