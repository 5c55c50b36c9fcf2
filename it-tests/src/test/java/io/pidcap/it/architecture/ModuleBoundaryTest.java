package io.pidcap.it.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.alwaysTrue;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.pidcap.host.HostBackends;

/**
 * The directions of README, "How it works". A rule that is in the way is changed here on purpose, with a decision record.
 */
@AnalyzeClasses(
        packages = "io.pidcap",
        importOptions = {ImportOption.DoNotIncludeTests.class, ModuleBoundaryTest.NoTestJars.class})
class ModuleBoundaryTest {
    /** What other modules' tests lend. */
    static final class NoTestJars implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("-tests.jar");
        }
    }

    private static final String PROTOCOL = "io.pidcap.protocol..";
    private static final String MODEL = "io.pidcap.protocol.model..";
    private static final String WIRE = "io.pidcap.protocol.wire..";
    private static final String FILE = "io.pidcap.protocol.file..";
    private static final String GENERATED = "io.pidcap.protocol.v1..";
    private static final String HOST = "io.pidcap.host..";
    private static final String CAPTURE = "io.pidcap.capture..";
    private static final String EVENT = "io.pidcap.event..";
    private static final String COORDINATOR = "io.pidcap.coordinator..";
    private static final String PRINTING = "io.pidcap.coordinator.printing..";

    @ArchTest
    static final ArchRule protocolDependsOnNoOtherModule = noClasses()
            .that()
            .resideInAPackage(PROTOCOL)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(HOST, CAPTURE, EVENT, COORDINATOR);

    @ArchTest
    static final ArchRule modelIsPlain = classes()
            .that()
            .resideInAPackage(MODEL)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(MODEL, "java..", "org.jspecify..");

    @ArchTest
    static final ArchRule filesKnowNoPipe = noClasses()
            .that()
            .resideInAPackage(FILE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.netty..");

    @ArchTest
    static final ArchRule hostKnowsOnlyTheModel = noClasses()
            .that()
            .resideInAPackage(HOST)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    WIRE, FILE, GENERATED, CAPTURE, EVENT, COORDINATOR, "io.netty..", "com.google.protobuf..");

    @ArchTest
    static final ArchRule captureWorkerStandsAlone = noClasses()
            .that()
            .resideInAPackage(CAPTURE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(EVENT, COORDINATOR);

    @ArchTest
    static final ArchRule eventWorkerStandsAlone = noClasses()
            .that()
            .resideInAPackage(EVENT)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(CAPTURE, COORDINATOR);

    @ArchTest
    static final ArchRule workersUseThePortsOnly = noClasses()
            .that()
            .resideInAnyPackage(CAPTURE, EVENT)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.pidcap.host.linux..", "io.pidcap.host.pcap..", "io.pidcap.host.windows..");

    @ArchTest
    static final ArchRule coordinatorIsPureJava = noClasses()
            .that()
            .resideInAPackage(COORDINATOR)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(HOST, CAPTURE, EVENT, "com.sun.jna..", "org.pcap4j.core..");

    @ArchTest
    static final ArchRule nativeLibrariesStayBehindTheHostPorts = noClasses()
            .that()
            .resideOutsideOfPackage(HOST)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.sun.jna..", "org.pcap4j.core..");

    /** coordinator/docs/decisions/0008: of pcap4j the coordinator has what decodes, which is plain Java. */
    @ArchTest
    static final ArchRule packetClassesStayBehindThePrinting = noClasses()
            .that()
            .resideOutsideOfPackages(HOST, PRINTING)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.pcap4j..");

    @ArchTest
    static final ArchRule printingSeesPlainRecords = noClasses()
            .that()
            .resideInAPackage(PRINTING)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.pidcap.coordinator.session..",
                    "io.pidcap.coordinator.filter..",
                    "io.pidcap.coordinator.reading..",
                    "java.nio.channels..");

    @ArchTest
    static final ArchRule attributionAndFilterSeePlainRecords = noClasses()
            .that()
            .resideInAnyPackage("io.pidcap.coordinator.attribution..", "io.pidcap.coordinator.filter..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(GENERATED, WIRE, "io.netty..", "com.google.protobuf..", "picocli..");

    @ArchTest
    static final ArchRule attributionKnowsNoFile = noClasses()
            .that()
            .resideInAPackage("io.pidcap.coordinator.attribution..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(FILE, "io.pidcap.coordinator.filter..", "java.nio.channels..");

    @ArchTest
    static final ArchRule onlyTheCommandLineKnowsPicocli = noClasses()
            .that()
            .resideOutsideOfPackage("io.pidcap.coordinator.cli..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("picocli..", "me.tongfei..");

    @ArchTest
    static final ArchRule noCyclesBetweenPackages = slices().matching("io.pidcap.(**)")
            .should()
            .beFreeOfCycles()
            // The factory of the ports' implementations is the one place that knows them.
            .ignoreDependency(equivalentTo(HostBackends.class), alwaysTrue());
}
