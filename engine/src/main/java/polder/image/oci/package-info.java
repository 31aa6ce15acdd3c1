/** The documents that images are made of, as the OCI's image specification 1.1 has them. */
@NullMarked
package polder.image.oci;

import org.jspecify.annotations.NullMarked;
