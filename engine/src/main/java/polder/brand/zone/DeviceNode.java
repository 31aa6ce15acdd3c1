package polder.brand.zone;

import polder.linux.Fd;

/**
 * A device of the host's, beside the default ones.
 *
 * @param mount a detached mount of its node
 * @param name where it appears below /dev
 */
record DeviceNode(Fd mount, String name) {}
