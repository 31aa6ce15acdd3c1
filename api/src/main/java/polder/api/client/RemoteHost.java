package polder.api.client;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import polder.model.Balances;
import polder.model.DeletedZones;
import polder.model.ErrorKind;
import polder.model.Events;
import polder.model.Finding;
import polder.model.Firewall;
import polder.model.Guests;
import polder.model.Host;
import polder.model.HostInfo;
import polder.model.Images;
import polder.model.Json;
import polder.model.Networks;
import polder.model.PolderException;
import polder.model.Pools;
import polder.model.Snapshots;
import polder.model.Transfers;
import polder.model.Volumes;
import polder.model.Zones;
import polder.model.json.HostJson;

/**
 * A host whose daemon is asked over its socket.
 *
 * <pre>{@code
 * try (Host host = RemoteHost.of("unix:///run/polder/api.sock")) {
 *   host.zones().list().forEach(zone -> System.out.println(zone.name()));
 * }
 * }</pre>
 *
 * <p>Any of its methods may throw {@link PolderException} UNREACHABLE or DENIED beside what {@link
 * Host} says.
 */
public final class RemoteHost implements Host {
  private final Caller caller;

  private RemoteHost(Path socket) {
    caller = new Caller(socket);
  }

  /** The host whose daemon listens on {@code socket}; nothing is asked yet. */
  public static RemoteHost open(Path socket) {
    return new RemoteHost(socket);
  }

  /**
   * The host that {@code POLDER_HOST} names.
   *
   * @param address {@code unix:///path/to/api.sock}
   * @throws PolderException INVALID, or UNSUPPORTED for {@code https}
   */
  public static RemoteHost of(String address) {
    try {
      URI uri = new URI(address);
      if ("https".equals(uri.getScheme())) {
        throw new PolderException(
            ErrorKind.UNSUPPORTED,
            "this version reaches hosts by their Unix socket only: use unix:///path, over ssh for"
                + " another machine's");
      }
      String path = uri.getPath();
      if ("unix".equals(uri.getScheme())
          && uri.getRawAuthority() == null
          && path != null
          && path.startsWith("/")) {
        return open(Path.of(path));
      }
    } catch (URISyntaxException e) {
      throw wrong(address);
    }
    throw wrong(address);
  }

  private static PolderException wrong(String address) {
    return new PolderException(
        ErrorKind.INVALID,
        "POLDER_HOST '%s' is no address: use unix:///path/to/api.sock".formatted(address));
  }

  @Override
  public Zones zones() {
    return new RemoteZones(caller);
  }

  /**
   * All zones as JSON trees, as {@link polder.model.Zone#write} makes them, unchecked: for whoever
   * only shows them. Reading 200 into records costs a fresh JVM as much as all the rest of a list.
   *
   * @param fields the properties that each is to have, where it has them; none means all
   */
  public List<Map<String, Object>> zoneTrees(Collection<String> fields) {
    String query = fields.isEmpty() ? "" : "?fields=" + String.join(",", fields);
    List<Map<String, Object>> trees = new ArrayList<>();
    for (Object tree : Json.asList(caller.call("GET", "/v1/zones" + query, null))) {
      trees.add(Json.asObject(tree));
    }
    return trees;
  }

  @Override
  public DeletedZones deleted() {
    return new RemoteDeletedZones(caller);
  }

  @Override
  public Guests guests() {
    return new RemoteGuests(caller);
  }

  @Override
  public Images images() {
    return new RemoteImages(caller);
  }

  @Override
  public Pools pools() {
    return new RemotePools(caller);
  }

  @Override
  public Snapshots snapshots() {
    return new RemoteSnapshots(caller);
  }

  @Override
  public Transfers transfers() {
    return new RemoteTransfers(caller);
  }

  @Override
  public Volumes volumes() {
    return new RemoteVolumes(caller);
  }

  @Override
  public Firewall firewall() {
    return new RemoteFirewall(caller);
  }

  @Override
  public Balances balances() {
    return new RemoteBalances(caller);
  }

  @Override
  public Networks networks() {
    return new RemoteNetworks(caller);
  }

  @Override
  public Events events() {
    return new RemoteEvents(caller);
  }

  @Override
  public HostInfo info() {
    return HostJson.readInfo(caller.call("GET", "/v1/info", null));
  }

  @Override
  public List<Finding> doctor() {
    return findings("/v1/doctor");
  }

  @Override
  public List<Finding> fsck() {
    return findings("/v1/fsck");
  }

  private List<Finding> findings(String target) {
    return Json.asList(caller.call("GET", target, null)).stream()
        .map(HostJson::readFinding)
        .toList();
  }

  /** Does nothing: each request has a connection of its own. */
  @Override
  public void close() {}
}
