package io.pidcap.coordinator.recovery;

import java.nio.file.Path;

/**
 * The file that a coordinator was writing when it died.
 *
 * @param target the name that it is to have
 * @param replaces what is under that name
 * @param inode by which it is told from another file; 0: not known
 * @param bytesBefore of the output, in files that were complete
 * @param packetsBefore that were written to those
 */
record LeftFile(Path target, boolean replaces, long inode, long bytesBefore, long packetsBefore) {}
