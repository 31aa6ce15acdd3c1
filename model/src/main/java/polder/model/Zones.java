package polder.model;

import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;

/**
 * The zones of a host.
 *
 * <p>Each method returns when the thing is done, wholly, or throws with nothing of it left. Any of
 * them may throw NOT_FOUND for a zone that is not there, INVALID for a reference that is ambiguous.
 */
public interface Zones {
  /**
   * Makes a zone; it is not started.
   *
   * @param spec what is asked; a uuid is made if it has none
   * @return the zone, {@link ZoneState#INSTALLED}
   * @throws PolderException INVALID, EXISTS (uuid or alias), NOT_FOUND (image), NO_ROOM,
   *     UNSUPPORTED
   */
  Zone create(ZoneSpec spec);

  /**
   * Makes a zone of another, with what that has on its disk or had at a snapshot; it is not
   * started. One that runs stands still for the moment. The new one is somebody else: it has ids, a
   * host name, a machine id and, where the original has them, ssh host keys of its own.
   *
   * @return the new zone, {@link ZoneState#INSTALLED}
   * @throws PolderException INVALID, EXISTS (uuid or alias), NOT_FOUND (snapshot), NO_ROOM
   */
  Zone clone(ZoneRef zone, CloneRequest request);

  /**
   * The steps that {@link #create} would take and, for a running host, {@link #start} after it: one
   * sentence each.
   */
  List<String> plan(ZoneSpec spec);

  /** All zones, by alias, then uuid. */
  List<Zone> list();

  /** One zone. */
  Zone get(ZoneRef zone);

  /**
   * Changes a zone's spec, and the zone where the plan says so.
   *
   * @param dryRun only plan
   * @return what was, or would be, done; if something is refused nothing is done
   */
  UpdatePlan update(ZoneRef zone, Patch patch, boolean dryRun);

  /** Starts it; one that runs is left as it is. Returns when its program runs. */
  Zone start(ZoneRef zone);

  /** Stops it; one that is stopped is left as it is. Returns when it is gone. */
  Zone stop(ZoneRef zone, StopOptions options);

  /** Stops it and starts it. */
  Zone reboot(ZoneRef zone, StopOptions options);

  /**
   * Takes it away with all that belongs to it; at once, or as {@link #delete(ZoneRef, boolean,
   * Duration)} does if its payload has {@code keep_on_delete}.
   *
   * @param force stop it first if it runs
   * @throws PolderException WRONG_STATE if it runs and {@code force} is false
   */
  void delete(ZoneRef zone, boolean force);

  /**
   * Takes it away. What it has on its disk is kept for a while, among {@link Host#deleted}: until
   * then it can be undeleted, and then it is destroyed; earlier if its pool is short of room.
   *
   * @param force stop it first if it runs
   * @param keep for how long; zero to have all of it go at once, whatever its payload says
   * @throws PolderException WRONG_STATE if it runs and {@code force} is false, or is to be kept and
   *     not whole; NO_ROOM if it is to be kept in a pool that is short of room
   */
  void delete(ZoneRef zone, boolean force, Duration keep);

  /** Sends a signal, such as "TERM" or "15", to its first process. */
  void kill(ZoneRef zone, String signal);

  /** Freezes all its processes. */
  Zone pause(ZoneRef zone);

  /** Thaws them. */
  Zone resume(ZoneRef zone);

  /** Waits until it does not run; at once if it does not. */
  ExitStatus await(ZoneRef zone);

  /** Runs one more process in it. */
  Session exec(ZoneRef zone, ExecSpec spec);

  /**
   * Attaches to its main process: its terminal where it has one ({@code tty}), else its output from
   * now on and, with {@code open_stdin}, its input. May come before {@link #start}: then nothing is
   * missed.
   */
  Session attach(ZoneRef zone);

  /** What its main process wrote. */
  Cursor<LogLine> logs(ZoneRef zone, LogQuery query);

  /**
   * Unpacks a tar stream below a directory of the zone's. Runs or not, no link in the zone leads
   * out of it.
   *
   * @param directory an absolute path in the zone; must be there
   */
  void copyIn(ZoneRef zone, String directory, InputStream tar);

  /** Packs a file or directory of the zone's as a tar stream, named by its last part. */
  void copyOut(ZoneRef zone, String path, OutputStream tar);
}
