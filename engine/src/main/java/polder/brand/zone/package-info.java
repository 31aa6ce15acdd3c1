/**
 * Zones that share the host's kernel: brands {@code native} and {@code lx}.
 *
 * <p><b>Start.</b> What is asked becomes a {@link polder.brand.zone.Blueprint}: everything looked
 * up, opened and decided. {@link polder.brand.zone.ZoneProgram} turns that into one list of system
 * calls, which the launcher's child walks. It waits twice: first for its ids and control groups,
 * which are written from outside; then, with its root built and all descriptors but its streams
 * closed, for go. After go it takes its user, its capabilities and its filter, and executes.
 *
 * <p><b>Trust.</b> All files of a zone are the zone's to shape, before its first process runs too:
 * an image may have a link where a directory should be. So the host never walks them by path:
 * before the root is entered by {@code Directory}, which follows no link; inside by the child, once
 * the new root is its only root. Kernel file systems are made detached, written to through their
 * own descriptors, and put on places that were opened without following links.
 *
 * <p><b>Afterwards</b> nothing of ours stays but, for a zone with a terminal, a process of the
 * launcher's that keeps the terminal's master open and ends with the zone. {@link
 * polder.brand.zone.ZoneRunning} enters a zone by the pidfd of its first process.
 *
 * <p>No state is kept here but caches: user namespaces by range, filters by name. For many threads
 * at once.
 */
package polder.brand.zone;
