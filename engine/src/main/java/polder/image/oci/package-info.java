/**
 * The documents that images are made of, as the OCI's image specification 1.1 has them: indexes,
 * manifests, configurations, and the digests by which they name each other.
 *
 * <p>They are strangers' words: each has a longest length and a largest count, is one kind of
 * document and not another, and whatever is wrong with it is a {@link polder.model.PolderException}
 * of kind INVALID. Nothing here reads or writes files or connections.
 */
@NullMarked
package polder.image.oci;

import org.jspecify.annotations.NullMarked;
