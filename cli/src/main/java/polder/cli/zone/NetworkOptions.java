package polder.cli.zone;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import polder.cli.call.Arguments;
import polder.cli.call.Usage;
import polder.cli.call.UsageException;
import polder.model.Image;
import polder.model.Network;
import polder.model.PolderException;
import polder.model.PublishedPort;

/** What {@code polder run} says of a zone's network: Docker's words for {@code nics}. */
final class NetworkOptions {
  private NetworkOptions() {}

  static Usage options(Usage usage) {
    return usage
        .options("--network", "NETWORK", "a network card on it, such as polder0; none if absent")
        .options(
            "-p --publish",
            "[[ADDRESS:]PORT:]PORT[/udp]",
            "let the host pass its PORT on to the zone's, on the first --network, or polder0")
        .flag("-P --publish-all", "the same for all ports that the image names, at free ones")
        .option("--dns", "ADDRESS", "a DNS server");
  }

  /** Adds to a payload what the words mean, but for {@code -P}. */
  static void write(Arguments arguments, Map<String, Object> payload) {
    if (!arguments.values("--dns").isEmpty()) {
      payload.put("resolvers", arguments.values("--dns"));
    }
    List<String> published =
        arguments.values("--publish").stream().map(NetworkOptions::port).toList();
    boolean publishes = !published.isEmpty() || arguments.has("--publish-all");
    List<String> networks =
        new ArrayList<>(
            arguments.values("--network").stream()
                .filter(network -> !network.equals("none")) // as Docker has it
                .toList());
    if (networks.isEmpty() && publishes) {
      if (arguments.values("--network").contains("none")) {
        throw new UsageException("--network none has no ports to publish; leave it out");
      }
      networks.add(Network.DEFAULT);
    }
    List<Map<String, Object>> nics = new ArrayList<>();
    for (String network : networks) {
      Map<String, Object> nic = new LinkedHashMap<>(Map.of("nic_tag", network));
      if (nics.isEmpty() && !published.isEmpty()) {
        nic.put("ports", published);
      }
      nics.add(nic);
    }
    if (!nics.isEmpty()) {
      payload.put("nics", nics);
    }
  }

  private static String port(String word) {
    try {
      return PublishedPort.of(word).toString();
    } catch (PolderException e) {
      throw new UsageException("-p: " + e.getMessage());
    }
  }

  /** The ports that an image says it listens at, each at a free one of the host's. */
  static List<PublishedPort> exposed(Image image) {
    return image.config().ports().stream().map(PublishedPort::of).toList();
  }
}
