package polder.model;

import java.util.UUID;

/**
 * What a firewall rule has decided over since it was put in force: what begins a flow, not all that
 * follows.
 *
 * @param rule the rule
 * @param packets how many
 * @param bytes how many in them
 */
public record FirewallCount(UUID rule, long packets, long bytes) {}
