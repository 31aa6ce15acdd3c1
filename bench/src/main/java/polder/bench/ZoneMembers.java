package polder.bench;

import java.util.List;
import polder.model.Brand;
import polder.model.Host;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;

/** Zones of brand lx that sleep, on a host of ours, wherever it is. */
final class ZoneMembers implements Crowd.Member {
  private final Host host;

  /** On {@code host}, which has the image {@link ZoneHost#IMAGE}. */
  ZoneMembers(Host host) {
    this.host = host;
  }

  ZoneMembers(ZoneHost host) {
    this(host.host());
  }

  @Override
  public void start(int number) {
    ZoneSpec spec =
        ZoneSpec.of(Brand.LX)
            .with(ZoneProperties.ALIAS, name(number))
            .with(ZoneProperties.IMAGE, ZoneHost.IMAGE)
            .with(ZoneProperties.CMD, List.of("/bin/sleep", "1000000"));
    host.zones().start(ZoneRef.of(host.zones().create(spec).uuid()));
  }

  @Override
  public void delete(int number) {
    host.zones().delete(new ZoneRef(name(number)), true);
  }

  private static String name(int number) {
    return "crowd-" + number;
  }
}
