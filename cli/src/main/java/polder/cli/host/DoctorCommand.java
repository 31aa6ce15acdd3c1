package polder.cli.host;

import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Usage;
import polder.model.Host;

/** {@code polder doctor}. */
public final class DoctorCommand implements Command {
  @Override
  public Usage usage() {
    return Usage.of("doctor", "tell what this host can do, what it lacks, and the mend")
        .text("Ends with 1 if something does not work for want of something.")
        .example("polder doctor", "looks at kernel, control groups, file systems, ids and Java");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    return Findings.print(caller, arguments, caller.ask(Host::doctor));
  }
}
