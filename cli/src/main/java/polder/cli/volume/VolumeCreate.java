package polder.cli.volume;

import java.util.List;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.cli.view.Amount;
import polder.model.DataCompression;
import polder.model.Json;
import polder.model.Pool;
import polder.model.SnapshotSchedule;
import polder.model.Volume;
import polder.model.VolumeRequest;
import polder.model.json.VolumeJson;

/** {@code polder volume create}. */
public final class VolumeCreate implements Command {
  @Override
  public Usage usage() {
    return Usage.of("volume create", "make an empty volume for zones to attach")
        .text(
            "A zone attaches it whose payload has a file system of type \"volume\" with NAME as the"
                + " source; several zones may at once.")
        .option("-p --pool", "POOL", "the pool that it lies in; zones is usual")
        .option("-q --quota", "SIZE", "how much it may have: 512M, 20G; needs a pool of btrfs")
        .option("-c --compression", "WORD", "on, lz4, gzip, zstd or off; needs a pool of btrfs")
        .option(
            "-s --schedule",
            "PERIOD=COUNT,…",
            "snapshots by themselves: see 'polder volume schedule'")
        .operand("NAME", Operand.Kind.TEXT)
        .example("polder volume create data", "then 'polder run -v data:/srv debian:12'")
        .example("polder volume create db --pool fast --quota 20G", "has 20 GiB at most");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    VolumeRequest request =
        new VolumeRequest(
            arguments.operand(0),
            arguments.value("--pool").orElse(Pool.DEFAULT),
            arguments.value("--quota").map(VolumeCreate::quota).orElse(0L),
            arguments.value("--compression").orElse(DataCompression.OFF),
            arguments
                .value("--schedule")
                .map(text -> VolumeSchedule.schedule(List.of(text.split(",", -1))))
                .orElse(SnapshotSchedule.NONE));
    Volume volume = caller.ask(host -> host.volumes().create(request));
    if (arguments.has("--json")) {
      caller.out().line(Json.pretty(VolumeJson.write(volume)));
    } else {
      caller.tell("created volume " + volume.name() + " in pool " + volume.pool());
    }
    return Failure.DONE;
  }

  /** Reads a size; {@code 0} and {@code none} are for any number of bytes. */
  static long quota(String text) {
    return text.equals("0") || text.equals("none") ? 0 : Amount.mebibytes(text) << 20;
  }
}
