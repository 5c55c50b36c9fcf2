/**
 * Formats of files that are handed from one process to another or kept: classic pcap, pcapng and the journal. Formats
 * only: who may open a file, with which mode and where, is the caller's business.
 *
 * <p>Readers make no object for a packet and take nothing on trust: every length is checked before it is used, and what
 * is wrong is a {@link io.pidcap.protocol.file.CaptureFileException} with the file and the offset. Nothing here is safe
 * for more than one thread at a time.
 *
 * @see <a href="https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcap/">draft-ietf-opsawg-pcap</a>
 * @see <a href="https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcapng/">draft-ietf-opsawg-pcapng</a>
 */
@NullMarked
package io.pidcap.protocol.file;

import org.jspecify.annotations.NullMarked;
