package polder.brand.vm;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import polder.brand.Lan;
import polder.brand.RootFiles;
import polder.linux.Bytes;
import polder.linux.Directory;
import polder.linux.FileName;
import polder.linux.RegularFile;
import polder.model.CloudInit;
import polder.model.IpAddress;
import polder.model.Json;
import polder.model.Nic;
import polder.model.NicRules;
import polder.model.VmProperties;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

/**
 * What a guest's cloud-init is told, as a disk: its data source NoCloud. It is written anew at each
 * start, from the spec alone; QEMU reads it in the cage's root, which it cannot write.
 */
final class Seed {
  private static final FileName FILE = FileName.of("seed.iso");
  private static final int OWNER_ONLY = 0600;

  private Seed() {}

  /** Writes that of a vm which has one. */
  static void write(ZoneSpec spec, Lan lan, RootFiles root) {
    if (!spec.has(VmProperties.CLOUD_INIT)) {
      return;
    }
    byte[] image = of(spec, lan);
    try (Directory directory = Directory.open(Disks.tree(root));
        RegularFile file = directory.openOrCreate(FILE, OWNER_ONLY)) {
      file.truncate(0);
      file.write(0, image, 0, image.length);
    }
  }

  /** What QEMU is told of it; after the disks, whose order stays. */
  static List<String> options() {
    return List.of(
        "-blockdev",
        "driver=raw,node-name=seed,read-only=on,file.driver=file,file.filename=/" + FILE,
        "-device",
        "virtio-blk-pci,drive=seed");
  }

  /** The disk: the same for the same spec, byte by byte. */
  static byte[] of(ZoneSpec spec, Lan lan) {
    CloudInit told = spec.find(VmProperties.CLOUD_INIT).orElseThrow();
    return IsoImage.of(
        "cidata",
        List.of(
            new IsoImage.Entry("META", "meta-data", json(metaData(spec, told))),
            new IsoImage.Entry("NETWORK", "network-config", json(network(spec, lan))),
            new IsoImage.Entry(
                "USER", "user-data", Bytes.of(told.userData().getBytes(StandardCharsets.UTF_8)))));
  }

  /** JSON, which is YAML too. */
  private static Bytes json(Map<String, Object> tree) {
    return Bytes.of((Json.write(tree) + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private static Map<String, Object> metaData(ZoneSpec spec, CloudInit told) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("instance-id", spec.uuid().toString());
    tree.put("local-hostname", spec.hostname());
    tree.putAll(new TreeMap<>(told.metaData()));
    return tree;
  }

  /** Network config version 2: each card by its mac, with nothing that it would have to ask for. */
  private static Map<String, Object> network(ZoneSpec spec, Lan lan) {
    List<Nic> nics = spec.get(ZoneProperties.NICS);
    Map<String, Object> cards = new LinkedHashMap<>();
    for (int i = 0; i < nics.size(); i++) {
      Nic nic = nics.get(i);
      String name = nic.name().orElseThrow();
      Map<String, Object> card = new LinkedHashMap<>();
      card.put("match", Map.of("macaddress", nic.mac().orElseThrow().value()));
      card.put("set-name", name);
      card.put("dhcp4", false);
      card.put("dhcp6", false);
      card.put("accept-ra", false);
      card.put("mtu", (long) lan.mtus().get(i));
      card.put("addresses", nic.addresses().stream().map(Object::toString).toList());
      List<Object> routes = routes(lan, i);
      if (!routes.isEmpty()) {
        card.put("routes", routes);
      }
      if (NicRules.primary(nics).orElse(-1) == i) {
        nameservers(spec, lan.names()).ifPresent(servers -> card.put("nameservers", servers));
      }
      cards.put(name, card);
    }
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("version", 2L);
    tree.put("ethernets", cards);
    return tree;
  }

  private static List<Object> routes(Lan lan, int nic) {
    List<Object> routes = new ArrayList<>();
    for (NicRules.Way each : lan.ways()) {
      if (each.nic() == nic) {
        Map<String, Object> route = new LinkedHashMap<>();
        route.put("to", each.destination().toString());
        each.gateway()
            .ifPresentOrElse(
                gateway -> route.put("via", gateway.toString()), () -> route.put("scope", "link"));
        routes.add(route);
      }
    }
    return routes;
  }

  private static Optional<Map<String, Object>> nameservers(ZoneSpec spec, Lan.Names names) {
    Map<String, Object> servers = new LinkedHashMap<>();
    List<Object> search = new ArrayList<>();
    if (spec.has(ZoneProperties.DNS_DOMAIN)) {
      search.add(spec.get(ZoneProperties.DNS_DOMAIN));
    }
    if (spec.has(ZoneProperties.RESOLVERS)) {
      servers.put("addresses", List.copyOf(spec.get(ZoneProperties.RESOLVERS)));
    } else if (!names.servers().isEmpty()) {
      servers.put("addresses", names.servers().stream().map(IpAddress::toString).toList());
      search.addAll(names.search());
    }
    if (!search.isEmpty()) {
      servers.put("search", List.copyOf(search));
    }
    return Optional.of(servers).filter(each -> !each.isEmpty());
  }
}
