package io.pidcap.coordinator.extcap;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.protocol.model.ProcessIdentity;
import io.pidcap.protocol.model.ProcessInfo;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProcessPickerTest {
    private static final int OWN_PID = 900;

    private static ProcessInfo process(int pid, int parent, String name, String... arguments) {
        return new ProcessInfo(
                new ProcessIdentity(pid, 1), parent, name, name, "/usr/bin/" + name, List.of(arguments), 0);
    }

    private static List<String> entries(ProcessInfo... processes) {
        return ProcessPicker.entries(List.of(processes), OWN_PID).stream()
                .map(entry -> entry.choice() + " " + entry.display())
                .toList();
    }

    @Test
    void shouldListProgramsByNameAndEachOfSeveralProcesses() {
        assertThat(entries(
                        process(30, 1, "wget", "wget"),
                        process(22, 1, "Firefox", "/opt/Firefox"),
                        process(4, 1, "Firefox", "Firefox"),
                        process(5, 1, "curl", "curl")))
                .containsExactly(
                        "name:curl curl (pid 5)",
                        "name:Firefox Firefox (2 processes)",
                        "pid:4 Firefox, only pid 4",
                        "pid:22 Firefox, only pid 22",
                        "name:wget wget (pid 30)");
    }

    @Test
    void shouldAlsoListTheNameOfTheFirstArgument() {
        assertThat(entries(process(5, 1, "python3.11", "/usr/bin/python3"), process(6, 1, "python3.11", "-serve")))
                .containsExactly(
                        "name:python3 python3 (pid 5)",
                        "name:python3.11 python3.11 (2 processes)",
                        "pid:5 python3.11, python3, only pid 5",
                        "pid:6 python3.11, serve, only pid 6",
                        "name:serve serve (pid 6)");
        assertThat(entries(process(7, 1, "sshd", "sshd: someone@pts/0"))).containsExactly("name:sshd sshd (pid 7)");
    }

    @Test
    void shouldLeaveOutTheKernelAndItself() {
        ProcessInfo kernelThread =
                new ProcessInfo(new ProcessIdentity(2, 1), 0, "kthreadd", "kthreadd", null, List.of(), 0);
        ProcessInfo ofOtherUser =
                new ProcessInfo(new ProcessIdentity(3, 1), 1, "ntpd", "ntpd", null, List.of("/usr/sbin/ntpd"), 5);
        assertThat(entries(
                        kernelThread,
                        ofOtherUser,
                        process(OWN_PID, 1, "java", "java"),
                        process(901, OWN_PID, "java", "java")))
                .containsExactly("name:ntpd ntpd (pid 3)");
    }
}
