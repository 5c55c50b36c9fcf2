package io.pidcap.coordinator.cli;

import io.pidcap.coordinator.extcap.ExtcapFile;
import io.pidcap.coordinator.extcap.WiresharkFolders;
import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.failure.SessionException.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Puts pidcap where Wireshark looks for interfaces, and takes it away; tells what it did and what is to be done. */
final class ExtcapInstallation {
    private final List<ExtcapFile> files;

    private ExtcapInstallation(List<ExtcapFile> files) {
        this.files = files;
    }

    /** @throws SessionException it is not known where that is for all users */
    static ExtcapInstallation find(boolean global) throws InterruptedException {
        String home = System.getenv("HOME");
        Path homeFolder = Path.of(home == null || home.isEmpty() ? System.getProperty("user.home") : home);
        WiresharkFolders folders = WiresharkFolders.find(homeFolder);
        if (!global) {
            return new ExtcapInstallation(
                    folders.personal().stream().map(ExtcapFile::new).toList());
        }
        Optional<Path> forAll = folders.global();
        return new ExtcapInstallation(List.of(new ExtcapFile(forAll.orElseThrow(() -> new SessionException(
                Kind.NOT_FOUND,
                "--global: it is not known where Wireshark looks for all users, as there is no tshark",
                "install tshark, or leave out --global")))));
    }

    void install(Console console) {
        List<String> command = OwnProgram.lastingCommand();
        for (ExtcapFile file : files) {
            try {
                file.write(command);
            } catch (IOException e) {
                throw SessionException.output("write", file.path(), e);
            }
            console.println("wrote " + file.path() + ", which starts " + command.get(0));
        }
        console.println(
                "Wireshark lists \"pidcap: packets of a process\" from its next start on; `tshark -D` shows it");
        console.println(
                "capturing needs root: start Wireshark or tshark by sudo; who may not capture is told so there");
        console.println("`pidcap extcap --uninstall` takes it away");
    }

    void uninstall(Console console) {
        boolean any = false;
        for (ExtcapFile file : files) {
            try {
                if (file.remove()) {
                    console.println("removed " + file.path());
                    any = true;
                }
            } catch (IOException e) {
                throw SessionException.output("remove", file.path(), e);
            }
        }
        if (!any) {
            console.println("it was not there: " + files.get(0).path());
        }
    }
}
