package io.pidcap.protocol.file;

/**
 * What a pcapng file says of its origin; an empty text is left out.
 *
 * @param hardware such as {@code amd64}
 * @param system name and version of the operating system
 * @param application name and version of the program that wrote it
 * @param comment for people
 */
public record SectionInfo(String hardware, String system, String application, String comment) {}
