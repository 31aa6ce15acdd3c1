package polder.brand.zone;

import polder.linux.Fd;

/**
 * A device of the host's that a zone has beside the default ones.
 *
 * @param mount a detached mount of its node
 * @param name below /dev
 * @param access letters of {@code rwm}
 */
record DeviceNode(Fd mount, String name, String access) {}
