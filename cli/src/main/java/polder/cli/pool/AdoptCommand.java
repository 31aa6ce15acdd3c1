package polder.cli.pool;

import java.util.List;
import java.util.Locale;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
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
        .flag("-n --dry-run", "only tell what would become of each")
        .flag(
            "--trust",
            "also zones that reach into the host: its paths, its devices, its root's rights")
        .flag("-H --no-heading", "no heading")
        .operand("POOL", Operand.Kind.POOL)
        .operands("OBJECT", Operand.Kind.TEXT, 0, Integer.MAX_VALUE)
        .example("polder adopt disks --dry-run", "shows what is in it, and what would be refused")
        .example("polder adopt disks", "takes all that can be taken")
        .example("polder adopt disks web", "only that zone, with its own volumes");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    String pool = Pool.checkName(arguments.operand(0));
    AdoptRequest request =
        new AdoptRequest(
            arguments.operandsFrom(1), arguments.has("--trust"), arguments.has("--dry-run"));
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

  private static void print(Caller caller, Arguments arguments, Adoption adoption) {
    Table table = new Table(List.of("kind", "name", "uuid", "snapshots", "fate", "reason"));
    for (Adoptee each : adoption.objects()) {
      table.row(
          each.kind().name().toLowerCase(Locale.ROOT),
          each.name(),
          each.uuid().toString(),
          String.valueOf(each.snapshots()),
          each.fate().name().toLowerCase(Locale.ROOT),
          each.reason().orElse("-"));
    }
    table.print(caller.out(), !arguments.has("--no-heading"), Width.of(caller));
  }
}
