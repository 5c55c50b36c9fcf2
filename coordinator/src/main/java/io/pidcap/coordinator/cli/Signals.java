package io.pidcap.coordinator.cli;

import java.lang.invoke.MethodHandles;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes signals in place of the JVM, which would end at once.
 *
 * <p>A shutdown hook that waits would do for a plain stop, but not for {@code run}, where the signal is the command's
 * and pidcap goes on. The class that can do this is {@code sun.misc.Signal} of the module jdk.unsupported, present in
 * every JDK from 9 to 25; javac warns of it in a way that cannot be suppressed, hence the reflection.
 */
final class Signals {
    private static final Logger LOG = LoggerFactory.getLogger(Signals.class);

    private Signals() {}

    /**
     * From now on {@code handler} is called with the signal's name, on a thread of the JVM's.
     *
     * @param name without SIG, such as {@code INT}
     */
    static void handle(String name, Consumer<String> handler) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
            Object proxy = Proxy.newProxyInstance(
                    Signals.class.getClassLoader(), new Class<?>[] {handlerType}, (self, method, arguments) -> {
                        if (method.getDeclaringClass() == Object.class) {
                            return objectMethod(self, method, arguments);
                        }
                        handler.accept(name);
                        return null;
                    });
            Method register = signal.getMethod("handle", signal, handlerType);
            register.invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
        } catch (InvocationTargetException e) {
            // A signal that this system lacks, or that the JVM keeps for itself.
            LOG.info(
                    "signal {} cannot be handled: {}",
                    name,
                    e.getCause() == null ? e : e.getCause().getMessage());
        } catch (ReflectiveOperationException e) {
            LOG.warn("signals cannot be handled here: {}", e.toString());
        }
    }

    private static Object objectMethod(Object self, Method method, Object[] arguments) {
        return switch (method.getName()) {
            case "equals" -> self == arguments[0];
            case "hashCode" -> System.identityHashCode(self);
            default ->
                "signal handler of " + MethodHandles.lookup().lookupClass().getSimpleName();
        };
    }
}
