package polder.brand.zone;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import polder.brand.ZoneProcess;
import polder.linux.Cgroup;
import polder.linux.CgroupEntrance;
import polder.linux.Child;
import polder.linux.Fd;
import polder.linux.LaunchException;
import polder.linux.Launcher;
import polder.linux.Pidfd;
import polder.linux.Pipe;
import polder.linux.Terminal;
import polder.linux.WindowSize;

/** A process that entered a running zone, and our ends of its streams. */
final class EnteredProcess implements ZoneProcess {
  private final Child child;
  private final Optional<Fd> terminal;
  private final Optional<Fd> input;
  private final Optional<Fd> output;
  private final Optional<Fd> error;

  private EnteredProcess(
      Child child,
      Optional<Fd> terminal,
      Optional<Fd> input,
      Optional<Fd> output,
      Optional<Fd> error) {
    this.child = child;
    this.terminal = terminal;
    this.input = input;
    this.output = output;
    this.error = error;
  }

  /** Starts one in the zone of {@code first}. */
  static EnteredProcess start(
      Launcher launcher, String zone, Pidfd first, Cgroup cgroup, Entry entry) {
    List<Fd> ours = new ArrayList<>();
    List<Fd> theirs = new ArrayList<>();
    try {
      return entry.terminal()
          ? withTerminal(launcher, first, cgroup, entry)
          : withPipes(launcher, first, cgroup, entry, ours, theirs);
    } catch (RuntimeException e) {
      ours.forEach(Fd::close);
      if (e instanceof LaunchException refused) {
        throw Launched.refused("start a process in zone " + zone, refused);
      }
      throw e;
    } finally {
      theirs.forEach(Fd::close);
    }
  }

  private static EnteredProcess withTerminal(
      Launcher launcher, Pidfd first, Cgroup cgroup, Entry entry) {
    Child child;
    try (CgroupEntrance entrance = cgroup.entrance()) {
      child = launcher.launch(EntryProgram.of(entry, first, entrance, Optional.empty()));
    }
    try {
      child.awaitReady();
      Fd master = Launched.master(child);
      try {
        Terminal.of(master).ifPresent(t -> t.resize(new WindowSize(entry.rows(), entry.columns())));
        child.go();
        child.awaitStarted();
        return new EnteredProcess(
            child, Optional.of(master), Optional.empty(), Optional.empty(), Optional.empty());
      } catch (RuntimeException e) {
        master.close();
        throw e;
      }
    } catch (RuntimeException e) {
      Launched.abandon(child, e);
      throw e;
    }
  }

  private static EnteredProcess withPipes(
      Launcher launcher, Pidfd first, Cgroup cgroup, Entry entry, List<Fd> ours, List<Fd> theirs) {
    Pipe input = pipe(ours, theirs, true);
    if (!entry.input()) {
      input.writer().close(); // nothing to read; the host's /dev/null would be a file of the host's
    }
    Pipe output = pipe(ours, theirs, false);
    Pipe error = pipe(ours, theirs, false);
    var streams = new EntryProgram.Streams(input.reader(), output.writer(), error.writer());
    Child child;
    try (CgroupEntrance entrance = cgroup.entrance()) {
      child = launcher.launch(EntryProgram.of(entry, first, entrance, Optional.of(streams)));
    }
    try {
      child.awaitStarted();
      return new EnteredProcess(
          child,
          Optional.empty(),
          entry.input() ? Optional.of(input.writer()) : Optional.empty(),
          Optional.of(output.reader()),
          Optional.of(error.reader()));
    } catch (RuntimeException e) {
      Launched.abandon(child, e);
      throw e;
    }
  }

  private static Pipe pipe(List<Fd> ours, List<Fd> theirs, boolean weWrite) {
    Pipe pipe = Pipe.open();
    ours.add(weWrite ? pipe.writer() : pipe.reader());
    theirs.add(weWrite ? pipe.reader() : pipe.writer());
    return pipe;
  }

  @Override
  public Pidfd pidfd() {
    return child.pidfd();
  }

  @Override
  public Optional<Fd> terminal() {
    return terminal;
  }

  @Override
  public Optional<Fd> input() {
    return input;
  }

  @Override
  public Optional<Fd> output() {
    return output;
  }

  @Override
  public Optional<Fd> error() {
    return error;
  }

  @Override
  public void close() {
    terminal.ifPresent(Fd::close);
    input.ifPresent(Fd::close);
    output.ifPresent(Fd::close);
    error.ifPresent(Fd::close);
    child.leave();
  }
}
