package io.pidcap.coordinator.cli;

import java.util.Locale;
import java.util.Optional;

/** The commands, made only when they are needed: describing all to picocli costs a tenth of a second. */
enum CommandName {
    RUN,
    CAPTURE,
    START,
    STOP,
    STATUS,
    RESTART,
    RECOVER,
    FILTER,
    READ,
    CONVERT,
    STRIP,
    INTERFACES,
    PORTS,
    DOCTOR,
    RECORD,
    EXTCAP,
    DEMO,
    SERVE;

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    Object make() {
        return switch (this) {
            case RUN -> new RunCommand();
            case CAPTURE -> new CaptureCommand();
            case START -> new StartCommand();
            case STOP -> new StopCommand();
            case STATUS -> new StatusCommand();
            case RESTART -> new RestartCommand();
            case READ -> new ReadCommand();
            case CONVERT -> new ConvertCommand();
            case STRIP -> new StripCommand();
            case RECOVER -> new RecoverCommand();
            case FILTER -> new FilterCaptureCommand();
            case INTERFACES -> new InterfacesCommand();
            case PORTS -> new PortsCommand();
            case DOCTOR -> new DoctorCommand();
            case RECORD -> new RecordCommand();
            case EXTCAP -> new ExtcapCommand();
            case DEMO -> new DemoCommand();
            case SERVE -> new ServeCommand();
        };
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
