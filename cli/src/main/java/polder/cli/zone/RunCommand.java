package polder.cli.zone;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Screen;
import polder.cli.call.Usage;
import polder.cli.call.UsageException;
import polder.cli.call.Words;
import polder.cli.image.ImagePull;
import polder.cli.terminal.Attachment;
import polder.cli.terminal.Interrupts;
import polder.model.ErrorKind;
import polder.model.ExitStatus;
import polder.model.Host;
import polder.model.Json;
import polder.model.Nic;
import polder.model.PolderException;
import polder.model.PublishedPort;
import polder.model.Session;
import polder.model.Zone;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;
import polder.model.Zones;

/** {@code polder run}: create, attach, start, and end as the program ends. */
public final class RunCommand implements Command {
  @Override
  public Usage usage() {
    return RunOptions.options(Usage.of("run", "make a zone, start it, and stay with its program"))
        .text(
            "An image that is not here is fetched from its registry first; --pull says otherwise.")
        .text(
            "Ends with the program's exit code: 128+N if signal N ended it, 126 if it cannot be"
                + " executed, 127 if it is not there, 125 if polder failed. With -it the keys"
                + " Ctrl-P Ctrl-Q leave it running.")
        .operands("IMAGE", Operand.Kind.IMAGE, 0, 1)
        .program("CMD", 0)
        .example(
            "polder run --rm -it debian:12 bash", "opens a shell in a zone that vanishes with it")
        .example(
            "polder run -d --name web -m 256M --restart always debian:12 sleep infinity",
            "leaves a zone running that comes back after a crash")
        .example(
            "polder run -d -p 8080:80 web:1",
            "whoever calls the host's port 8080 reaches the zone's port 80")
        .example(
            "polder run --rm --brand native id",
            "runs a program of the host's own in a zone of its own");
  }

  @Override
  public int failureCode(boolean usage) {
    return ProgramFailure.OURS;
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    boolean detach = arguments.has("--detach");
    boolean input = arguments.has("--interactive");
    if (detach && arguments.has("--rm")) {
      throw new UsageException("give -d or --rm, not both: nobody would be there to delete it");
    }
    if (arguments.has("--tty") && input && !detach && !caller.inTerminal()) {
      throw new UsageException("standard input is no terminal; leave -t out");
    }
    Map<String, Object> payload = RunOptions.payload(caller, arguments);
    boolean program = payload.containsKey("cmd") || payload.containsKey("entrypoint");
    if (!detach && !program && !payload.containsKey("image")) {
      throw new UsageException("missing CMD: a native zone has no program of its own to stay with");
    }
    ZoneSpec asked = ZoneSpec.read(payload);
    try (Host host = caller.hosts().connect()) {
      ZoneSpec spec = arguments.has("--publish-all") ? publishAll(caller, host, asked) : asked;
      Zones zones = host.zones();
      Zone zone = create(caller, host, spec, arguments.value("--pull").orElse("missing"));
      ZoneRef ref = ZoneRef.of(zone.uuid());
      boolean delete = arguments.has("--rm");
      try {
        int code = detach ? start(zones, ref) : stay(caller, zones, ref, input, spec);
        if (detach) {
          Zone started = zones.get(ref);
          caller
              .out()
              .line(
                  arguments.has("--json") ? Json.pretty(started.write()) : zone.uuid().toString());
        }
        delete = delete && code >= 0;
        return Math.max(code, 0);
      } catch (PolderException e) {
        return ProgramFailure.of(caller, e, false);
      } finally {
        if (delete) {
          delete(zones, ref);
        }
      }
    }
  }

  /** With the ports that its image names; that may have to be fetched first. */
  private static ZoneSpec publishAll(Caller caller, Host host, ZoneSpec spec) {
    String name =
        spec.find(ZoneProperties.IMAGE)
            .orElseThrow(() -> new UsageException("-P asks the image, and a native zone has none"));
    if (!isHere(host, name)) {
      ImagePull.pull(caller, host, name);
    }
    List<Nic> nics = new ArrayList<>(spec.get(ZoneProperties.NICS));
    Nic first = nics.getFirst();
    List<PublishedPort> ports = new ArrayList<>(first.ports());
    NetworkOptions.exposed(host.images().get(name)).stream()
        .filter(each -> ports.stream().noneMatch(each::isOf))
        .forEach(ports::add);
    nics.set(0, first.with(ports));
    return spec.with(ZoneProperties.NICS, nics).checked();
  }

  /** As {@code docker run} does it: what is not here is fetched. */
  private static Zone create(Caller caller, Host host, ZoneSpec spec, String pull) {
    Optional<String> image = spec.find(ZoneProperties.IMAGE);
    switch (pull) {
      case "always" -> image.ifPresent(name -> ImagePull.pull(caller, host, name));
      case "missing", "never" -> {}
      default -> throw new UsageException("--pull takes missing, always or never");
    }
    try {
      return host.zones().create(spec);
    } catch (PolderException e) {
      if (e.kind() != ErrorKind.NOT_FOUND
          || !pull.equals("missing")
          || image.isEmpty()
          || isHere(host, image.get())) {
        throw e;
      }
      caller.err().line("image '" + Words.printable(image.get()) + "' is not here: pulling it");
      ImagePull.pull(caller, host, image.get());
      return host.zones().create(spec);
    }
  }

  private static boolean isHere(Host host, String image) {
    try {
      host.images().get(image);
      return true;
    } catch (PolderException e) {
      return e.kind() != ErrorKind.NOT_FOUND;
    }
  }

  private static int start(Zones zones, ZoneRef zone) {
    zones.start(zone);
    return Failure.DONE;
  }

  /** The program's exit code, or -1 if the caller went and it runs on. */
  private static int stay(Caller caller, Zones zones, ZoneRef zone, boolean input, ZoneSpec spec) {
    boolean tty = spec.get(ZoneProperties.TTY);
    try (Session session = zones.attach(zone);
        Screen screen = Attachment.screen(caller, tty, input)) {
      Screen.Size size = Attachment.size(screen);
      if (size.rows() > 0 && size.columns() > 0) {
        session.resize(size.rows(), size.columns()); // before the program can look
      }
      zones.start(zone);
      if (screen == null) {
        pass(session, "INT");
        pass(session, "TERM");
        pass(session, "HUP");
      }
      Optional<ExitStatus> end = Attachment.carry(caller, session, input, screen, true);
      if (end.isEmpty()) {
        caller.err().line("\r\nleft " + zone.text() + " running; polder console has it back");
      }
      return end.map(ExitStatus::code).orElse(-1);
    }
  }

  /** What somebody asks of us, he asks of the program. */
  private static void pass(Session session, String signal) {
    Interrupts.on(signal, () -> session.signal(signal));
  }

  private static void delete(Zones zones, ZoneRef zone) {
    try {
      zones.delete(zone, true, Duration.ZERO);
    } catch (PolderException e) {
      if (e.kind() != ErrorKind.NOT_FOUND) {
        throw e;
      }
    }
  }
}
