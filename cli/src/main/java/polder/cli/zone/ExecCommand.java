package polder.cli.zone;

import java.util.Map;
import java.util.function.Function;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Operand;
import polder.cli.call.Screen;
import polder.cli.call.Usage;
import polder.cli.call.UsageException;
import polder.cli.terminal.Attachment;
import polder.model.ErrorKind;
import polder.model.ExecSpec;
import polder.model.ExitStatus;
import polder.model.Host;
import polder.model.PolderException;
import polder.model.Session;
import polder.model.ZoneRef;

/** {@code polder exec}. */
public final class ExecCommand implements Command {
  @Override
  public Usage usage() {
    return Usage.of("exec", "run one more program in a zone that runs")
        .text(
            "Ends with the program's exit code: 128+N if signal N ended it, 126 if it cannot be"
                + " executed, 127 if it is not there, 125 if polder failed.")
        .flag("-i --interactive", "pass standard input on")
        .flag("-t --tty", "give it a terminal")
        .option("-u --user", "USER[:GROUP]", "who it runs as; the zone's user if absent")
        .option("-w --workdir", "DIR", "where it runs")
        .options("-e --env", "NAME=VALUE", "environment; NAME alone passes the caller's on")
        .operand("ZONE", Operand.Kind.ZONE)
        .program("CMD", 1)
        .example("polder exec -it web bash", "opens a shell in it")
        .example("polder exec -u postgres db psql -c 'select 1'", "runs one query as that user");
  }

  @Override
  public int failureCode(boolean usage) {
    return ProgramFailure.OURS;
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    boolean tty = arguments.has("--tty");
    boolean stdin = arguments.has("--interactive");
    if (tty && stdin && !caller.inTerminal()) {
      throw new UsageException("standard input is no terminal; leave -t out");
    }
    ZoneRef zone = new ZoneRef(arguments.operand(0));
    Map<String, String> environment =
        tty
            ? Environment.withTerm(caller, arguments.values("--env"))
            : Environment.of(caller, arguments.values("--env"));
    try (Host host = caller.hosts().connect()) {
      return run(
          caller,
          host,
          zone,
          size ->
              new ExecSpec(
                  arguments.operandsFrom(1),
                  arguments.value("--user"),
                  arguments.value("--workdir"),
                  environment,
                  tty,
                  stdin,
                  size.rows(),
                  size.columns()));
    }
  }

  private static int run(
      Caller caller, Host host, ZoneRef zone, Function<Screen.Size, ExecSpec> asked) {
    ExecSpec spec = asked.apply(new Screen.Size(0, 0)); // refused before the terminal is taken
    try (Screen screen = Attachment.screen(caller, spec.tty(), spec.stdin());
        Session session = host.zones().exec(zone, asked.apply(Attachment.size(screen)))) {
      return Attachment.carry(caller, session, spec.stdin(), screen, false)
          .map(ExitStatus::code)
          .orElse(ProgramFailure.OURS);
    } catch (PolderException e) {
      return ProgramFailure.of(caller, e, !programIsMissing(host, zone, e));
    }
  }

  /** NOT_FOUND may mean the program or the zone: it is the program if the zone is there. */
  private static boolean programIsMissing(Host host, ZoneRef zone, PolderException failure) {
    if (failure.kind() != ErrorKind.NOT_FOUND) {
      return failure.kind() == ErrorKind.DENIED;
    }
    try {
      host.zones().get(zone);
      return true;
    } catch (PolderException e) {
      return false;
    }
  }
}
