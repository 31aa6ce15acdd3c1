package polder.engine;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import polder.brand.Stdio;
import polder.linux.Cgroup;
import polder.linux.Directory;
import polder.linux.Epoll;
import polder.linux.Fd;
import polder.linux.Fifo;
import polder.linux.FileName;
import polder.linux.FileType;
import polder.linux.Node;
import polder.linux.Pidfd;
import polder.linux.Pipe;
import polder.linux.ProcessIdentity;
import polder.linux.Stat;
import polder.linux.SyscallException;
import polder.linux.Tree;

/**
 * The streams of one run of a zone: FIFOs that the zone itself keeps open, so that our death breaks
 * none of them, and the watch that moves what comes out of them to the log.
 */
final class ZoneStreams implements AutoCloseable {
  private static final String IN = "stdin";
  private static final String OUT = "stdout";
  private static final String ERR = "stderr";
  private static final int CAPACITY = 1 << 20; // fs.pipe-max-size by default

  /**
   * A zone's processes open /dev/stdout again, as whoever they are. On the host nobody gets here:
   * the directory is root's.
   */
  private static final int EVERYBODY = 0666;

  private final Path directory;
  private final ZoneLog log;
  private final Optional<Cgroup> running;
  private final Fd out;
  private final Fd err;
  private final @Nullable Fd in;
  private Lookout.@Nullable Watched watchedOut;
  private Lookout.@Nullable Watched watchedErr;

  /**
   * Makes the FIFOs, or finds them.
   *
   * @param directory the zone's run folder
   * @param input whether the main process's input can be written to
   * @param running the group of a zone that runs already: if a name is gone, its processes have
   *     what it led to
   */
  ZoneStreams(Path directory, ZoneLog log, boolean input, Optional<Cgroup> running) {
    this.directory = directory;
    this.log = log;
    this.running = running;
    List<Fd> held = new ArrayList<>();
    try (Directory parent = Directory.open(directory)) {
      this.out = hold(parent, OUT, 1, held);
      this.err = hold(parent, ERR, 2, held);
      this.in = input ? hold(parent, IN, 0, held) : null;
    } catch (RuntimeException e) {
      held.forEach(Fd::close);
      throw e;
    }
  }

  /** Our hold on both ends, which never waits. */
  private Fd hold(Directory parent, String name, int number, List<Fd> held) {
    boolean named = isFifo(parent, name);
    Optional<Fd> unnamed = named ? Optional.empty() : running.flatMap(zone -> find(zone, number));
    Fd fd =
        unnamed.orElseGet(
            () -> {
              if (!named) {
                make(parent, name);
              }
              return Fifo.hold(directory.resolve(name));
            });
    held.add(fd);
    fd.setBlocking(false);
    try {
      Pipe.setCapacity(fd, CAPACITY);
    } catch (SyscallException e) {
      // the administrator allows less: the zone waits for us sooner, and loses nothing
    }
    return fd;
  }

  private void make(Directory parent, String name) {
    Fifo.make(directory.resolve(name), EVERYBODY);
    try (Node node = parent.node(FileName.of(name))) {
      node.mode(EVERYBODY); // whatever our umask is
    }
  }

  /** The pipe of ours that a process of the zone still has as its descriptor {@code number}. */
  private Optional<Fd> find(Cgroup zone, int number) {
    for (long pid : zone.pids()) {
      Optional<Pidfd> process = ProcessIdentity.of((int) pid).flatMap(Pidfd::open);
      if (process.isPresent()) {
        try (Pidfd pidfd = process.get();
            Fd theirs = pidfd.getFd(number)) {
          if (isOurs(Stat.of(theirs))) { // before it is opened: it may be anything
            return Optional.of(Fifo.hold(theirs));
          }
        } catch (SyscallException e) {
          // it has closed it, or ended
        }
      }
    }
    return Optional.empty();
  }

  /** Pipes without a name, and those that a zone makes, have another device or owner. */
  private boolean isOurs(Stat theirs) {
    try (Directory parent = Directory.open(directory)) {
      Stat here = parent.node().stat();
      return theirs.type() == FileType.FIFO
          && theirs.device().equals(here.device())
          && theirs.uid() == here.uid();
    }
  }

  /** Whether it is there; what is in its place is removed. */
  private static boolean isFifo(Directory parent, String name) {
    Optional<Stat> there = parent.find(FileName.of(name));
    if (there.filter(stat -> stat.type() != FileType.FIFO).isPresent()) {
      Tree.delete(parent, FileName.of(name));
      return false;
    }
    return there.isPresent();
  }

  /** The zone's ends, for its first process. The caller closes them. */
  Stdio ends() {
    Fd input = Fd.nothing();
    if (in != null) {
      input.close();
      input = Fifo.reader(directory.resolve(IN));
      input.setBlocking(true); // as programs expect it
    }
    return new Stdio(input, Fifo.hold(directory.resolve(OUT)), Fifo.hold(directory.resolve(ERR)));
  }

  /** Moves what comes to the log from now on. */
  void pump(Lookout lookout) {
    watchedOut = lookout.watch(out, Epoll.READABLE, false, () -> log.take(LogIndex.STDOUT, out));
    watchedErr = lookout.watch(err, Epoll.READABLE, false, () -> log.take(LogIndex.STDERR, err));
  }

  /** Moves what there is: after the last process that wrote has ended, that is all. */
  void drain() {
    if (out.isOpen() && err.isOpen()) {
      while (log.take(LogIndex.STDOUT, out) + log.take(LogIndex.STDERR, err) > 0) {
        // a turn takes as much as is fair to other zones; here it is the end of this one
      }
    }
  }

  /** One more hold on the writing end of the main process's input, if it can be written to. */
  Optional<Fd> input() {
    return in != null && in.isOpen() ? Optional.of(in.duplicate()) : Optional.empty();
  }

  /** The end of the main process's input, once all who hold it have let go. */
  void endInput() {
    if (in != null) {
      in.close();
    }
  }

  @Override
  public void close() {
    if (watchedOut != null) {
      watchedOut.close();
    }
    if (watchedErr != null) {
      watchedErr.close();
    }
    out.close();
    err.close();
    endInput();
  }
}
