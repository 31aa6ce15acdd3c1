/** Whole behaviour through the doors, as root, and the arrows of the architecture. */
@NullMarked
package polder.tests;

import org.jspecify.annotations.NullMarked;
