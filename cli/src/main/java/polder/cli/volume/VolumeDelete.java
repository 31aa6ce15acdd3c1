package polder.cli.volume;

import java.util.List;
import java.util.Map;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.model.ErrorKind;
import polder.model.Host;
import polder.model.Json;
import polder.model.PolderException;
import polder.model.Volume;
import polder.model.VolumeSnapshotRef;
import polder.model.Volumes;

/** {@code polder volume delete}. */
public final class VolumeDelete implements Command {
  @Override
  public Usage usage() {
    return Usage.of(
            "volume delete", "take volumes away with all that is in them, or snapshots of them")
        .text("One that a zone attaches is refused, and so is a zone's own, which goes with it.")
        .operands("VOLUME[@NAME]", Operand.Kind.VOLUME, 1, Integer.MAX_VALUE)
        .example("polder volume delete data", "gives its room back")
        .example("polder volume delete data@before", "takes one of its snapshots away");
  }

  /** All names are good before anything is done. */
  private static void check(String name) {
    if (name.contains("@")) {
      var _ = VolumeSnapshotRef.of(name);
    } else {
      Volume.checkName(name);
    }
  }

  private static void delete(Volumes volumes, String name) {
    if (name.contains("@")) {
      VolumeSnapshotRef snapshot = VolumeSnapshotRef.of(name);
      volumes.deleteSnapshot(snapshot.volume(), snapshot.name());
    } else {
      volumes.delete(name);
    }
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    List<String> names = arguments.operands();
    names.forEach(VolumeDelete::check);
    int code = Failure.DONE;
    try (Host host = caller.hosts().connect()) {
      for (String name : names) {
        try {
          delete(host.volumes(), name);
          if (arguments.has("--json")) {
            caller.out().line(Json.write(Map.of("volume", name, "deleted", true)));
          } else {
            caller.tell("deleted volume " + name);
          }
        } catch (PolderException e) {
          if (e.kind() == ErrorKind.UNREACHABLE) {
            throw e;
          }
          Failure.tell(caller, e);
          code = Failure.FAILED;
        }
      }
    }
    return code;
  }
}
