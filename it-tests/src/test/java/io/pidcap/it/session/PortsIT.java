package io.pidcap.it.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.it.support.Pidcap;
import io.pidcap.it.support.Require;
import io.pidcap.it.support.Status;
import io.pidcap.it.support.TrafficProgram;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class PortsIT {
    @TempDir
    Path directory;

    @Test
    void shouldListSocketsOfIpv6UnderTcp6AndUdp6WhateverTheyTalk() throws Exception {
        Require.all(Require.PYTHON3);
        try (TrafficProgram four = TrafficProgram.start(directory, "it-ports-four", "tcp-server", "127.8.5.1");
                TrafficProgram six = TrafficProgram.start(directory, "it-ports-six", "tcp-server", "::");
                TrafficProgram dual = TrafficProgram.start(directory, "it-ports-six", "udp-server", "::")) {
            int fourPort = four.readPort();
            int sixPort = six.readPort();
            int dualPort = dual.readPort();
            try (TrafficProgram mapped = TrafficProgram.start(
                    directory,
                    "it-ports-six",
                    "client",
                    "tcp",
                    "::ffff:127.8.5.2",
                    "::ffff:127.8.5.1",
                    Integer.toString(fourPort))) {
                int mappedPort = TrafficProgram.portOf(mapped.tell("open"));
                mapped.tell("send 1 1");
                JsonNode sets = ports("it-ports-six");
                assertThat(in(sets, "tcp")).isEmpty();
                assertThat(in(sets, "udp")).isEmpty();
                assertThat(in(sets, "tcp6")).containsExactlyInAnyOrder(sixPort, mappedPort);
                assertThat(in(sets, "udp6")).containsExactly(dualPort);
                // The listener, and what it accepted.
                assertThat(in(ports("it-ports-four"), "tcp")).containsExactly(fourPort, fourPort);
            }
        }
    }

    private JsonNode ports(String program) throws Exception {
        Pidcap.Result result = new Pidcap(directory).run("ports", "--json", program);
        assertThat(result.exitCode()).as(result.err()).isZero();
        return Status.parse(result.out());
    }

    private static List<Integer> in(JsonNode sets, String set) {
        return StreamSupport.stream(sets.get(set).spliterator(), false)
                .map(row -> row.get("port").asInt())
                .toList();
    }
}
