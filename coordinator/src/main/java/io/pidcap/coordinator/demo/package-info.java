/**
 * {@code pidcap demo}: the main job on traffic of its own. Three small programs are started, a server and two clients
 * that do the same at the same time; one of the clients is captured by name, and the file is checked against what the
 * clients themselves say they did.
 */
@NullMarked
package io.pidcap.coordinator.demo;

import org.jspecify.annotations.NullMarked;
