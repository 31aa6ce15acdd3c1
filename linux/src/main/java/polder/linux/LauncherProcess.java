package polder.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** One running launcher, and the socket that it serves. It ends when the socket is closed. */
final class LauncherProcess implements AutoCloseable {
  private static final Errno ECONNRESET = new Errno(104); // asm-generic/errno.h
  private static final Duration PATIENCE = Duration.ofSeconds(30); // for a busy host
  private static final long OPAQUE_SIZE = 1024; // more than any posix_spawnattr_t; glibc: 336
  private static final long SIGSET_SIZE = 128; // sigset_t of the C library
  private static final short SETSIGDEF = 4; // POSIX_SPAWN_…, spawn.h
  private static final short SETSIGMASK = 8;
  private static final int O_RDWR = 2;

  private final PacketSocket socket;
  private final Pidfd pidfd;
  // closing a descriptor that another thread is about to use would make it use somebody else's
  private final ReentrantReadWriteLock closing = new ReentrantReadWriteLock();
  private boolean closed;

  private LauncherProcess(PacketSocket socket, Pidfd pidfd) {
    this.socket = socket;
    this.pidfd = pidfd;
  }

  /** Starts {@code executable}, an open file. */
  static LauncherProcess start(Fd executable) {
    PacketSocket.Pair pair = PacketSocket.pair();
    try (Fd theirs = pair.theirs()) {
      int pid = new Spawn().spawn(executable, theirs);
      Schedule.reset(pid);
      return new LauncherProcess(pair.ours(), Pidfd.open(pid));
    } catch (RuntimeException | Error e) {
      pair.ours().close();
      throw e;
    }
  }

  /** The launcher itself. */
  Pidfd pidfd() {
    return pidfd;
  }

  /**
   * Has the launcher make the process of {@code program}, and does {@code meanwhile}.
   *
   * @return empty if the launcher is dead and no process was made
   */
  Optional<Child> launch(Program program, Runnable meanwhile) {
    closing.readLock().lock();
    try {
      return closed ? Optional.empty() : launchOpen(program, meanwhile);
    } finally {
      closing.readLock().unlock();
    }
  }

  private Optional<Child> launchOpen(Program program, Runnable meanwhile) {
    PacketSocket.Pair pair = PacketSocket.pair();
    boolean made = false;
    try {
      pair.ours().askForSenders();
      long sent;
      try (Fd theirs = pair.theirs()) {
        sent = send(program, theirs);
      }
      if (sent == -Errno.EPIPE.number() || sent == -ECONNRESET.number()) {
        return Optional.empty();
      }
      Kernel.check(sent, () -> "send a job to the launcher");
      var child = new Child(program, pair.ours());
      doMeanwhile(meanwhile, child);
      made = child.awaitMade();
      if (made) {
        return Optional.of(child);
      }
      if (pidfd.await(PATIENCE).isPresent()) {
        return Optional.empty();
      }
      throw LaunchException.ended("make the process", "the launcher did not answer");
    } finally {
      if (!made) {
        pair.ours().close();
      }
    }
  }

  private static void doMeanwhile(Runnable meanwhile, Child child) {
    try {
      meanwhile.run();
    } catch (RuntimeException e) {
      try {
        if (child.awaitMade()) {
          child.pidfd().signal(Signal.KILL);
          var _ = child.pidfd().await();
          child.close();
        }
      } catch (RuntimeException second) {
        e.addSuppressed(second);
      }
      throw e;
    }
  }

  private long send(Program program, Fd report) {
    List<Fd> descriptors = new ArrayList<>(program.descriptors());
    descriptors.add(program.reportIndex(), report);
    byte[] image = program.image();
    if (image.length <= Program.LONGEST_MESSAGE) {
      return socket.send(image, descriptors);
    }
    try (Fd body = MemoryFile.create("job")) {
      body.write(image, 0, image.length);
      descriptors.add(body);
      return socket.send(Arrays.copyOf(image, JobMemory.CLONE_ARGS_OFFSET), descriptors);
    }
  }

  /** Lets it end, and reaps it. */
  @Override
  public void close() {
    closing.writeLock().lock();
    try {
      closed = true;
      socket.close();
      if (pidfd.await(PATIENCE).isEmpty()) {
        pidfd.signal(Signal.KILL); // stopped, or traced: it has nothing to lose
        pidfd.await();
      }
      pidfd.close();
    } finally {
      closing.writeLock().unlock();
    }
  }

  /**
   * posix_spawn(3): of the C library's ways to make a process, the one that runs none of our code
   * in it.
   */
  private static final class Spawn {
    private final Linker linker = Linker.nativeLinker();
    private final Arena arena = Arena.ofAuto();
    private final MemorySegment actions = arena.allocate(OPAQUE_SIZE, 16);
    private final MemorySegment attributes = arena.allocate(OPAQUE_SIZE, 16);

    int spawn(Fd executable, Fd input) {
      MemorySegment none = arena.allocate(SIGSET_SIZE, 8);
      MemorySegment all = arena.allocate(SIGSET_SIZE, 8);
      all.set(JAVA_LONG, 0, ~0L);
      call("posix_spawn_file_actions_init", actions);
      call("posix_spawnattr_init", attributes);
      call("posix_spawn_file_actions_adddup2", actions, input.number(), 0);
      call(
          "posix_spawn_file_actions_addopen",
          actions,
          1,
          arena.allocateFrom("/dev/null"),
          O_RDWR,
          0);
      call("posix_spawn_file_actions_adddup2", actions, 1, 2);
      call("posix_spawnattr_setflags", attributes, (short) (SETSIGDEF | SETSIGMASK));
      call("posix_spawnattr_setsigmask", attributes, none);
      call("posix_spawnattr_setsigdefault", attributes, all);
      MemorySegment pid = arena.allocate(JAVA_INT);
      call(
          "posix_spawn",
          pid,
          arena.allocateFrom(
              "/proc/" + ProcessHandle.current().pid() + "/fd/" + executable.number()),
          actions,
          attributes,
          pointers(arena.allocateFrom("polder")),
          pointers());
      call("posix_spawn_file_actions_destroy", actions);
      call("posix_spawnattr_destroy", attributes);
      return pid.get(JAVA_INT, 0);
    }

    private MemorySegment pointers(MemorySegment... pointers) {
      MemorySegment array = arena.allocate(ADDRESS, pointers.length + 1);
      for (int i = 0; i < pointers.length; i++) {
        array.setAtIndex(ADDRESS, i, pointers[i]);
      }
      return array;
    }

    /** Calls a function that answers 0 or an errno. */
    @SuppressWarnings("restricted") // this module is the one that may: --enable-native-access
    private void call(String function, Object... arguments) {
      MemoryLayout[] layouts = new MemoryLayout[arguments.length];
      for (int i = 0; i < arguments.length; i++) {
        layouts[i] =
            switch (arguments[i]) {
              case MemorySegment _ -> ADDRESS;
              case Short _ -> JAVA_SHORT;
              default -> JAVA_INT;
            };
      }
      MethodHandle handle =
          linker.downcallHandle(
              linker.defaultLookup().findOrThrow(function),
              FunctionDescriptor.of(JAVA_INT, layouts));
      int result;
      try {
        result = (int) handle.invokeWithArguments(arguments);
      } catch (RuntimeException | Error e) {
        throw e;
      } catch (Throwable e) {
        throw new AssertionError(function + " is linked with the wrong type", e);
      }
      Kernel.check(-result, () -> "start the launcher with " + function);
    }
  }
}
