package polder.cli.host;

import java.util.List;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Usage;
import polder.model.Finding;
import polder.model.Host;

/** {@code polder fsck}. */
public final class FsckCommand implements Command {
  @Override
  public Usage usage() {
    return Usage.of("fsck", "compare what is recorded with what is there")
        .text("Changes nothing. Ends with 1 if something is wrong or left over.")
        .example("polder fsck && echo all is well", "looks for damage and leftovers");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    List<Finding> findings = caller.ask(Host::fsck);
    int code = Findings.print(caller, arguments, findings);
    if (findings.isEmpty() && !arguments.has("--json")) {
      caller.tell("all is well");
    }
    boolean sound = findings.stream().allMatch(f -> f.level() == Finding.Level.OK);
    return sound ? code : Failure.FAILED;
  }
}
