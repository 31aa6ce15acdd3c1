package polder.model;

import java.time.Instant;

/**
 * A line that a zone's main process wrote.
 *
 * @param time when it was read, UTC
 * @param stream {@code stdout} or {@code stderr}
 * @param text without its newline; bytes that are not UTF-8 are replaced
 * @param partial whether the line goes on in the next record (it was over 16 KiB, or the process
 *     ended without a newline)
 */
public record LogLine(Instant time, String stream, String text, boolean partial) {}
