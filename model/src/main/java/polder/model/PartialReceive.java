package polder.model;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * What came of a zone before its stream broke off. It is kept beside the zones, in the pool where
 * the zone is to be, until the rest comes, or it is given up.
 *
 * @param id what it is called here
 * @param zone the zone's alias here, or its uuid if it has none
 * @param snapshot the name of the snapshot that was sent, where it was sent
 * @param pool where it lies
 * @param size how many bytes of the stream are kept
 * @param started when the first of it came
 * @param came when the last of it came
 * @param receiving whether more of it comes now
 * @param token with which its sender goes on; empty while more of it comes
 */
public record PartialReceive(
    UUID id,
    String zone,
    String snapshot,
    String pool,
    long size,
    Instant started,
    Instant came,
    boolean receiving,
    Optional<ResumeToken> token) {}
