package polder.cli.zone;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.cli.call.UsageException;
import polder.model.ErrorKind;
import polder.model.Host;
import polder.model.PolderException;
import polder.model.Zones;

/** {@code polder cp}. */
public final class CopyCommand implements Command {
  @Override
  public Usage usage() {
    return Usage.of("cp", "copy files into a zone, or out of one")
        .text(
            "As in cp -R: into DST if that is a directory, else to the name DST. A directory SRC"
                + " that ends in /. copies what is in it. The zone need not run, and no link in it"
                + " leads out of it. '-' is a tar stream on standard input or output.")
        .flag("-a --archive", "keep owners; else files belong to root in a zone, to you outside")
        .operand("SRC", Operand.Kind.PLACE)
        .operand("DST", Operand.Kind.PLACE)
        .example("polder cp site.conf web:/etc/nginx/", "copies a file into the zone")
        .example("polder cp web:/var/log - | tar -t", "lists what a directory of the zone holds");
  }

  @Override
  public int run(Caller caller, Arguments arguments) throws IOException {
    Place from = Place.of(arguments.operand(0));
    Place to = Place.of(arguments.operand(1));
    boolean owners = arguments.has("--archive");
    try (Host host = caller.hosts().connect()) {
      if (from instanceof Place.InZone source && !(to instanceof Place.InZone)) {
        out(caller, host.zones(), source, to, owners);
      } else if (to instanceof Place.InZone target && !(from instanceof Place.InZone)) {
        in(caller, host.zones(), from, target, owners);
      } else {
        throw new UsageException("one of SRC and DST must be ZONE:PATH, the other not");
      }
    }
    return Failure.DONE;
  }

  private static void in(Caller caller, Zones zones, Place from, Place.InZone to, boolean owners)
      throws IOException {
    switch (from) {
      case Place.Stream _ -> {
        if (caller.inTerminal()) {
          throw new UsageException("standard input is a terminal; '-' takes a tar stream");
        }
        zones.copyIn(to.zone(), to.path(), caller.in());
      }
      case Place.Here here -> {
        Path source = caller.file(here.path()).toAbsolutePath();
        if (!Files.exists(source, LinkOption.NOFOLLOW_LINKS)) {
          throw new NoSuchFileException(here.path());
        }
        boolean contents = here.path().endsWith("/.") || here.path().equals(".");
        @Nullable Character kind = kind(zones, to);
        boolean below = kind != null && (kind == '5' || kind == '2');
        if (!below && to.path().endsWith("/")) {
          throw new PolderException(
              ErrorKind.NOT_FOUND, "'" + to.path() + "' is no directory of the zone's");
        }
        Path plain = source.normalize();
        Path directory = contents ? plain : Objects.requireNonNullElse(plain.getParent(), plain);
        String name = contents ? "." : String.valueOf(plain.getFileName());
        String as = below || contents ? name : to.name();
        String parent = below ? to.path() : to.parent();
        if (contents && !below) {
          as = to.name(); // the directory itself, under its new name
        }
        Tar.pack(directory, name, as, owners, tar -> zones.copyIn(to.zone(), parent, tar));
      }
      case Place.InZone _ -> throw new IllegalArgumentException("both ends are in zones");
    }
  }

  /** What lies at the path in the zone, as tar says it; null if nothing. */
  private static @Nullable Character kind(Zones zones, Place.InZone place) {
    if (place.name().isEmpty()) {
      return '5'; // the root
    }
    FirstEntry first = new FirstEntry();
    try {
      zones.copyOut(place.zone(), place.path(), first);
    } catch (PolderException e) {
      if (first.type() == null && e.kind() != ErrorKind.NOT_FOUND) {
        throw e;
      }
      if (first.type() == null) {
        zones.get(place.zone()); // it may be the zone that is not there
      }
    } catch (RuntimeException e) {
      if (first.type() == null) {
        throw e; // otherwise it is our own breaking off
      }
    }
    return first.type();
  }

  private static void out(Caller caller, Zones zones, Place.InZone from, Place to, boolean owners)
      throws IOException {
    switch (to) {
      case Place.Stream _ -> {
        if (caller.out().terminal()) {
          throw new UsageException("standard output is a terminal; '-' gives a tar stream");
        }
        zones.copyOut(from.zone(), from.path(), caller.out().stream());
        caller.out().flush();
      }
      case Place.Here here -> {
        Path target = caller.file(here.path()).toAbsolutePath().normalize();
        if (Files.isDirectory(target)) {
          Tar.unpack(target, owners, tar -> zones.copyOut(from.zone(), from.path(), tar));
        } else if (here.path().endsWith("/")) {
          throw new NoSuchFileException(here.path());
        } else {
          outAs(zones, from, target, owners);
        }
      }
      case Place.InZone _ -> throw new IllegalArgumentException("both ends are in zones");
    }
  }

  /** Unpacks beside the target and gives what came the target's name. */
  private static void outAs(Zones zones, Place.InZone from, Path target, boolean owners)
      throws IOException {
    Path parent = Objects.requireNonNullElse(target.getParent(), target);
    if (!Files.isDirectory(parent)) {
      throw new NoSuchFileException(parent.toString());
    }
    Path fresh = Files.createTempDirectory(parent, ".polder-cp-");
    try {
      Tar.unpack(fresh, owners, tar -> zones.copyOut(from.zone(), from.path(), tar));
      List<Path> came;
      try (Stream<Path> entries = Files.list(fresh)) {
        came = entries.toList();
      }
      if (came.size() != 1) {
        throw new PolderException(
            ErrorKind.INVALID, "'" + from.path() + "' came as " + came.size() + " files, not one");
      }
      Files.move(came.getFirst(), target, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      delete(fresh);
    }
  }

  private static void delete(Path tree) throws IOException {
    try (Stream<Path> all = Files.walk(tree)) {
      for (Path path : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
