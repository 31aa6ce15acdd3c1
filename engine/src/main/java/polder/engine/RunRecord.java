package polder.engine;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import polder.linux.ProcessIdentity;

/**
 * What belongs to one run of a zone: {@code run/zones/UUID/run.json}. It says that the zone is
 * meant to run in this boot, and how to find it again.
 *
 * @param boot the boot id of the host when it was written; in another boot its pids mean nothing
 * @param first the first process, once there is one
 * @param holder what keeps its input open, if it has an input
 * @param booted when the zone was started
 * @param restarts how often it was started again since somebody started it
 * @param inARow how often without having run well in between
 * @param stopBy the uptime in milliseconds by which it must be gone, once it was asked to stop
 * @param thenStart whether it is to be started when it has stopped
 * @param startAt the uptime in milliseconds at which it is to be started again; until that start is
 *     done
 * @param anew whether its start made it a zone that starts with the host; until that start is done
 */
record RunRecord(
    String boot,
    Optional<ProcessIdentity> first,
    Optional<ProcessIdentity> holder,
    Instant booted,
    int restarts,
    int inARow,
    Optional<Long> stopBy,
    boolean thenStart,
    Optional<Long> startAt,
    boolean anew) {

  private static final String HOLDER = "holder_";

  static RunRecord starting(String boot, Instant now, int restarts, int inARow) {
    return new RunRecord(
        boot,
        Optional.empty(),
        Optional.empty(),
        now,
        restarts,
        inARow,
        Optional.empty(),
        false,
        Optional.empty(),
        false);
  }

  /** The same, of a start that makes the zone one that starts with the host. */
  RunRecord startingAnew() {
    return new RunRecord(
        boot, first, holder, booted, restarts, inARow, stopBy, thenStart, startAt, true);
  }

  /** The same, of a start that was due at {@code uptime}, and is still if it breaks off. */
  RunRecord startingAgain(long uptime) {
    return new RunRecord(
        boot,
        first,
        holder,
        booted,
        restarts,
        inARow,
        stopBy,
        thenStart,
        Optional.of(uptime),
        anew);
  }

  /** The same, of a start that is done. */
  RunRecord settled() {
    return new RunRecord(
        boot, first, holder, booted, restarts, inARow, stopBy, thenStart, Optional.empty(), false);
  }

  boolean isSettled() {
    return startAt.isEmpty() && !anew;
  }

  RunRecord with(ProcessIdentity process, Optional<ProcessIdentity> held) {
    return new RunRecord(
        boot,
        Optional.of(process),
        held,
        booted,
        restarts,
        inARow,
        stopBy,
        thenStart,
        startAt,
        anew);
  }

  RunRecord stoppingBy(long uptime, boolean start) {
    return new RunRecord(
        boot, first, holder, booted, restarts, inARow, Optional.of(uptime), start, startAt, anew);
  }

  /** Down, and to be started again later. */
  static RunRecord waiting(String boot, Instant booted, int restarts, int inARow, long uptime) {
    return new RunRecord(
        boot,
        Optional.empty(),
        Optional.empty(),
        booted,
        restarts,
        inARow,
        Optional.empty(),
        false,
        Optional.of(uptime),
        false);
  }

  Map<String, Object> write() {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("boot", boot);
    first.ifPresent(process -> write(tree, "", process));
    holder.ifPresent(process -> write(tree, HOLDER, process));
    tree.put("booted", booted.toString());
    tree.put("restarts", (long) restarts);
    tree.put("in_a_row", (long) inARow);
    stopBy.ifPresent(uptime -> tree.put("stop_by", uptime));
    tree.put("then_start", thenStart);
    startAt.ifPresent(uptime -> tree.put("start_at", uptime));
    if (anew) {
      tree.put("anew", true);
    }
    return tree;
  }

  private static void write(Map<String, Object> tree, String prefix, ProcessIdentity process) {
    tree.put(prefix + "pid", (long) process.pid());
    tree.put(prefix + "start_time", process.startTime());
  }

  private static Optional<ProcessIdentity> process(Fields fields, String prefix) {
    return fields
        .optionalCount(prefix + "pid", 1)
        .map(pid -> new ProcessIdentity(pid, fields.number(prefix + "start_time")));
  }

  static RunRecord read(Map<String, Object> tree) {
    Fields fields = new Fields(tree);
    return new RunRecord(
        fields.text("boot"),
        process(fields, ""),
        process(fields, HOLDER),
        fields.time("booted"),
        fields.count("restarts", 0),
        fields.count("in_a_row", 0),
        fields.optionalNumber("stop_by"),
        fields.flag("then_start"),
        fields.optionalNumber("start_at"),
        tree.get("anew") instanceof Boolean anew && anew);
  }
}
