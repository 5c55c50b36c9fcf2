package io.pidcap.coordinator.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.protocol.model.HostFeature;
import io.pidcap.protocol.model.HostFeature.Availability;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class WorkerPrivilegesTest {
    private static final Path SETPRIV = Path.of("/usr/bin/setpriv");
    private static final String ALL = "000001ffffffffff";
    private static final String NONE = "0000000000000000";
    private static final String NET_RAW = "0000000000002000";
    private static final WorkerNeeds PLAIN = WorkerNeeds.session(false, true);

    private static WorkerPrivileges of(int user, String effective, String ambient) {
        return new WorkerPrivileges(status(user, effective, ambient), true, SETPRIV);
    }

    private static String status(int user, String effective, String ambient) {
        return "Name:\tjava\nUid:\t" + user + "\t" + user + "\t" + user + "\t" + user + "\nCapInh:\t" + ambient
                + "\nCapPrm:\t" + effective + "\nCapEff:\t" + effective + "\nCapBnd:\t" + ALL + "\nCapAmb:\t" + ambient
                + "\n";
    }

    @Test
    void shouldLeaveRootsWorkersWhatTheyNeed() {
        WorkerPrivileges root = of(0, ALL, NONE);
        assertThat(root.prefix(WorkerRole.CAPTURE, PLAIN))
                .containsExactly(
                        "/usr/bin/setpriv",
                        "--no-new-privs",
                        "--inh-caps=-all",
                        "--ambient-caps=-all",
                        "--bounding-set=-all,+cap_2,+cap_6,+cap_7,+cap_13",
                        "--");
        assertThat(root.prefix(WorkerRole.EVENTS, PLAIN))
                .contains("--bounding-set=-all,+cap_2,+cap_12,+cap_19,+cap_21");
        assertThat(root.limits()).isEmpty();
    }

    @Test
    void shouldGiveTheRightToAdministerOnlyToWhoAsksForIt() {
        WorkerPrivileges root = of(0, ALL, NONE);
        assertThat(root.prefix(WorkerRole.CAPTURE, WorkerNeeds.session(true, true)))
                .contains("--bounding-set=-all,+cap_2,+cap_6,+cap_7,+cap_13,+cap_21");
        assertThat(root.prefix(WorkerRole.EVENTS, WorkerNeeds.session(false, false)))
                .contains("--bounding-set=-all,+cap_2,+cap_19");
        assertThat(root.prefix(WorkerRole.CAPTURE, WorkerNeeds.QUESTIONS))
                .contains("--bounding-set=-all,+cap_2,+cap_13");
    }

    @Test
    void shouldTellOnlyWhoCapturesToBecomeAnotherAndOnlyWhereThatIsThere() {
        WorkerPrivileges root = of(0, ALL, NONE);
        assertThat(root.arguments(WorkerRole.CAPTURE, PLAIN)).containsExactly("--become", "65530");
        assertThat(root.arguments(WorkerRole.EVENTS, PLAIN)).isEmpty();
        assertThat(root.arguments(WorkerRole.CAPTURE, WorkerNeeds.QUESTIONS)).isEmpty();
        assertThat(of(0, NET_RAW, NONE).arguments(WorkerRole.CAPTURE, PLAIN)).isEmpty();
        assertThat(of(1000, NET_RAW, NET_RAW).arguments(WorkerRole.CAPTURE, PLAIN))
                .isEmpty();
        WorkerPrivileges namespaced = new WorkerPrivileges(status(0, ALL, NONE), false, SETPRIV);
        assertThat(namespaced.arguments(WorkerRole.CAPTURE, PLAIN)).isEmpty();
        assertThat(namespaced.limits()).contains("user namespace");
    }

    /** All but CAP_SYS_ADMIN, bit 21: the three that it stands for are worth something then. */
    @Test
    void shouldLeaveTheSmallerRightsWhereTheGreatOneIsNotThere() {
        assertThat(of(0, "000001ffffdfffff", NONE).prefix(WorkerRole.EVENTS, PLAIN))
                .contains("--bounding-set=-all,+cap_2,+cap_12,+cap_19,+cap_38,+cap_39");
    }

    /** A container that has NET_RAW alone may not even take something away. */
    @Test
    void shouldNotTryWhatItMayNot() {
        WorkerPrivileges container = of(0, NET_RAW, NONE);
        assertThat(container.prefix(WorkerRole.EVENTS, PLAIN))
                .containsExactly("/usr/bin/setpriv", "--no-new-privs", "--inh-caps=-all", "--ambient-caps=-all", "--");
        assertThat(container.limits()).contains("CAP_SETPCAP");
    }

    @Test
    void shouldPassOnOnlyToWhoNeedsItWhatAUserInherits() {
        WorkerPrivileges user = of(1000, NET_RAW, NET_RAW);
        assertThat(user.prefix(WorkerRole.CAPTURE, PLAIN))
                .containsExactly(
                        "/usr/bin/setpriv",
                        "--no-new-privs",
                        "--inh-caps=-all,+cap_13",
                        "--ambient-caps=-all,+cap_13",
                        "--");
        // NET_RAW and SYS_PTRACE.
        WorkerPrivileges tracer = of(1000, "0000000000082000", "0000000000082000");
        assertThat(tracer.prefix(WorkerRole.EVENTS, PLAIN))
                .contains("--inh-caps=-all,+cap_19", "--ambient-caps=-all,+cap_19");
    }

    /** A container with what Docker gives: its processes have all of that, and a worker with less sees none of them. */
    @Test
    void shouldLeaveAllToTheEventWorkerWhereItComparesItselfWithOthers() {
        WorkerPrivileges container = of(0, "00000000a80425fb", NONE);
        assertThat(container.prefix(WorkerRole.EVENTS, PLAIN))
                .containsExactly("/usr/bin/setpriv", "--no-new-privs", "--inh-caps=-all", "--ambient-caps=-all", "--");
        assertThat(container.prefix(WorkerRole.CAPTURE, PLAIN))
                .contains("--bounding-set=-all,+cap_1,+cap_6,+cap_7,+cap_13");
        assertThat(of(1000, NET_RAW, NET_RAW).prefix(WorkerRole.EVENTS, PLAIN))
                .containsExactly("/usr/bin/setpriv", "--no-new-privs", "--");
    }

    /** With "no new privileges" a worker would not get those of its file. */
    @Test
    void shouldLeaveAloneWhoHasItsCapabilitiesByItsFile() {
        assertThat(of(1000, NET_RAW, NONE).prefix(WorkerRole.CAPTURE, PLAIN)).isEmpty();
        assertThat(of(1000, NONE, NONE).limits()).isEmpty();
    }

    @Test
    void shouldStartThemAllTheSameWhereNothingIsKnownOrSetprivIsMissing() {
        assertThat(new WorkerPrivileges("", true, SETPRIV).prefix(WorkerRole.CAPTURE, PLAIN))
                .isEmpty();
        WorkerPrivileges without = new WorkerPrivileges(status(0, ALL, NONE), true, null);
        assertThat(without.prefix(WorkerRole.CAPTURE, PLAIN)).isEmpty();
        assertThat(without.limits()).contains("setpriv");
    }

    @Test
    void shouldSayWhatEachPrivilegeWouldGain() {
        List<HostFeature> none = PrivilegeFeatures.of(EnumSet.noneOf(Capability.class), "");
        assertThat(none)
                .filteredOn(feature -> feature.availability() == Availability.UNAVAILABLE)
                .extracting(HostFeature::detail)
                .containsExactly(
                        "without CAP_NET_RAW",
                        "without CAP_DAC_READ_SEARCH, CAP_SYS_PTRACE",
                        "without CAP_NET_ADMIN, CAP_PERFMON, CAP_BPF",
                        "without CAP_SYS_ADMIN");
        assertThat(none)
                .filteredOn(feature -> feature.name().equals("privilege-exact"))
                .singleElement()
                .satisfies(feature -> assertThat(feature.remedy()).contains("the exact source"));
        assertThat(PrivilegeFeatures.of(EnumSet.of(Capability.SYS_ADMIN), ""))
                .filteredOn(feature -> feature.availability() == Availability.AVAILABLE)
                .extracting(HostFeature::name)
                .containsExactly("privilege-exact", "privilege-names", "privilege-drop");
    }
}
