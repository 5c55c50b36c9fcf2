package io.pidcap.coordinator.cli;

import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/** The commands, made only when they are needed: describing all to picocli costs a tenth of a second. */
enum CommandName {
    RUN(RunCommand::new),
    CAPTURE(CaptureCommand::new),
    START(StartCommand::new),
    STOP(StopCommand::new),
    STATUS(StatusCommand::new),
    RESTART(RestartCommand::new),
    INTERFACES(InterfacesCommand::new),
    PORTS(PortsCommand::new),
    DOCTOR(DoctorCommand::new),
    SERVE(ServeCommand::new);

    private final Supplier<Object> maker;

    CommandName(Supplier<Object> maker) {
        this.maker = maker;
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    Object make() {
        return maker.get();
    }

    static Optional<CommandName> of(String word) {
        for (CommandName name : values()) {
            if (name.word().equals(word)) {
                return Optional.of(name);
            }
        }
        return Optional.empty();
    }
}
