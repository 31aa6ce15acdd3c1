package polder.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Who is spoken of in firewall rules: a zone, or a VM that is elsewhere.
 *
 * @param uuid its identity
 * @param name what people call it
 * @param owner whose it is
 * @param tags its labels; values as text
 * @param addresses its own, the link-local ones too
 * @param guarded whether rules are in force for it: a zone's {@code firewall_enabled}
 */
public record FirewallParty(
    UUID uuid,
    String name,
    String owner,
    Map<String, String> tags,
    List<IpAddress> addresses,
    boolean guarded) {
  private static final long LINK_LOCAL = 0xfe80L << 48;

  public FirewallParty {
    tags = Map.copyOf(tags);
    addresses = List.copyOf(addresses);
  }

  /** A zone, by its spec, in which nothing is left open. */
  public static FirewallParty of(ZoneSpec spec) {
    List<IpAddress> addresses = new ArrayList<>();
    for (Nic nic : spec.get(ZoneProperties.NICS)) {
      nic.addresses().forEach(each -> addresses.add(each.address()));
      boolean six =
          nic.addresses().stream().anyMatch(each -> each.address().six())
              || nic.allowedIps().stream().anyMatch(each -> each.address().six());
      Optional<MacAddress> mac = nic.mac();
      if (six && mac.isPresent()) {
        addresses.add(new IpAddress(true, LINK_LOCAL, mac.get().interfaceId()));
      }
    }
    return new FirewallParty(
        spec.uuid(),
        spec.name(),
        spec.get(ZoneProperties.OWNER_UUID),
        texts(spec.get(ZoneProperties.TAGS)),
        addresses,
        spec.get(ZoneProperties.FIREWALL_ENABLED));
  }

  /** A VM that is elsewhere. */
  public static FirewallParty of(FirewallRemote remote) {
    return new FirewallParty(
        remote.uuid(),
        remote.uuid().toString(),
        remote.owner().map(UUID::toString).orElse(""),
        texts(remote.tags()),
        remote.ips(),
        false);
  }

  private static Map<String, String> texts(Map<String, Object> tags) {
    Map<String, String> texts = new LinkedHashMap<>();
    tags.forEach((name, value) -> texts.put(name, String.valueOf(value)));
    return texts;
  }
}
