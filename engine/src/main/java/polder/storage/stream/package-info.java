/**
 * What is sent of datasets, and how it is taken in.
 *
 * <p>A stream has a head, parts and an end. The head and each part begin with a JSON object; a part
 * goes on with the changes that turn what the receiver has into one snapshot more. Everything is in
 * records of bounded length, each with its checksum; each part ends with a digest of all that came
 * before it, so whoever has read a part to its end knows that it is whole. The changes are commands
 * as btrfs sends them, version 1: those of the kernel are passed on as they are, and those of other
 * file systems are written alike by comparing trees.
 *
 * <p>A stream is hostile: what is longer than it may be, unknown, or out of order is refused, and a
 * path in it leads from the top of the tree downwards, through directories only.
 *
 * <p>Sources: linux/btrfs.h and fs/btrfs/send.h of Linux for the commands and their attributes.
 */
package polder.storage.stream;
