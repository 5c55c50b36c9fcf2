package io.pidcap.host;

import java.util.Arrays;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** A test that this machine cannot run is skipped in words, or fails where {@code pidcap.require} names the feature. */
public final class RequiredFeature {
    private RequiredFeature() {}

    public static void require(String feature, boolean present, String reason) {
        if (present) {
            return;
        }
        String required = System.getProperty("pidcap.require", "");
        if (Arrays.asList(required.split(",")).contains(feature)) {
            Assertions.fail("the feature " + feature + " is required here: " + reason);
        }
        System.err.println("skipped: " + reason);
        Assumptions.abort(reason);
    }

    /** Root, for raw sockets and namespaces. */
    public static void requireRoot() {
        require("root", "root".equals(System.getProperty("user.name")), "needs root");
    }
}
