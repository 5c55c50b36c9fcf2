package io.pidcap.coordinator.session;

import io.pidcap.coordinator.output.OutputStyle;
import java.nio.file.Path;
import java.util.List;

/**
 * Everything that is decided before a session starts. Immutable; crosses to a detached coordinator as JSON.
 *
 * @param subject what the session is called after, for people
 * @param interfaces at least one; {@code any} is all of them
 * @param names processes whose name is one of these are selected, now and later
 * @param executables processes whose executable has one of these absolute paths, or fits such a pattern, are selected
 * @param pids processes that are selected while they live
 * @param userIds only processes of these real users are selected; all of theirs if nothing else is named; empty: no limit.
 *     Where none of these four names anything, all packets are selected, those of unknown owners too
 * @param children whether the descendants of the selected processes are selected too
 * @param output absolute path of the capture file
 * @param style what it holds beside packets
 * @param force whether a file that is there may be replaced
 * @param keepAll whether spool and journal are kept, so that other processes can be selected afterwards
 * @param snaplenBytes most bytes kept of a packet, 1 to 262144
 * @param bufferBytes the kernel's buffer for packets that were not read yet, per interface
 * @param filter pcap-filter(7) expression; empty: all packets
 * @param prefilter whether the kernel drops what it is told that nobody wants; not with a filter, nor with {@code
 *     keepAll}
 * @param events which source tells who owns a flow
 * @param pollIntervalMillis how often a polling event source looks
 * @param segmentBytes size at which a spool segment ends
 * @param journalBytes the journal is compacted when it is longer than this, and than twice what was left the last time; not
 *     with {@code keepAll}
 * @param durationMillis the session stops by itself so long after it was ready; 0: it does not
 * @param packetLimit the session stops by itself when so many packets were kept; 0: it does not
 * @param ownerUserId to whom the output is given, with {@code ownerGroupId}; -1: it stays ours
 */
public record SessionConfig(
        String subject,
        List<String> interfaces,
        List<String> names,
        List<String> executables,
        List<Integer> pids,
        List<Long> userIds,
        boolean children,
        Path output,
        OutputStyle style,
        boolean force,
        boolean keepAll,
        int snaplenBytes,
        boolean promiscuous,
        int bufferBytes,
        String filter,
        boolean prefilter,
        Events events,
        int pollIntervalMillis,
        long segmentBytes,
        long journalBytes,
        long durationMillis,
        long packetLimit,
        int ownerUserId,
        int ownerGroupId) {
    public static final String ANY_INTERFACE = "any";
    public static final int MAX_SNAPLEN_BYTES = 262_144;
    public static final int DEFAULT_BUFFER_BYTES = 64 << 20;
    public static final int DEFAULT_POLL_INTERVAL_MILLIS = 20;
    public static final long DEFAULT_SEGMENT_BYTES = 64L << 20;
    public static final long DEFAULT_JOURNAL_BYTES = 64L << 20;

    /** {@code --events}. */
    public enum Events {
        AUTO,
        PROC,
        EBPF,
        IPHELPER,
        WINDIVERT
    }

    public SessionConfig {
        interfaces = List.copyOf(interfaces);
        names = List.copyOf(names);
        executables = List.copyOf(executables);
        pids = List.copyOf(pids);
        userIds = List.copyOf(userIds);
        require(!interfaces.isEmpty(), "no interface is named");
        boolean selects = !names.isEmpty() || !executables.isEmpty() || !pids.isEmpty() || !userIds.isEmpty();
        require(!prefilter || (selects && filter.isEmpty() && !keepAll), "a prefilter that has nothing to drop");
        require(output.isAbsolute(), "the output path " + output + " is not absolute");
        require(snaplenBytes >= 1 && snaplenBytes <= MAX_SNAPLEN_BYTES, "snaplen " + snaplenBytes);
        require(bufferBytes >= 1 << 16, "buffer " + bufferBytes);
        require(pollIntervalMillis >= 1, "poll interval " + pollIntervalMillis);
        require(segmentBytes >= 1 << 16, "segment size " + segmentBytes);
        require(journalBytes >= 1 << 12, "journal size " + journalBytes);
        require(durationMillis >= 0, "duration " + durationMillis);
        require(packetLimit >= 0, "packet limit " + packetLimit);
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new IllegalArgumentException(what);
        }
    }
}
