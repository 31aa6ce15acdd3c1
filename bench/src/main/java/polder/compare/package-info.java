/**
 * {@code polder compare}: the same work without virtualization, in zones and in virtual machines,
 * side by side in one run.
 */
@NullMarked
package polder.compare;

import org.jspecify.annotations.NullMarked;
