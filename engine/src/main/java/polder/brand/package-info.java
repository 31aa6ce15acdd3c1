/**
 * One way of running a zone, behind three small interfaces: a {@link polder.brand.Brand} prepares a
 * zone on a {@link polder.brand.Platform}, the {@link polder.brand.Ready} one waits for go, the
 * {@link polder.brand.Running} one can be entered.
 *
 * <p>A brand keeps no record. What it must know after our own restart it finds again from the first
 * process: by its pidfd, its control group, its namespaces.
 */
package polder.brand;
