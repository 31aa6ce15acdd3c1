package polder.model;

/**
 * A device of the host's that a zone may use beside the default ones.
 *
 * @param path the host's device node, such as {@code /dev/fuse}
 * @param target its path in the zone
 * @param access any of {@code r}, {@code w}, {@code m} (mknod)
 */
public record Device(String path, String target, String access) {}
