/** The command line: parsing, messages to people, exit codes. What a command does lives in the other packages. */
@NullMarked
package io.pidcap.coordinator.cli;

import org.jspecify.annotations.NullMarked;
