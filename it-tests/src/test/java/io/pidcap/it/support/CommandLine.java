package io.pidcap.it.support;

import java.io.IOException;

/** Runs commands of the built distribution to their end, somewhere. */
@FunctionalInterface
public interface CommandLine {
    Pidcap.Result run(String... arguments) throws IOException, InterruptedException;
}
