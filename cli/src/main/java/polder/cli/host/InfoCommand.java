package polder.cli.host;

import java.util.TreeMap;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Usage;
import polder.cli.view.Table;
import polder.model.Host;
import polder.model.HostInfo;
import polder.model.Json;
import polder.model.json.HostJson;

/** {@code polder info}. */
public final class InfoCommand implements Command {
  @Override
  public Usage usage() {
    return Usage.of("info", "show the host's versions, paths and counts")
        .example("polder info", "tells which daemon answers, and where its files are");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    HostInfo info = caller.ask(Host::info);
    if (arguments.has("--json")) {
      caller.out().line(Json.pretty(HostJson.write(info)));
      return Failure.DONE;
    }
    Table table = new Table(java.util.List.of("what", "value"));
    table.row("version", info.version());
    table.row("java", info.java());
    table.row("kernel", info.kernel());
    table.row("arch", info.arch());
    table.row("daemon_pid", String.valueOf(info.daemonPid()));
    new TreeMap<>(info.paths()).forEach((name, path) -> table.row(name, path));
    new TreeMap<>(info.counts()).forEach((name, count) -> table.row(name, String.valueOf(count)));
    table.print(caller.out(), false, 0);
    return Failure.DONE;
  }
}
