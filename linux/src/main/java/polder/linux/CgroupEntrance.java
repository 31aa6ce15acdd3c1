package polder.linux;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The way into a {@link Cgroup} for processes that are made: {@link ProgramBuilder#enter}.
 *
 * <p>A process is born into version 2 (CLONE_INTO_CGROUP). Into each hierarchy of version 1 it
 * writes itself, as its first steps. Who writes another's pid waits there until no processor can
 * still see the old group, 5 to 15 ms (an RCU grace period); a thread that writes only itself, by
 * "0" to {@code tasks}, needs not: {@code cgroup_procs_write_start} in kernel/cgroup/cgroup.c.
 */
public final class CgroupEntrance implements AutoCloseable {
  private final Optional<Fd> directory;
  private final List<Path> taskFiles;

  CgroupEntrance(Optional<Fd> directory, List<Path> taskFiles) {
    this.directory = directory;
    this.taskFiles = List.copyOf(taskFiles);
  }

  /** Version 2's folder; empty where that is not mounted. */
  Optional<Fd> directory() {
    return directory;
  }

  /** The {@code tasks} of each hierarchy of version 1. */
  List<Path> taskFiles() {
    return taskFiles;
  }

  /** Whether version 2 is among the hierarchies. */
  public boolean unified() {
    return directory.isPresent();
  }

  @Override
  public void close() {
    directory.ifPresent(Fd::close);
  }
}
