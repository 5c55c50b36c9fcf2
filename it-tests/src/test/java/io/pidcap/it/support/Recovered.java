package io.pidcap.it.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** What {@code pidcap recover} tells of the one session that it completed. */
public final class Recovered {
    /** The fields by which tshark tells one TCP packet from all others. */
    private static final String[] PACKET = {
        "ip.src", "ip.id", "tcp.srcport", "tcp.dstport", "tcp.seq_raw", "tcp.ack_raw", "tcp.len", "tcp.flags"
    };

    private Recovered() {}

    /** Recovers it, and returns the report. */
    public static JsonNode report(Pidcap pidcap) throws Exception {
        Pidcap.Result recovered = pidcap.run("recover", "--json");
        assertThat(recovered.exitCode()).as(recovered.err()).isZero();
        return Status.parse(recovered.out());
    }

    /** A line for each packet of the file. */
    public static List<String> packets(Path file) throws Exception {
        return Tshark.fields(file, "", PACKET);
    }

    /** A line for each packet that tcpdump saw of that address. */
    public static List<String> packets(Tcpdump reference, String address) throws Exception {
        return reference.fields("ip.addr==" + address, PACKET);
    }

    /** Nothing that was captured is missing from the filter stage. */
    public static void assertEquation(JsonNode report) {
        JsonNode packets = report.get("packets");
        LossEquation.assertHolds(packets);
        assertThat(packets.get("dropped").get("never filtered").asLong()).isZero();
    }
}
