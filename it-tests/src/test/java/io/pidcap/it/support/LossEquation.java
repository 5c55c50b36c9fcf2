package io.pidcap.it.support;

import static org.assertj.core.api.Assertions.assertThat;

import tools.jackson.databind.JsonNode;

/** No packet is lost without being counted. */
public final class LossEquation {
    private LossEquation() {}

    /** @param packets that part of a report */
    public static void assertHolds(JsonNode packets) {
        long told = packets.get("kept").asLong() + sum(packets.get("skipped")) + sum(packets.get("dropped"));
        assertThat(packets.get("received").asLong()).as(packets.toString()).isEqualTo(told);
    }

    private static long sum(JsonNode counts) {
        long sum = 0;
        for (JsonNode count : counts) {
            sum += count.asLong();
        }
        return sum;
    }
}
