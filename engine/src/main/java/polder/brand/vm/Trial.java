package polder.brand.vm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import polder.brand.IdRange;
import polder.brand.Lan;
import polder.brand.Platform;
import polder.brand.Ready;
import polder.brand.RootFiles;
import polder.brand.Running;
import polder.brand.Stdio;
import polder.brand.zone.CageBrand;
import polder.brand.zone.GivenFile;
import polder.linux.Cgroup;
import polder.linux.CgroupHost;
import polder.linux.Directory;
import polder.linux.Fd;
import polder.linux.FileName;
import polder.linux.Pipe;
import polder.linux.RegularFile;
import polder.linux.SyscallException;
import polder.linux.Tree;
import polder.linux.WaitStatus;
import polder.model.ImageConfig;
import polder.model.PolderException;
import polder.model.Ulimit;
import polder.model.ZoneSpec;

/**
 * Runs a guest that is a ROM in a cage as any vm has it, and takes everything away again. What a
 * trial that we died in has left, the next one takes away first.
 *
 * @param cage makes it
 * @param place a directory on the file system that zones lie on; one is made in it and removed
 * @param group the name of the control group
 * @param kvm the host's node of KVM
 * @param limit for the guest to come to its end
 */
record Trial(CageBrand cage, Path place, String group, Path kvm, Duration limit) {
  private static final String NAME = "trial";
  private static final FileName DIRECTORY = FileName.of(NAME);
  private static final FileName ROM = FileName.of("rom");
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int LONGEST_WORD = 300;

  /** Of processor time: should we die meanwhile, a guest that hangs hangs no longer than that. */
  private static final Map<String, Ulimit> LIMITS = Map.of("cpu", new Ulimit(60, 60));

  /**
   * Whether the guest comes to its end.
   *
   * @param rom the guest
   * @param ids ids that are nobody's meanwhile
   * @return why it did not; empty if it did
   */
  Optional<String> run(Path qemu, Accelerator accelerator, byte[] rom, IdRange ids) {
    Cgroup cgroup = CgroupHost.own().group(group);
    ZoneSpec spec =
        Cages.of(
            NAME,
            UUID.randomUUID(),
            QemuCommand.trial(qemu, accelerator),
            accelerator,
            kvm,
            LIMITS);
    try (Directory above = Directory.open(place)) {
      clear(above, cgroup);
      try {
        above.makeDirectory(DIRECTORY, 0700);
        try (Directory directory = above.enter(DIRECTORY);
            RegularFile file = directory.create(ROM, 0600)) {
          file.write(rom, 0, rom.length);
        }
        cgroup.create();
        return run(spec, cgroup, ids);
      } finally {
        clear(above, cgroup);
      }
    } catch (SyscallException | PolderException e) {
      return Optional.of("it could not be tried: " + e.getMessage());
    }
  }

  private static void clear(Directory above, Cgroup cgroup) {
    if (cgroup.exists()) {
      cgroup.killAll();
      cgroup.delete(PATIENCE);
    }
    Tree.delete(above, DIRECTORY);
  }

  private Optional<String> run(ZoneSpec spec, Cgroup cgroup, IdRange ids) {
    Path root = real().resolve(NAME);
    RootFiles files = new RootFiles.Tree(root);
    cage.install(spec, files);
    try (Fd nothing = Fd.nothing();
        Pipe said = Pipe.open()) {
      Platform platform =
          new Platform(
              files,
              Map.of(),
              ImageConfig.NONE,
              Optional.of(ids),
              cgroup,
              new Stdio(nothing, nothing, said.writer()),
              Lan.NONE,
              Optional.empty(),
              () -> {},
              () -> {});
      GivenFile rom = new GivenFile(root, ROM.toString(), QemuCommand.ROM, false);
      try (Ready ready = cage.prepare(spec, platform, List.of(rom), 0);
          Running running = ready.go()) {
        Optional<WaitStatus> end = running.pidfd().await(limit);
        if (end.isEmpty()) {
          return Optional.of(
              "the trial guest did not come to its end within %d s".formatted(limit.toSeconds()));
        }
        int code = end.get().shellCode();
        return code == TrialGuest.WELL ? Optional.empty() : Optional.of(why(code, said));
      }
    }
  }

  /** No link is on the way to it: a file in it is taken by a cage. */
  private Path real() {
    try {
      return place.toRealPath();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String why(int code, Pipe said) {
    said.writer().close();
    byte[] buffer = new byte[LONGEST_WORD];
    int got = said.reader().read(buffer, 0, buffer.length);
    String word = Words.shown(new String(buffer, 0, got, StandardCharsets.UTF_8));
    return word.isEmpty()
        ? "QEMU ended with %d in the trial".formatted(code)
        : "QEMU ended with %d in the trial: %s".formatted(code, word);
  }
}
