package polder.engine;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import polder.brand.Stdio;
import polder.linux.Directory;
import polder.linux.Epoll;
import polder.linux.Fd;
import polder.linux.Fifo;
import polder.linux.FileName;
import polder.linux.Node;
import polder.linux.Pipe;
import polder.linux.SyscallException;

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
   */
  ZoneStreams(Path directory, ZoneLog log, boolean input) {
    this.directory = directory;
    this.log = log;
    this.out = hold(OUT);
    this.err = hold(ERR);
    this.in = input ? hold(IN) : null;
  }

  /** Our hold on both ends, which never waits. */
  private Fd hold(String name) {
    Path path = directory.resolve(name);
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      Fifo.make(path, EVERYBODY);
      try (Directory parent = Directory.open(directory);
          Node node = parent.node(FileName.of(name))) {
        node.mode(EVERYBODY); // whatever our umask is
      }
    }
    Fd fd = Fifo.hold(path);
    fd.setBlocking(false);
    try {
      Pipe.setCapacity(fd, CAPACITY);
    } catch (SyscallException e) {
      // the administrator allows less: the zone waits for us sooner, and loses nothing
    }
    return fd;
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
