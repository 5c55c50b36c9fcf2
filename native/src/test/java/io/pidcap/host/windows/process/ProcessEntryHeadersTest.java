package io.pidcap.host.windows.process;

import io.pidcap.host.windows.Mingw;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The numbers of our layout, said to a compiler that has Windows' own headers. */
class ProcessEntryHeadersTest {
    private static final String TYPE = "PROCESSENTRY32W";

    @TempDir
    Path directory;

    @Test
    void shouldReadWhereWindowsWrites() {
        Mingw.require();
        Mingw.compile(
                directory,
                List.of(
                        "#include <windows.h>",
                        "#include <tlhelp32.h>",
                        "#include <stddef.h>",
                        Mingw.isLong(TYPE, ProcessEntryLayout.BYTES),
                        Mingw.isAt(TYPE, "dwSize", ProcessEntryLayout.SIZE),
                        Mingw.isAt(TYPE, "th32ProcessID", ProcessEntryLayout.PID),
                        Mingw.isAt(TYPE, "th32ParentProcessID", ProcessEntryLayout.PARENT_PID),
                        Mingw.isAt(TYPE, "szExeFile", ProcessEntryLayout.EXE_FILE),
                        Mingw.equals("MAX_PATH", ProcessEntryLayout.MAX_PATH)));
    }
}
