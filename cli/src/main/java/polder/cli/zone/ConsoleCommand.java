package polder.cli.zone;

import java.util.Optional;
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

/** {@code polder console}. */
public final class ConsoleCommand implements Command {
  @Override
  public Usage usage() {
    return Usage.of("console", "take a zone's terminal")
        .text("Ctrl-] or Ctrl-P Ctrl-Q leave it; the zone runs on.")
        .operand("ZONE", Operand.Kind.ZONE)
        .example("polder console web", "shows what the zone's main process shows on its terminal");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    ZoneRef ref = new ZoneRef(arguments.operand(0));
    try (Host host = caller.hosts().connect()) {
      Zone zone = host.zones().get(ref);
      if (!zone.spec().get(ZoneProperties.TTY)) {
        throw new PolderException(
            ErrorKind.UNSUPPORTED,
            "zone '%s' has no terminal: use 'polder exec -it %s sh' or 'polder logs -f %s', or give"
                    .formatted(zone.name(), ref.text(), ref.text())
                + " it tty=true and reboot it");
      }
      if (zone.state() != ZoneState.RUNNING) {
        throw new PolderException(
            ErrorKind.WRONG_STATE,
            "zone '%s' is %s, not running; polder start it first"
                .formatted(zone.name(), zone.state().word()));
      }
      caller.tell("connected to " + zone.name() + "; Ctrl-] leaves");
      try (Session session = host.zones().attach(ref);
          Screen screen = Attachment.screen(caller, true, true)) {
        Optional<ExitStatus> end = Attachment.carry(caller, session, true, screen, true);
        caller.tell("\r");
        return end.map(ExitStatus::code).orElse(Failure.DONE);
      }
    }
  }
}
