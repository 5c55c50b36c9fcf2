package io.pidcap.it.support;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.DockerException;
import java.net.URI;
import java.util.Optional;
import org.testcontainers.DockerClientFactory;

/** The daemon that Testcontainers finds: by {@code DOCKER_HOST}, by its own settings, or at the usual place. */
public final class DockerDaemon {
    private DockerDaemon() {}

    /** Why containers cannot be used. */
    static Optional<String> problem() {
        // Its reaper would have to be pulled: what the tests start, they end.
        if (!"true".equals(System.getenv("TESTCONTAINERS_RYUK_DISABLED"))) {
            return Optional.of("TESTCONTAINERS_RYUK_DISABLED is not true, and the tests pull nothing");
        }
        try {
            client().pingCmd().exec();
            URI host = DockerClientFactory.instance().getTransportConfig().getDockerHost();
            return host.getScheme().equals("unix")
                    ? Optional.empty()
                    : Optional.of("the Docker daemon at " + host + " may run on another machine");
        } catch (IllegalStateException | DockerException e) {
            return Optional.of("no Docker daemon answers: " + e.getMessage());
        }
    }

    public static DockerClient client() {
        return DockerClientFactory.instance().client();
    }
}
