package polder.image.registry;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import polder.image.http.Http;
import polder.image.http.Network;
import polder.image.http.Origin;
import polder.image.http.Pace;
import polder.image.http.Tls;
import polder.model.ErrorKind;
import polder.model.PolderException;

/** The door to all registries: opens repositories with what this host knows of them. */
public final class Registries {
  private final Network network;
  private final Supplier<Settings> settings;
  private final Credentials credentials;
  private final Pace pace;
  private final Retry retry;

  /**
   * The door.
   *
   * @param settings what the administrator says; asked anew for each repository
   * @param credentials who we are
   */
  public Registries(Supplier<Settings> settings, Credentials credentials) {
    this(Network.HOST, settings, credentials, Pace.USUAL, Retry.USUAL);
  }

  Registries(
      Network network,
      Supplier<Settings> settings,
      Credentials credentials,
      Pace pace,
      Retry retry) {
    this.network = network;
    this.settings = settings;
    this.credentials = credentials;
    this.pace = pace;
    this.retry = retry;
  }

  /** Opens the repository of {@code reference} to read from it; nothing is asked yet. */
  public RemoteRepository open(Reference reference) {
    Settings known = settings.get();
    List<RegistryName> servers = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (Settings.Mirror mirror : known.of(reference.registry()).mirrors()) {
      servers.add(mirror.registry());
      names.add(mirror.prefix() + reference.repository());
    }
    servers.add(reference.registry());
    names.add(reference.repository());
    Http http = new Http(network, trust(servers, known), pace);
    Tokens tokens = new Tokens();
    List<Endpoint> endpoints = new ArrayList<>();
    for (int i = 0; i < servers.size(); i++) {
      endpoints.add(
          new Endpoint(
              servers.get(i),
              names.get(i),
              "pull",
              Optional.empty(),
              http,
              network,
              known,
              credentials,
              tokens,
              retry));
    }
    return new RemoteRepository(endpoints, http);
  }

  /** Opens the repository of {@code reference} to write to it. */
  public Publication publish(Reference reference) {
    Settings known = settings.get();
    Http http = new Http(network, trust(List.of(reference.registry()), known), pace);
    Function<Optional<String>, Endpoint> endpoints =
        from ->
            new Endpoint(
                reference.registry(),
                reference.repository(),
                "pull,push",
                from,
                http,
                network,
                known,
                credentials,
                new Tokens(),
                retry);
    return new Publication(endpoints, http);
  }

  /** Whom to trust for which server: what is said of a registry is for its own server. */
  private static Function<Origin, Tls> trust(List<RegistryName> servers, Settings settings) {
    Map<Origin, Tls> special = new HashMap<>();
    for (RegistryName server : servers) {
      Settings.Entry entry = settings.of(server);
      special.put(Endpoint.home(server, entry), tls(server, entry));
    }
    Tls usual = Tls.usual(Set.of());
    return origin -> special.getOrDefault(origin, usual);
  }

  private static Tls tls(RegistryName server, Settings.Entry entry) {
    if (entry.authorities().isEmpty()) {
      return Tls.usual(entry.pins());
    }
    try {
      return Tls.of(entry.authorities().get(), entry.pins());
    } catch (IOException e) {
      throw new PolderException(
          ErrorKind.INVALID,
          "cannot read the \"ca_file\" %s of registry %s: %s"
              .formatted(entry.authorities().get(), server, e.getMessage()),
          e);
    }
  }
}
