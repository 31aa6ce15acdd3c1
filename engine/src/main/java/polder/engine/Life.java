package polder.engine;

import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import polder.brand.Running;
import polder.linux.Cgroup;
import polder.metadata.Service;
import polder.model.ExitStatus;
import polder.model.ImageConfig;

/** One run of a zone, from its start to its end. Changed with the zone's lock only. */
final class Life {
  private final Cgroup cgroup;
  private final ImageConfig config;
  private final CompletableFuture<ExitStatus> ended = new CompletableFuture<>();
  private final CompletableFuture<ExitStatus> over = new CompletableFuture<>();
  private volatile RunRecord run;
  private volatile @Nullable ZoneStreams streams;
  private volatile @Nullable Running running;
  private volatile @Nullable InputHolder holder;
  private @Nullable Service metadata;
  private Lookout.@Nullable Watched watched;
  private Timers.@Nullable Timer deadline;
  private @Nullable Health health;
  private @Nullable TerminalLog terminal;
  private boolean stopAsked;
  private boolean thenStart;

  Life(Cgroup cgroup, ImageConfig config, RunRecord run) {
    this.cgroup = cgroup;
    this.config = config;
    this.run = run;
  }

  Cgroup cgroup() {
    return cgroup;
  }

  /** What the zone's image says. */
  ImageConfig config() {
    return config;
  }

  RunRecord run() {
    return run;
  }

  void run(RunRecord changed) {
    run = changed;
  }

  Instant booted() {
    return run.booted();
  }

  /** Its streams, once they are connected. */
  Optional<ZoneStreams> streams() {
    return Optional.ofNullable(streams);
  }

  void streams(ZoneStreams connected) {
    streams = connected;
  }

  /** What keeps its input open while we are away, if it has an input. */
  Optional<InputHolder> holder() {
    return Optional.ofNullable(holder);
  }

  void holder(InputHolder now) {
    holder = now;
  }

  /** The end of the main process's input. */
  void endInput() {
    streams().ifPresent(ZoneStreams::endInput);
    holder().ifPresent(InputHolder::end);
  }

  /** What runs, once it does. */
  Optional<Running> running() {
    return Optional.ofNullable(running);
  }

  void running(Running now) {
    running = now;
  }

  /** Lets go of what ran, of a start that is taken back: it may be tried once more. */
  void giveUpRunning() {
    Running now = running;
    running = null;
    if (now != null) {
      now.close();
    }
  }

  /**
   * Told with its exit status when nothing of it runs, what it wrote is in the log, and its end is
   * noted. What the kernel keeps for it may still be there; nobody gets the zone's lock before that
   * is gone.
   */
  CompletableFuture<ExitStatus> ended() {
    return ended;
  }

  /** Told with its exit status when all of it is taken down. */
  CompletableFuture<ExitStatus> over() {
    return over;
  }

  /** Whether somebody asked it to end. */
  boolean stopAsked() {
    return stopAsked;
  }

  /** Whether it is to be started again when it has ended. */
  boolean thenStart() {
    return thenStart;
  }

  void askStop(boolean startAfterwards) {
    askedStop(true, startAfterwards);
  }

  void askedStop(boolean asked, boolean startAfterwards) {
    stopAsked = asked;
    thenStart = startAfterwards;
  }

  /** That it can ask for its metadata. */
  void metadata(Service now) {
    metadata = now;
  }

  void watched(Lookout.Watched now) {
    watched = now;
  }

  void terminal(TerminalLog now) {
    terminal = now;
  }

  /** What is shown on its terminal, if it has one. */
  Optional<TerminalLog> terminal() {
    return Optional.ofNullable(terminal);
  }

  void health(Health now) {
    letHealthGo();
    health = now;
  }

  /** When it is killed, having been asked to stop; replaces what was set before. */
  void deadline(Timers.Timer timer) {
    if (deadline != null) {
      deadline.cancel();
    }
    deadline = timer;
  }

  /** Asks no more how it is. */
  void letHealthGo() {
    if (health != null) {
      health.close();
      health = null;
    }
  }

  /** Lets go of everything; the zone itself is not touched. */
  void letGo() {
    letHealthGo();
    if (deadline != null) {
      deadline.cancel();
    }
    if (watched != null) {
      watched.close();
    }
    if (metadata != null) {
      metadata.close();
    }
    if (terminal != null) {
      terminal.close();
    }
    holder().ifPresent(InputHolder::letGo);
    ZoneStreams connected = streams;
    if (connected != null) {
      connected.close();
    }
    Running now = running;
    if (now != null) {
      now.close();
    }
  }
}
