package polder.cli.transfer;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Failure;
import polder.cli.view.Amount;
import polder.model.Json;
import polder.model.PartialReceive;
import polder.model.ResumeToken;
import polder.model.json.TransferJson;

/** What {@code polder receive --list} shows: a few lines for each, as a token is long. */
final class PartialsTable {
  private PartialsTable() {}

  static int show(Caller caller, Arguments arguments) {
    List<PartialReceive> all = caller.ask(host -> host.transfers().partials());
    if (arguments.has("--json")) {
      caller.out().line(Json.pretty(all.stream().map(TransferJson::write).toList()));
      return Failure.DONE;
    }
    Instant now = Instant.now();
    for (PartialReceive each : all) {
      caller
          .out()
          .line(
              "%s@%s: %s in pool %s, begun %s ago, the last of it %s ago"
                  .formatted(
                      each.zone(),
                      each.snapshot(),
                      Amount.bytes(each.size()),
                      each.pool(),
                      Amount.age(Duration.between(each.started(), now)),
                      Amount.age(Duration.between(each.came(), now))));
      caller.out().line("  id:    " + each.id());
      caller
          .out()
          .line(
              "  token: "
                  + each.token().map(ResumeToken::text).orElse("none while more of it comes"));
    }
    return Failure.DONE;
  }
}
