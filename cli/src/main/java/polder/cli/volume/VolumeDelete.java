package polder.cli.volume;

import java.util.List;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Each;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
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
    return Each.delete(
        caller, arguments, "volume", names, (host, name) -> delete(host.volumes(), name));
  }
}
