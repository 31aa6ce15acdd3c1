package polder.engine;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import polder.brand.Lan;
import polder.model.IpAddress;
import polder.model.Leases;
import polder.model.Network;
import polder.model.Nic;
import polder.model.NicRules;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

/** Whom a zone asks for names if its payload does not say. */
final class ZoneResolvers {
  private static final int MOST = 3; // MAXNS, resolv.h

  private ZoneResolvers() {}

  /**
   * Its networks', that of the primary nic first. Each knows the names of all of them; but the
   * host's own are asked too where none of them asks others, and one leads where those are.
   */
  static Lan.Names of(ZoneSpec spec, Leases.Known networks) {
    List<Network> all = new ArrayList<>();
    List<Nic> nics = spec.get(ZoneProperties.NICS);
    OptionalInt primary = NicRules.primary(nics);
    primary.ifPresent(at -> nics.get(at).network().flatMap(networks::find).ifPresent(all::add));
    nics.forEach(nic -> nic.network().flatMap(networks::find).ifPresent(all::add));
    Set<IpAddress> servers = new LinkedHashSet<>();
    Set<String> search = new LinkedHashSet<>();
    boolean leads = false;
    boolean asks = false;
    for (Network each : all) {
      servers.addAll(each.resolvers());
      if (!each.resolvers().isEmpty()) {
        search.add(each.dns().domain());
        asks |= !each.dns().forward().isEmpty();
      }
      leads |= each.kind().hasParent() || each.kind() == Network.Kind.NAT;
    }
    return new Lan.Names(
        servers.stream().limit(MOST).toList(), List.copyOf(search), leads && !asks);
  }
}
