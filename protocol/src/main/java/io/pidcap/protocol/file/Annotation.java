package io.pidcap.protocol.file;

/** How much a capture file says of the processes of its packets, where its format has a place for it. */
public enum Annotation {
    /** A comment for people; the same in numbers, and the packet's direction, for programs. */
    ALL,
    /** A comment for people. */
    COMMENT,
    NONE
}
