package polder.compare;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import polder.bench.CleanUp;
import polder.bench.Machine;
import polder.bench.Missing;
import polder.bench.Progress;
import polder.linux.Capability;
import polder.linux.CapabilitySets;

/** {@code polder compare}. */
public final class Main {
  private static final Duration PATIENCE = Duration.ofMinutes(1); // to clean up
  private static final int FAILED = 1;
  private static final int WRONG_USAGE = 2;

  private final PrintStream out;
  private final PrintStream err;

  private Main(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  /** Measures, prints, and exits: 0 done, 1 failed, 2 wrong usage. */
  public static void main(String[] words) {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    PrintStream err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
    System.exit(new Main(out, err).run(List.of(words)));
  }

  private int run(List<String> words) {
    Options options;
    try {
      options = Options.parse(words);
      options.report().ifPresent(Main::checkPlaceOf);
    } catch (IllegalArgumentException e) {
      err.println("polder compare: " + e.getMessage() + "; see polder compare --help");
      return WRONG_USAGE;
    }
    try (CleanUp clean = new CleanUp("polder compare", PATIENCE)) {
      if (!CapabilitySets.own().has(Capability.SYS_ADMIN)) {
        throw new Missing("namespaces and control groups are root's to make: run it as root");
      }
      Comparison comparison = new Comparison(options, cache(), Progress.on(err));
      clean.stopBy(comparison::stop);
      tell(comparison.run(), options);
      return 0;
    } catch (RuntimeException e) {
      err.println("polder compare: " + e.getMessage());
      return FAILED;
    }
  }

  /** Sooner told than after some minutes of work. */
  private static void checkPlaceOf(Path report) {
    Path directory = report.toAbsolutePath().getParent();
    if (directory == null || !Files.isDirectory(directory) || Files.isDirectory(report)) {
      throw new IllegalArgumentException(
          "--report '%s': name a file in a directory that is there".formatted(report));
    }
  }

  private void tell(Results results, Options options) {
    String how =
        "%d rounds of some %s s each; medians, and beside them the ratio to the bare host"
            .formatted(options.rounds(), options.seconds());
    if (options.json()) {
      TextReport.json(results).forEach(out::println);
    } else {
      out.println(Machine.text());
      out.println(how);
      out.println();
      out.print(TextReport.table(results));
      out.println();
      out.print(TextReport.legend(results));
    }
    results.remarks().forEach(err::println);
    options
        .report()
        .ifPresent(
            file -> {
              try {
                Files.writeString(file, HtmlReport.of(results, Machine.text(), how));
                err.println("the report is in " + file);
              } catch (IOException e) {
                throw new UncheckedIOException("cannot write %s: %s".formatted(file, e), e);
              }
            });
  }

  /** Beside the sources, where Polder is run from them; else where a user's caches are. */
  private static Path cache() {
    Path beside = Path.of(System.getProperty("polder.root", ".")).resolve(".polder");
    return Files.isWritable(Optional.ofNullable(beside.toAbsolutePath().getParent()).orElse(beside))
        ? beside.resolve("compare")
        : Path.of(System.getProperty("user.home"), ".cache", "polder", "compare");
  }
}
