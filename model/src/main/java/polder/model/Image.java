package polder.model;

import java.time.Instant;
import java.util.UUID;

/**
 * A userland that zones are made from.
 *
 * @param uuid identity, made from the digest: the same content has the same uuid on every host
 * @param digest {@code sha256:} and 64 hex digits, of the file that was imported
 * @param name what people call it, such as {@code debian}
 * @param tag its version, such as {@code 12}
 * @param size bytes that its files take on disk
 * @param imported when it came to this host
 * @param os {@code linux}
 * @param arch {@code amd64} or {@code arm64}
 * @param config how it is run
 */
public record Image(
    UUID uuid,
    String digest,
    String name,
    String tag,
    long size,
    Instant imported,
    String os,
    String arch,
    ImageConfig config) {}
