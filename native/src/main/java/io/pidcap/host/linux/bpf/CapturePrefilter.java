package io.pidcap.host.linux.bpf;

import com.sun.jna.Memory;
import io.pidcap.host.HostException;
import io.pidcap.protocol.model.PrefilterOffer;

/**
 * The program of {@code prefilter_capture.bpf.c} on a packet socket, in the place of the socket's classic filter, and the
 * count of what was dropped behind it. The kernel swaps filters at once: no packet meets none.
 *
 * <p>This process keeps no descriptor of the map through which the filter is called: the kernel empties that map when
 * the last one is closed, and that must be when the event source ends.
 *
 * <p>One thread at a time.
 */
public final class CapturePrefilter implements AutoCloseable {
    private static final String OBJECT = "prefilter_capture";
    private static final int SO_ATTACH_BPF = 50;

    private final SharedMemory counters;
    private final int number;
    private long last;

    private CapturePrefilter(SharedMemory counters, int number) {
        this.counters = counters;
        this.number = number;
    }

    /**
     * @param socket whose filter takes everything, but for what {@code loopbackIndex} says
     * @param number under which its packets are counted; others of the same source have others
     * @param loopbackIndex the interface of which only one copy of each packet is taken; 0: none
     * @throws HostException why it cannot; the socket's filter is as it was
     */
    public static CapturePrefilter attach(int socket, PrefilterOffer offer, int number, int loopbackIndex) {
        if (number >= FlowRecordLayout.CAPTURES) {
            throw new HostException(
                    HostException.Code.NOT_SUPPORTED,
                    "filter packets in the kernel: on more than " + FlowRecordLayout.CAPTURES + " interfaces",
                    "capture on any, or leave out --prefilter");
        }
        SharedMemory counters = counters(offer);
        try (BpfObject object = load(offer)) {
            object.loadedMap("captures").put(0, BpfMap.bytes(number, loopbackIndex));
            try (Memory descriptor = new Memory(Integer.BYTES)) {
                descriptor.setInt(0, object.programDescriptor("take"));
                NativeCalls.checked(
                        LibcLibrary.INSTANCE.setsockopt(
                                socket, LibcLibrary.SOL_SOCKET, SO_ATTACH_BPF, descriptor, Integer.BYTES),
                        "attach the prefilter to a packet socket");
            }
            return new CapturePrefilter(counters, number);
        } catch (RuntimeException e) {
            counters.close();
            throw e;
        }
    }

    /** Before this process gives up privileges: files that only those let it read are read now. */
    public static void readFiles() {
        BpfObject.readAhead(OBJECT);
    }

    /** Loads it and lets go of it again. */
    static void probe(PrefilterOffer offer) {
        counters(offer).close();
        load(offer).close();
    }

    private static SharedMemory counters(PrefilterOffer offer) {
        int descriptor = BpfMap.open(LibBpf.get(), "skipped", offer.countersId());
        try {
            return SharedMemory.map(
                    descriptor,
                    0,
                    (long) FlowRecordLayout.CAPTURES * FlowRecordLayout.NUMBER_BYTES,
                    false,
                    "the counts of the prefilter");
        } finally {
            LibcLibrary.INSTANCE.close(descriptor);
        }
    }

    private static BpfObject load(PrefilterOffer offer) {
        LibBpf bpf = LibBpf.get();
        BpfObject object = BpfObject.open(bpf, OBJECT);
        try {
            int behind = BpfMap.open(bpf, "behind", offer.programsId());
            try {
                object.share("behind", behind);
            } finally {
                LibcLibrary.INSTANCE.close(behind);
            }
            object.load();
            return object;
        } catch (RuntimeException e) {
            object.close();
            throw e;
        }
    }

    /** Packets that were dropped, since it was attached; after {@link #close} the last figure. */
    public long skippedPackets() {
        last = counters.isClosed() ? last : counters.getAcquire(number * FlowRecordLayout.NUMBER_BYTES);
        return last;
    }

    /** Stops counting; the socket keeps its filter. Idempotent. */
    @Override
    public void close() {
        skippedPackets();
        counters.close();
    }
}
