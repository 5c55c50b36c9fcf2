package io.pidcap.coordinator.reading;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.coordinator.printing.PacketProcess;
import io.pidcap.protocol.file.DarwinProcess;
import io.pidcap.protocol.file.PacketAnnotations;
import java.util.List;
import org.junit.jupiter.api.Test;

class FileProcessesTest {
    private static final DarwinProcess CURL = new DarwinProcess(7, "curl");
    private static final DarwinProcess NGINX = new DarwinProcess(9, "nginx");

    private static PacketProcess of(PacketAnnotations annotations) {
        return new FileProcesses().of(annotations);
    }

    @Test
    void shouldPreferTheCommentThenTheDescriptionThenThePid() {
        List<String> comments = List.of("of somebody", "process=wget pid=8 reason=tail");
        assertThat(of(new PacketAnnotations(comments, 6, CURL, NGINX, 0)))
                .isEqualTo(new PacketProcess("wget", 8, "tail", "", -1));
        assertThat(of(new PacketAnnotations(List.of("of somebody"), 6, CURL, NGINX, 0)))
                .isEqualTo(new PacketProcess("curl", 7, "", "nginx", 9));
        assertThat(of(new PacketAnnotations(List.of(), 6, null, null, 0)))
                .isEqualTo(new PacketProcess("", 6, "", "", -1));
        assertThat(of(PacketAnnotations.NONE)).isEqualTo(PacketProcess.UNKNOWN);
    }

    @Test
    void shouldKeepOnlySomeOfManyComments() {
        FileProcesses processes = new FileProcesses();
        for (int i = 0; i < 5000; i++) {
            PacketAnnotations told = new PacketAnnotations(List.of("process=p pid=" + i), -1, null, null, 0);
            assertThat(processes.of(told).pid()).isEqualTo(i);
        }
    }
}
