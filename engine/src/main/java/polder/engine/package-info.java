/**
 * Decides and orders: what is asked, known and seen of zones becomes a plan, the plan is done step
 * by step, and what fails is taken back.
 *
 * <p><b>Three things.</b> <em>Asked</em> is the spec, in {@code zones/UUID/zone.json}.
 * <em>Known</em> is what somebody told us once: run files, exit files, the journal. <em>Seen</em>
 * is the kernel: processes, control groups, roots. On start the engine looks at the world and
 * believes it more than its memory.
 *
 * <p><b>Locks</b>, always in this order: a zone's {@code operating} (one operation at a time; never
 * held while waiting for a zone to end), the table's {@code names} (uuid, alias, ids; never held
 * over a disk write), the event log's {@code writing}. Readers of lists and states take none: a
 * zone's record and status are immutable and swapped whole.
 *
 * <p><b>Threads.</b> One waits for the end of zones, one for what they write, one for the clock.
 * What they find is dealt with on virtual threads, so that a slow zone holds up no other.
 *
 * <p><b>What survives.</b> The death of this process at any step: zones run on, their output waits
 * in FIFOs, and the next start takes both over, finishes or takes back what the journal names, and
 * enforces stops that were pending. The death of the host: what was acknowledged is on the disk;
 * what belonged to that boot is cleared, and zones with {@code autoboot} are started once.
 *
 * <p>Nothing that is found on the disk keeps the engine from starting: a zone that cannot be taken
 * over is FAILED, says why, and runs on untouched; one whose record is damaged runs on too, and
 * keeps its ids.
 *
 * <p>It may not mount, parse or do workshops' work; and no workshop knows it.
 */
package polder.engine;
