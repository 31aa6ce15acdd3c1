/**
 * Zones with a kernel of their own: brand {@code vm}.
 *
 * <p><b>A vm is a zone whose first process is QEMU.</b> {@link polder.brand.vm.VmBrand} turns what
 * is asked of a vm into the spec of a cage ({@link polder.brand.zone.CageBrand}) that runs one
 * command, {@link polder.brand.vm.QemuCommand}. So its start, streams, limits, freezing, end and
 * taking over are any zone's. The guest's first serial port is QEMU's standard input and output.
 *
 * <p><b>Trust.</b> Who executes a guest's code may be taken over by it, all the more QEMU's
 * translator, which its makers do not call a boundary. The cage is the boundary: no capability, no
 * other process, no file of the host's but programs and what the payload names, no network but the
 * guest's cards, which it is given open. What QEMU says is read as a stranger's: {@link
 * polder.brand.vm.Qmp} bounds it in size and time, and connects to no socket but the one that it
 * has found and holds.
 *
 * <p><b>Which accelerator</b> is found by trial, once in each boot of the host: {@link
 * polder.brand.vm.Accelerators}.
 *
 * <p>No state is kept here but the result of the trial. For many threads at once.
 */
package polder.brand.vm;
