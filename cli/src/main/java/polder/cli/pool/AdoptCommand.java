package polder.cli.pool;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.cli.call.UsageException;
import polder.cli.call.Words;
import polder.cli.view.ProgressLine;
import polder.cli.view.Table;
import polder.cli.view.Width;
import polder.model.AdoptRequest;
import polder.model.Adoptee;
import polder.model.Adoption;
import polder.model.Json;
import polder.model.Pool;
import polder.model.Progress;
import polder.model.json.AdoptionJson;

/** {@code polder adopt}. */
public final class AdoptCommand implements Command {
  @Override
  public Usage usage() {
    return Usage.of("adopt", "take over the zones and volumes that another host had in a pool")
        .text(
            "The pool is here: see 'polder pool import'. Each is taken by itself; one that cannot"
                + " be is told with the reason, is as it was, and can be asked for again. Zones are"
                + " down afterwards. Exits with 1 if one is refused.")
        .text(
            "With --name an object is called otherwise from now on, because its name is taken here;"
                + " OBJECT= may be left out where one is named. Zones that are taken with a volume,"
                + " or later with the same --name, attach it under its new name.")
        .text(
            "A pool has no images. A zone has all its files without, and runs; the table shows what"
                + " it was made of.")
        .flag("-n --dry-run", "only tell what would become of each")
        .options("--name", "[OBJECT=]NAME", "what one is called from now on")
        .flag(
            "--trust",
            "also zones that reach into the host: its paths, its devices, its root's rights")
        .flag("-H --no-heading", "no heading")
        .operand("POOL", Operand.Kind.POOL)
        .operands("OBJECT", Operand.Kind.TEXT, 0, Integer.MAX_VALUE)
        .example("polder adopt disks --dry-run", "shows what is in it, and what would be refused")
        .example("polder adopt disks", "takes all that can be taken")
        .example("polder adopt disks web", "only that zone, with its own volumes")
        .example("polder adopt disks web --name web2", "where another zone is called web")
        .example(
            "polder adopt disks --name data=data2", "all; where there is a volume data already");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    String pool = Pool.checkName(arguments.operand(0));
    AdoptRequest request =
        new AdoptRequest(
            arguments.operandsFrom(1),
            names(arguments),
            arguments.has("--trust"),
            arguments.has("--dry-run"));
    Adoption adoption;
    try (ProgressLine line = new ProgressLine(caller.err())) {
      Progress progress =
          (what, done, total) -> line.report("%d of %d %s".formatted(done, total, what), 0, -1);
      adoption = caller.ask(host -> host.pools().adopt(pool, request, progress));
    }
    if (arguments.has("--json")) {
      caller.out().line(Json.pretty(AdoptionJson.write(adoption)));
    } else {
      print(caller, arguments, adoption);
    }
    return adoption.count(Adoptee.Fate.REFUSED) > 0 ? Failure.FAILED : Failure.DONE;
  }

  private static Map<String, String> names(Arguments arguments) {
    Map<String, String> names = new LinkedHashMap<>();
    List<String> objects = arguments.operandsFrom(1);
    for (String word : arguments.values("--name")) {
      int equals = word.indexOf('=');
      if (equals < 0 && objects.size() != 1) {
        throw new UsageException("say whose name it is: --name OBJECT=" + Words.printable(word));
      }
      String object = equals < 0 ? objects.getFirst() : word.substring(0, equals);
      if (names.put(object, word.substring(equals + 1)) != null) {
        throw new UsageException("'%s' gets two names".formatted(Words.printable(object)));
      }
    }
    return names;
  }

  private static void print(Caller caller, Arguments arguments, Adoption adoption) {
    Table table =
        new Table(List.of("kind", "name", "uuid", "image", "snapshots", "fate", "reason"));
    for (Adoptee each : adoption.objects()) {
      table.row(
          each.kind().name().toLowerCase(Locale.ROOT),
          each.name(),
          each.uuid().toString(),
          each.image().map(AdoptCommand::image).orElse("-"),
          String.valueOf(each.snapshots()),
          each.fate().name().toLowerCase(Locale.ROOT),
          each.reason().orElse("-"));
    }
    table.print(caller.out(), !arguments.has("--no-heading"), Width.of(caller));
  }

  /** What people called it, or its uuid; and whether it is to be had here. */
  private static String image(Adoptee.Origin image) {
    String name = image.name().orElse(image.uuid().toString());
    return image.here() ? name : name + " (not here)";
  }
}
