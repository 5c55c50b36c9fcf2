package io.pidcap.host.windows.process;

/**
 * A process in the system's list.
 *
 * @param parentPid of the one that made it, which may be gone and its pid another's
 * @param exeFile the executable's base name
 */
record ListedProcess(int pid, int parentPid, String exeFile) {}
