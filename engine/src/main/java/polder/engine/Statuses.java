package polder.engine;

import java.time.Instant;
import java.util.Optional;
import polder.model.ZoneState;
import polder.model.ZoneStatus;

/** How a zone's status goes on from one moment to the next. */
final class Statuses {
  private Statuses() {}

  /** Of a zone that is recorded, when nothing of it runs. */
  static ZoneStatus down(ZoneRecord record, Optional<ExitRecord> exit) {
    return new ZoneStatus(
        ZoneState.INSTALLED,
        false,
        Optional.empty(),
        record.created(),
        record.modified(),
        exit.map(ExitRecord::booted),
        exit.map(ExitRecord::status),
        exit.map(ExitRecord::at),
        exit.map(ExitRecord::oomKilled).orElse(false),
        exit.map(ExitRecord::restarts).orElse(0),
        Optional.empty(),
        Optional.empty());
  }

  static ZoneStatus running(ZoneStatus was, int pid, RunRecord run, Optional<String> health) {
    return new ZoneStatus(
        ZoneState.RUNNING,
        false,
        Optional.of(pid),
        was.created(),
        was.modified(),
        Optional.of(run.booted()),
        was.exit(),
        was.exited(),
        false,
        run.restarts(),
        health,
        Optional.empty());
  }

  static ZoneStatus ended(ZoneStatus was, ExitRecord exit) {
    return new ZoneStatus(
        ZoneState.INSTALLED,
        false,
        Optional.empty(),
        was.created(),
        was.modified(),
        Optional.of(exit.booted()),
        Optional.of(exit.status()),
        Optional.of(exit.at()),
        exit.oomKilled(),
        exit.restarts(),
        Optional.empty(),
        Optional.empty());
  }

  static ZoneStatus failed(ZoneStatus was, String why) {
    return rebuilt(
        was, ZoneState.FAILED, false, was.modified(), Optional.empty(), Optional.of(why));
  }

  static ZoneStatus in(ZoneStatus was, ZoneState state) {
    return rebuilt(was, state, was.paused(), was.modified(), was.health(), Optional.empty());
  }

  static ZoneStatus paused(ZoneStatus was, boolean paused) {
    return rebuilt(was, was.state(), paused, was.modified(), was.health(), was.failure());
  }

  static ZoneStatus modified(ZoneStatus was, Instant now) {
    return rebuilt(was, was.state(), was.paused(), now, was.health(), was.failure());
  }

  static ZoneStatus health(ZoneStatus was, Optional<String> health) {
    return rebuilt(was, was.state(), was.paused(), was.modified(), health, was.failure());
  }

  private static ZoneStatus rebuilt(
      ZoneStatus was,
      ZoneState state,
      boolean paused,
      Instant modified,
      Optional<String> health,
      Optional<String> failure) {
    return new ZoneStatus(
        state,
        paused,
        was.pid(),
        was.created(),
        modified,
        was.booted(),
        was.exit(),
        was.exited(),
        was.oomKilled(),
        was.restarts(),
        health,
        failure);
  }
}
