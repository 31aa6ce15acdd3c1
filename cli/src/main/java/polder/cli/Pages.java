package polder.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import polder.cli.call.Usage;
import polder.cli.page.Completions;
import polder.cli.page.ManPage;
import polder.model.Version;

/** Writes manual pages and completions, for the build: {@code Pages DIRECTORY}. */
public final class Pages {
  private Pages() {}

  /** Writes all of them below the directory that is named. */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length != 1) {
      System.err.println("polder: usage: Pages DIRECTORY");
      System.exit(2);
    }
    write(Path.of(arguments[0]));
  }

  /** Writes {@code man/man1}, {@code man/man5} and {@code completions} below {@code directory}. */
  static void write(Path directory) throws IOException {
    List<Usage> usages = Catalog.usages();
    Path commands = Files.createDirectories(directory.resolve("man/man1"));
    for (Usage usage : usages) {
      List<String> aliases = Catalog.aliases(usage.name());
      Files.writeString(
          commands.resolve(ManPage.fileName(usage)), ManPage.of(usage, aliases, Version.ours()));
    }
    Files.writeString(commands.resolve("polder.1"), ManPage.overview(usages, Version.ours()));
    Path formats = Files.createDirectories(directory.resolve("man/man5"));
    Files.writeString(formats.resolve("polder-payload.5"), ManPage.payload(Version.ours()));
    Path scripts = Files.createDirectories(directory.resolve("completions"));
    Completions completions = new Completions(usages);
    Files.writeString(scripts.resolve("polder.bash"), completions.bash());
    Files.writeString(scripts.resolve("_polder"), completions.zsh());
    Files.writeString(scripts.resolve("polder.fish"), completions.fish());
  }
}
