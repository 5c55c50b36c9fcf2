package io.pidcap.it.container;

import com.github.dockerjava.api.model.Capability;
import io.pidcap.it.support.CommandLine;
import io.pidcap.it.support.Pidcap;
import io.pidcap.it.support.TrafficProgram;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.MountableFile;

/** A container without a network but its own loopback, with the built distribution in it; does nothing until told to. */
final class PidcapContainer extends GenericContainer<PidcapContainer> implements CommandLine {
    private static final String LIBRARIES = "/opt/pidcap/lib";
    static final String TRAFFIC = "/opt/it/traffic.py";

    /** @param capabilities all that it has */
    PidcapContainer(DockerImageName image, List<Capability> capabilities) {
        super(image);
        Path dist = Path.of(System.getProperty("pidcap.dist"));
        withImagePullPolicy(name -> false);
        withNetworkMode("none");
        withCommand("/usr/bin/sleep", "infinity");
        withCopyToContainer(MountableFile.forHostPath(dist.resolve("lib")), LIBRARIES);
        withCopyToContainer(MountableFile.forClasspathResource("programs/traffic.py"), TRAFFIC);
        withCreateContainerCmdModifier(create ->
                create.getHostConfig().withCapDrop(Capability.ALL).withCapAdd(capabilities.toArray(Capability[]::new)));
    }

    PidcapContainer inPidNamespaceOfHost() {
        withCreateContainerCmdModifier(create -> create.getHostConfig().withPidMode("host"));
        return this;
    }

    /** Its first process, as the host knows it. */
    long pid() {
        return getCurrentContainerInfo().getState().getPidLong();
    }

    @Override
    public Pidcap.Result run(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                LocalImage.JAVA_HOME + "/bin/java",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dpidcap.lib=" + LIBRARIES,
                "-jar",
                LIBRARIES + "/pidcap-coordinator.jar"));
        command.addAll(List.of(arguments));
        ExecResult result = execInContainer(command.toArray(String[]::new));
        return new Pidcap.Result(result.getExitCode(), result.getStdout(), result.getStderr());
    }

    /** @param program its path in the container */
    TrafficProgram start(String program, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(program, "-B", TRAFFIC));
        command.addAll(List.of(arguments));
        return TrafficProgram.of(new ContainerProcess(getDockerClient(), getContainerId(), command));
    }
}
