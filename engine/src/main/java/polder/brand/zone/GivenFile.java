package polder.brand.zone;

import java.nio.file.Path;

/**
 * A regular file of the host's that a cage sees, read-only.
 *
 * @param path the host's path, on which there is no link
 * @param target where it appears, from the cage's root
 */
public record GivenFile(Path path, String target) {}
