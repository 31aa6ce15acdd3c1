package polder.image.registry;

import java.util.Locale;
import java.util.regex.Pattern;
import polder.image.http.Nearness;
import polder.image.http.Origin;

/**
 * A registry, as references and settings name it.
 *
 * @param value {@code host} or {@code host:port}, in lower case
 */
public record RegistryName(String value) {
  private static final String LABEL = "[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?";
  private static final Pattern VALID =
      Pattern.compile(
          "(" + LABEL + "(\\." + LABEL + ")*|\\[[0-9a-fA-F:.]{2,45}\\])(:[1-9][0-9]{0,4})?");
  private static final int LONGEST = 253;

  /** Where images without a registry in their name come from. */
  public static final RegistryName DOCKER_HUB = new RegistryName("docker.io");

  public RegistryName {
    if (value.length() > LONGEST || !VALID.matcher(value).matches()) {
      throw Refused.invalid("registry '%s': use HOST or HOST:PORT", Refused.shown(value));
    }
    value = value.toLowerCase(Locale.ROOT);
    if (value.equals("index.docker.io") || value.equals("registry-1.docker.io")) {
      value = "docker.io";
    }
    if (port(value) > 0xffff) {
      throw Refused.invalid("registry '%s': a port is 65535 at most", Refused.shown(value));
    }
  }

  private static int port(String value) {
    int colon = value.lastIndexOf(':');
    return colon > value.lastIndexOf(']') ? Integer.parseInt(value.substring(colon + 1)) : 0;
  }

  /** The host: without the port and the brackets of an IPv6 address. */
  public String host() {
    int end = port(value) == 0 ? value.length() : value.lastIndexOf(':');
    String host = value.substring(0, end);
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  /** The server that speaks for it. */
  Origin origin(boolean secure) {
    if (equals(DOCKER_HUB)) {
      return new Origin(true, "registry-1.docker.io", 443);
    }
    int port = port(value);
    return new Origin(secure, host(), port == 0 ? secure ? 443 : 80 : port);
  }

  /** Whether it is written as an address of this very host. */
  boolean isLoopback() {
    return Nearness.isLiteral(host()) && Nearness.ofLiteral(host()) == Nearness.HERE;
  }

  @Override
  public String toString() {
    return value;
  }
}
