package polder.cli.zone;

import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Screen;
import polder.cli.call.Usage;
import polder.cli.terminal.Attachment;
import polder.model.ErrorKind;
import polder.model.ExitStatus;
import polder.model.Host;
import polder.model.PolderException;
import polder.model.Session;
import polder.model.Zone;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneState;

/** {@code polder attach}. */
public final class AttachCommand implements Command {
  @Override
  public Usage usage() {
    return Usage.of("attach", "join the streams of a zone's main process")
        .text(
            "Shows what it writes from now on and, if the zone has tty or open_stdin, passes input"
                + " on. Ends with its exit code. On a terminal Ctrl-P Ctrl-Q or Ctrl-] leave it.")
        .flag("--no-stdin", "pass no input on")
        .operand("ZONE", Operand.Kind.ZONE)
        .example("polder attach job", "follows a job to its end, and ends as it does");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    ZoneRef ref = new ZoneRef(arguments.operand(0));
    try (Host host = caller.hosts().connect()) {
      Zone zone = host.zones().get(ref);
      if (zone.state() != ZoneState.RUNNING) {
        throw new PolderException(
            ErrorKind.WRONG_STATE,
            "zone '%s' is %s, not running".formatted(zone.name(), zone.state().word()));
      }
      boolean tty = zone.spec().get(ZoneProperties.TTY);
      boolean input =
          (tty || zone.spec().get(ZoneProperties.OPEN_STDIN)) && !arguments.has("--no-stdin");
      try (Session session = host.zones().attach(ref);
          Screen screen = Attachment.screen(caller, tty, input)) {
        return Attachment.carry(caller, session, input, screen, true)
            .map(ExitStatus::code)
            .orElse(Failure.DONE);
      }
    }
  }
}
