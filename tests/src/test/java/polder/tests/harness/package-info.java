/**
 * What acceptance tests stand on: a host of their own, the host diff, the leak count, the probe.
 */
@NullMarked
package polder.tests.harness;

import org.jspecify.annotations.NullMarked;
