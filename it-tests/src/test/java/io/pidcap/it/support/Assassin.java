package io.pidcap.it.support;

import java.io.IOException;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.ProtectionDomain;
import org.jspecify.annotations.Nullable;

/** An agent within the command line's JVM that kills it at the moment in which it first needs a class. */
public final class Assassin {
    private Assassin() {}

    /**
     * Makes the agent.
     *
     * @param directory the test's own
     * @param victim by whose name the moment is told, with slashes; this class has it as its argument
     * @return the JVM's option
     */
    public static String jvmOption(Path directory, String victim) throws IOException {
        Path jar = Files.createTempFile(directory, "assassin", ".jar");
        AgentJar.make(jar, Assassin.class);
        return "-javaagent:" + jar + "=" + victim;
    }

    /* In the victim. */

    public static void premain(String victim, Instrumentation instrumentation) {
        long self = ProcessHandle.current().pid();
        instrumentation.addTransformer(new ClassFileTransformer() {
            @Override
            public byte @Nullable [] transform(
                    @Nullable ClassLoader loader,
                    @Nullable String name,
                    @Nullable Class<?> redefined,
                    @Nullable ProtectionDomain domain,
                    byte[] bytes) {
                if (victim.equals(name)) {
                    kill(self);
                }
                return null;
            }
        });
    }

    private static void kill(long pid) {
        try {
            new ProcessBuilder("kill", "-KILL", Long.toString(pid)).start().waitFor();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
