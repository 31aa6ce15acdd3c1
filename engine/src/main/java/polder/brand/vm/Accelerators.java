package polder.brand.vm;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import polder.brand.IdRange;
import polder.linux.Directory;
import polder.linux.DurableFile;
import polder.linux.FileName;
import polder.linux.RegularFile;
import polder.linux.SyscallException;
import polder.model.ErrorKind;
import polder.model.Finding;
import polder.model.Finding.Level;
import polder.model.Json;
import polder.model.PolderException;

/**
 * Which accelerators work on this host: found by trial, once in each boot, when a vm is first
 * started or somebody asks. The result is kept in the run directory; not of a translator that does
 * not work, which whoever asks may just have mended.
 */
final class Accelerators {
  private static final System.Logger LOG = System.getLogger("polder.brand");
  private static final Map<Accelerator, FileName> FILES =
      Map.of(
          Accelerator.KVM,
          FileName.of("accelerator.json"),
          Accelerator.TCG,
          FileName.of("translator.json"));
  private static final int LARGEST = 4096;

  private final Trial trial;
  private final Path run;
  private final String boot;
  private final ReentrantLock trying = new ReentrantLock();
  private final Map<Accelerator, Result> known = new EnumMap<>(Accelerator.class);

  /** How the trial of KVM went: why not, if it did not work. */
  private record Result(Optional<String> why) {}

  /**
   * Those of this host.
   *
   * @param run where the result is kept
   * @param boot the id of the host's present boot
   */
  Accelerators(Trial trial, Path run, String boot) {
    this.trial = trial;
    this.run = run;
    this.boot = boot;
  }

  /**
   * The accelerator for a guest.
   *
   * @param asked auto, kvm or tcg
   * @param ids ids that are nobody's meanwhile
   * @throws PolderException UNAVAILABLE if it is kvm, and that does not work here
   */
  Accelerator choose(String asked, Path qemu, IdRange ids) {
    if (asked.equals(Accelerator.TCG.word())) {
      return Accelerator.TCG;
    }
    Optional<String> why = kvm(qemu, ids);
    if (why.isEmpty()) {
      return Accelerator.KVM;
    }
    if (asked.equals(Accelerator.KVM.word())) {
      throw new PolderException(
          ErrorKind.UNAVAILABLE,
          "accel 'kvm' does not work on this host: %s; use auto or tcg".formatted(why.get()));
    }
    return Accelerator.TCG;
  }

  /** What the trials of this boot said. */
  List<Finding> doctor(Path qemu, IdRange ids) {
    trying.lock();
    try {
      Optional<String> kvm = kvm(qemu, ids);
      Optional<String> tcg = tried(Accelerator.TCG, qemu, ids);
      return List.of(
          finding(
              Accelerator.KVM,
              kvm,
              Level.WARNING,
              "none needed: guests are translated (tcg), which takes some ten times as long"),
          finding(Accelerator.TCG, tcg, Level.MISSING, "mend what QEMU says: no vm can run"));
    } finally {
      trying.unlock();
    }
  }

  private static Finding finding(
      Accelerator accelerator, Optional<String> why, Level level, String mend) {
    String name = "accelerator " + accelerator.word();
    return why.map(reason -> new Finding(name, level, reason, mend))
        .orElseGet(() -> new Finding(name, Level.OK, "the trial guest ran to its end", ""));
  }

  /** Why KVM does not work; empty if it does. */
  private Optional<String> kvm(Path qemu, IdRange ids) {
    if (!Files.exists(trial.kvm())) {
      return Optional.of("there is no " + trial.kvm()); // asked each time: a module may be loaded
    }
    return tried(Accelerator.KVM, qemu, ids);
  }

  /** Why one does not work, by a trial that is made once; empty if it does. */
  private Optional<String> tried(Accelerator accelerator, Path qemu, IdRange ids) {
    trying.lock();
    try {
      Result result = known.get(accelerator);
      if (result == null) {
        result = read(accelerator).orElse(null);
      }
      if (result == null) {
        result = new Result(trial.run(qemu, accelerator, TrialGuest.rom(), ids));
        if (accelerator == Accelerator.TCG && result.why().isPresent()) {
          return result.why();
        }
        note(accelerator, result);
        result
            .why()
            .ifPresent(
                why -> LOG.log(System.Logger.Level.WARNING, "guests are translated: " + why));
      }
      known.put(accelerator, result);
      return result.why();
    } finally {
      trying.unlock();
    }
  }

  private void note(Accelerator accelerator, Result result) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("boot", boot);
    tree.put("works", result.why().isEmpty());
    result.why().ifPresent(why -> tree.put("why", why));
    try (Directory directory = Directory.open(run)) {
      DurableFile.note(
          directory, file(accelerator), Json.write(tree).getBytes(StandardCharsets.UTF_8), 0600);
    } catch (SyscallException e) {
      LOG.log(System.Logger.Level.WARNING, "the trial will be made again: " + e.getMessage());
    }
  }

  private static FileName file(Accelerator accelerator) {
    return Objects.requireNonNull(FILES.get(accelerator));
  }

  /** What was noted in this boot; whatever else it says, the trial is made. */
  private Optional<Result> read(Accelerator accelerator) {
    try (Directory directory = Directory.open(run);
        RegularFile file = directory.read(file(accelerator))) {
      Map<String, Object> tree = Json.object(file.readAll(LARGEST));
      if (!boot.equals(tree.get("boot"))) {
        return Optional.empty();
      }
      if (Boolean.TRUE.equals(tree.get("works"))) {
        return Optional.of(new Result(Optional.empty()));
      }
      return tree.get("why") instanceof String why
          ? Optional.of(new Result(Optional.of(Words.shown(why))))
          : Optional.empty();
    } catch (SyscallException | PolderException e) {
      return Optional.empty();
    }
  }
}
