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
 * <p>It may not know zones, and never enters a namespace.
 */
@NullMarked
package polder.image;

import org.jspecify.annotations.NullMarked;
