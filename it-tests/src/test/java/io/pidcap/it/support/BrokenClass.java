package io.pidcap.it.support;

import java.io.IOException;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.nio.file.Path;
import java.security.ProtectionDomain;
import org.jspecify.annotations.Nullable;

/** An agent that makes a class unusable: whatever needs it first fails with an error, as by a fault of the program. */
public final class BrokenClass {
    private final Path jar;
    private final String name;

    private BrokenClass(Path jar, String name) {
        this.jar = jar;
        this.name = name;
    }

    /** @param name of the class, with dots */
    public static BrokenClass in(Path directory, String name) throws IOException {
        Path jar = directory.resolve("broken.jar");
        AgentJar.make(jar, BrokenClass.class);
        return new BrokenClass(jar, name);
    }

    public String jvmOption() {
        return "-javaagent:" + jar + "=" + name.replace('.', '/');
    }

    /* In the program. */

    /** @param broken the class, with slashes */
    public static void premain(String broken, Instrumentation instrumentation) {
        instrumentation.addTransformer(new ClassFileTransformer() {
            @Override
            public byte @Nullable [] transform(
                    @Nullable ClassLoader loader,
                    @Nullable String name,
                    @Nullable Class<?> redefined,
                    @Nullable ProtectionDomain domain,
                    byte[] bytes) {
                return broken.equals(name) ? new byte[] {0} : null;
            }
        });
    }
}
