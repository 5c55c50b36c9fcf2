/**
 * Finds in the bytes of a captured packet who sent it to whom. Nothing here knows of processes, files or time.
 *
 * <p>Addresses are handled as the two halves of an {@link io.pidcap.protocol.model.IpAddress}, in the same normal form,
 * because an object for each packet would cost more than the rest of the filter stage.
 */
@NullMarked
package io.pidcap.coordinator.packet;

import org.jspecify.annotations.NullMarked;
