package polder.model;

import java.util.regex.Pattern;

/**
 * A question to the firewall: would it pass?
 *
 * @param from who would send it: a zone, a remote VM's uuid, or an address
 * @param to who would get it
 * @param traffic what it would be
 */
public record FirewallProbe(String from, String to, FirewallTraffic traffic) {
  private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

  /** Whether {@code end} is written as an address. */
  public static boolean isAddress(String end) {
    return ADDRESS.matcher(end).matches() && (end.indexOf(':') >= 0 || end.indexOf('.') > 0);
  }
}
