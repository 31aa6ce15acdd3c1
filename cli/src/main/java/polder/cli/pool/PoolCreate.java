package polder.cli.pool;

import java.nio.file.Path;
import java.util.Optional;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.cli.view.Amount;
import polder.model.Json;
import polder.model.Pool;
import polder.model.PoolRequest;
import polder.model.json.PoolJson;

/** {@code polder pool create}. */
public final class PoolCreate implements Command {
  @Override
  public Usage usage() {
    return Usage.of("pool create", "make a pool of btrfs for zones to lie in")
        .text(
            "Without an option it is on a sparse file, as large as half of what is free. A zone is"
                + " in it whose payload says \"zpool\": NAME.")
        .option("-s --size", "SIZE", "size of the file: 512M, 20G; 256M at least")
        .option("--path", "DIRECTORY", "an empty directory of a btrfs instead")
        .option("--device", "DEVICE", "a block device with nothing on it instead")
        .operand("NAME", Operand.Kind.TEXT)
        .example("polder pool create fast --size 20G", "zones in it are cloned at once")
        .example("polder pool create disks --device /dev/sdb", "takes the whole disk");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    Optional<Long> size = arguments.value("--size").map(Amount::mebibytes).map(m -> m << 20);
    PoolRequest request =
        new PoolRequest(
            arguments.operand(0),
            size,
            arguments.value("--path").map(PoolCreate::absolute),
            arguments.value("--device").map(PoolCreate::absolute));
    Pool pool = caller.ask(host -> host.pools().create(request));
    if (arguments.has("--json")) {
      caller.out().line(Json.pretty(PoolJson.write(pool)));
    } else {
      caller.tell("created pool " + pool.name() + " of " + Amount.bytes(pool.size()));
    }
    return Failure.DONE;
  }

  /** The daemon stands elsewhere than the caller. */
  static String absolute(String path) {
    return Path.of(path).toAbsolutePath().normalize().toString();
  }
}
