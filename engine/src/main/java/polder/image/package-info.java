/**
 * Images: archives in and out, and the store in which a host keeps its images.
 *
 * <p>Everything here reads what strangers made. An archive is read in one pass, under {@link
 * polder.image.Limits}, and written only through directory descriptors, so that whatever it says
 * ends inside the directory that was given. What is wrong with it is a {@link
 * polder.model.PolderException} of kind INVALID that names the entry; nothing else may come out.
 *
 * <p>The store's states: an image is unpacked below {@code unfinished/}, synced, and becomes
 * visible by one rename. What a killed process left there is swept away when the store is opened.
 * Its one lock guards the list of images, never the unpacking.
 *
 * <p>An image is a tree of its own, or a list of layers that it shares with others: {@link
 * polder.image.oci} reads the documents that lead to them, {@link polder.image.registry} brings
 * them, several at once. A layer becomes visible by one rename, too, and goes when no image has it.
 *
 * <p>It may not know zones, and never enters a namespace.
 */
@NullMarked
package polder.image;

import org.jspecify.annotations.NullMarked;
