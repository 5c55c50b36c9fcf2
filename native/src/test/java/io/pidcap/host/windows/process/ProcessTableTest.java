package io.pidcap.host.windows.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pidcap.host.HostException;
import io.pidcap.host.windows.StandIns;
import io.pidcap.protocol.model.ProcessInfo;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ProcessTableTest {
    private static final long SECOND = 10_000_000;

    private final StandIns standIns = StandIns.inThisJvm();
    private final ProcessTable table = new ProcessTable();

    @AfterEach
    void close() {
        table.close();
        assertThat(StandIns.openHandles()).isZero();
    }

    private ProcessInfo process(int pid) {
        table.refresh();
        return Objects.requireNonNull(table.find(pid), "pid " + pid);
    }

    @Test
    void shouldNameAProcessByItsExecutable() {
        standIns.process(40, 4, StandIns.NEW_YEAR, "chrome.exe", "C:\\Program Files\\Google\\Chrome.exe");
        ProcessInfo info = process(40);
        assertThat(info.name()).isEqualTo("Chrome.exe");
        assertThat(info.comm()).isEqualTo("Chrome");
        assertThat(info.executable()).isEqualTo("C:\\Program Files\\Google\\Chrome.exe");
        assertThat(info.identity().startNanos()).isEqualTo(1_767_225_600_000_000_000L);
        assertThat(info.userId()).isEqualTo(-1);
    }

    @Test
    void shouldReadPathsOutsideOfEveryCodePageAndLongOnes() {
        standIns.process(40, 4, StandIns.NEW_YEAR, "プログラム😀.exe", "D:\\Ünï\\ключ\\プログラム😀.exe");
        String folder = "C:\\" + "långt\\".repeat(5_000);
        standIns.process(41, 4, StandIns.NEW_YEAR, "deep.EXE", folder + "deep.EXE");
        ProcessInfo info = process(40);
        assertThat(info.name()).isEqualTo("プログラム😀.exe");
        assertThat(info.comm()).isEqualTo("プログラム😀");
        assertThat(info.executable()).isEqualTo("D:\\Ünï\\ключ\\プログラム😀.exe");
        assertThat(process(41).executable()).isEqualTo(folder + "deep.EXE").hasSize(30_011);
        assertThat(process(41).comm()).isEqualTo("deep");
    }

    @Test
    void shouldKnowByTheListAloneWhatMayNotBeOpened() {
        standIns.protectedProcess(0, "[System Process]");
        standIns.protectedProcess(4, "System");
        standIns.process(40, 4, StandIns.NEW_YEAR, "a.exe", "");
        ProcessInfo system = process(4);
        assertThat(system.name()).isEqualTo("System");
        assertThat(system.executable()).isNull();
        assertThat(system.identity().startNanos()).isZero();
        assertThat(process(40).name()).isEqualTo("a.exe");
        assertThat(process(40).executable()).isNull();
        assertThat(process(40).parentPid()).isEqualTo(4);
        assertThat(table.find(0)).isNull();
        assertThat(table.infos()).hasSize(2);
        assertThat(table.unopened()).isEqualTo(1);
    }

    @Test
    void shouldNotTakeAYoungerProcessForAParent() {
        standIns.process(40, 41, StandIns.NEW_YEAR, "child.exe", "C:\\child.exe");
        standIns.process(41, 42, StandIns.NEW_YEAR + SECOND, "other.exe", "C:\\other.exe");
        standIns.process(42, 4, StandIns.NEW_YEAR + SECOND, "parent.exe", "C:\\parent.exe");
        assertThat(process(40).parentPid()).isZero();
        assertThat(process(41).parentPid()).isEqualTo(42);
    }

    @Test
    void shouldHoldEachProcessUntilItIsGone() {
        standIns.process(40, 4, StandIns.NEW_YEAR, "a.exe", "C:\\a.exe");
        ProcessInfo first = process(40);
        assertThat(StandIns.openHandles()).isEqualTo(1);
        assertThat(process(40)).isSameAs(first);
        standIns.end(40);
        table.refresh();
        assertThat(StandIns.openHandles()).isZero();
        assertThat(table.find(40)).isNull();
        standIns.process(40, 4, StandIns.NEW_YEAR + SECOND, "b.exe", "C:\\b.exe");
        assertThat(process(40).identity()).isNotEqualTo(first.identity());
    }

    @Test
    void shouldSayWhyThereIsNoList() {
        standIns.set("CreateToolhelp32Snapshot", 5);
        assertThatThrownBy(table::refresh)
                .isInstanceOf(HostException.class)
                .hasMessage("list the processes: Access is denied. (5)");
    }
}
