/**
 * A packet and its process as people and programs read them: a line of text or of JSON. pcap4j's packet classes decode;
 * nothing here knows of files or sessions.
 */
@NullMarked
package io.pidcap.coordinator.printing;

import org.jspecify.annotations.NullMarked;
