package polder.model;

import java.util.UUID;

/**
 * How a zone stands to the firewall.
 *
 * @param uuid the zone
 * @param name what people call it
 * @param enabled whether it asks for rules: {@code firewall_enabled}
 * @param guarded whether rules are in force for its cards now; none is for a zone that is down
 * @param rules how many rules that are enabled decide over what it gets or sends
 */
public record FirewallZone(UUID uuid, String name, boolean enabled, boolean guarded, long rules) {}
