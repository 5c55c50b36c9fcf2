package io.pidcap.coordinator.output;

import java.util.List;

/**
 * What a session's output is, as its report says it.
 *
 * @param path where it is, or will be, or what its files are named after; empty: there is none
 * @param bytes its size so far; of all files together
 * @param files where there is a file for each process name, or one after the other, in the end: these files; else none
 * @param inSeveralFiles packets that are in more than one of them, in the end
 */
public record OutputReport(String path, String fileFormat, long bytes, List<Part> files, long inSeveralFiles) {
    public OutputReport {
        files = List.copyOf(files);
    }

    /** Of one file. */
    public OutputReport(String path, String fileFormat, long bytes) {
        this(path, fileFormat, bytes, List.of(), 0);
    }

    /** One of the files of an output that has several. */
    public record Part(String path, long packets, long bytes) {}
}
