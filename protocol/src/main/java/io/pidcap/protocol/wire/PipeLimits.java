package io.pidcap.protocol.wire;

/** The numbers that both ends of a pipe rely on. */
public final class PipeLimits {
    public static final int WIRE_MAJOR = 1;
    public static final int WIRE_MINOR = 0;
    /** A larger frame closes the pipe. */
    public static final int MAX_FRAME_BYTES = 1 << 20;
    /** The same for a peer that has not been admitted: a Hello is small, and many peers may wait. */
    public static final int MAX_HELLO_BYTES = 4 << 10;
    /** Of so many that have not been admitted; with one more the one that has waited longest is closed. */
    public static final int MAX_WAITING_PEERS = 128;
    /** Entries of all lists of one SnapshotPart or FlowBatchMessage together; keeps frames well under the maximum. */
    public static final int MAX_BATCH_ENTRIES = 1024;
    /** A client that has not said Hello by then is closed. */
    public static final long HELLO_TIMEOUT_MILLIS = 5_000;
    /** After so long without a message of its own, an end sends a Heartbeat. */
    public static final long HEARTBEAT_MILLIS = 1_000;
    /** After so long without any message the peer is taken to hang. */
    public static final long SILENCE_MILLIS = 10_000;
    /** A closing end gives up when the peer has taken nothing for so long. */
    public static final long CLOSE_STALL_MILLIS = 5_000;
    /** SpoolProgress comes at least this often while capturing. */
    public static final long PROGRESS_MILLIS = 100;
    /** A watermark comes at least this often while watching. */
    public static final long WATERMARK_MILLIS = 250;
    /** A splitter keeps a part under this size, half of the frame limit. */
    public static final int MAX_PART_BYTES = MAX_FRAME_BYTES / 2;
    /** Of a process's argv, with a byte for the end of each, the rest is cut: Linux allows megabytes. */
    public static final int MAX_ARGUMENT_BYTES = 64 << 10;
    /** Owners in one Socket; one with more goes out as several that differ in nothing else. */
    public static final int MAX_SOCKET_OWNERS = 4096;
    /** Bytes of a worker's one-time secret. */
    public static final int SECRET_BYTES = 32;

    private PipeLimits() {}
}
