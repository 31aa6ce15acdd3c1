package polder.brand.zone;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import polder.brand.Lan;
import polder.linux.Bytes;
import polder.linux.Directory;
import polder.linux.DurableFile;
import polder.linux.Errno;
import polder.linux.FileName;
import polder.linux.FileType;
import polder.linux.Node;
import polder.linux.RegularFile;
import polder.linux.Stat;
import polder.linux.SyscallException;
import polder.model.Cidr;
import polder.model.IpAddress;
import polder.model.Nic;
import polder.model.NicRules;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

/**
 * The files of /etc that say who a zone is and whom it asks for names. Written by name into a
 * directory that is held, in place of whatever has the name.
 */
final class EtcFiles {
  private static final IpAddress ALONE = IpAddress.of("127.0.1.1");
  private static final String RESOLVER = "resolv.conf";
  private static final int READABLE = 0644;
  private static final int LARGEST = 4096; // of what we write here, by far

  /** On a file of ours, what we wrote; a zone can neither see it nor make it: xattr(7). */
  private static final Bytes MARK = Bytes.of("trusted.polder.written");

  private EtcFiles() {}

  /** hostname(5), hosts(5), and resolv.conf(5). */
  static void write(Directory etc, ZoneSpec spec) {
    names(spec, Lan.Names.NONE).forEach((name, text) -> placeMarked(etc, name, text));
    if (follows(spec)) {
      placeMarked(etc, RESOLVER, resolver(spec, Lan.Names.NONE)); // its networks' at its start
    } else {
      writeResolver(etc, spec, Lan.Names.NONE);
    }
  }

  /** Whether its networks say whom it asks for names, if anybody does. */
  private static boolean follows(ZoneSpec spec) {
    return !spec.get(ZoneProperties.NICS).isEmpty() && spec.get(ZoneProperties.RESOLVERS).isEmpty();
  }

  /** As {@link #renew}, resolv.conf(5) of a zone that is on networks and names no servers. */
  static void renewResolver(Directory etc, ZoneSpec spec, Lan.Names names) {
    if (follows(spec)) {
      String text = resolver(spec, names);
      Optional<Bytes> there =
          written(etc, RESOLVER)
              .or(() -> content(etc, RESOLVER).filter(each -> each.equals(unmarked(spec))));
      if (there.filter(before -> !before.equals(Bytes.of(text))).isPresent()) {
        placeMarked(etc, RESOLVER, text);
      }
    }
  }

  /** What earlier versions wrote without marking it. */
  private static Bytes unmarked(ZoneSpec spec) {
    return Bytes.of(resolver(spec, Lan.Names.NONE));
  }

  /**
   * Brings hostname(5) and hosts(5) up to date, each only if it still is what we wrote: a file that
   * the zone's owner changed is his, and one that he took away stays away.
   *
   * @param names of the networks that it is on, if they are known
   */
  static void renew(Directory etc, ZoneSpec spec, Lan.Names names) {
    names(spec, names)
        .forEach(
            (name, text) -> {
              if (written(etc, name).filter(before -> !before.equals(Bytes.of(text))).isPresent()) {
                placeMarked(etc, name, text);
              }
            });
  }

  private static Map<String, String> names(ZoneSpec spec, Lan.Names names) {
    return Map.of("hostname", spec.hostname() + "\n", "hosts", hosts(spec, names));
  }

  /** What the file {@code name} holds, if it is a small one. */
  private static Optional<Bytes> content(Directory etc, String name) {
    if (etc.find(FileName.of(name)).filter(EtcFiles::isSmallFile).isEmpty()) {
      return Optional.empty();
    }
    try (RegularFile file = etc.read(FileName.of(name))) {
      return Optional.of(Bytes.of(file.readAll(LARGEST)));
    }
  }

  /** What the file {@code name} holds, if that is what we wrote there. */
  private static Optional<Bytes> written(Directory etc, String name) {
    if (etc.find(FileName.of(name)).filter(EtcFiles::isSmallFile).isEmpty()) {
      return Optional.empty();
    }
    try (RegularFile file = etc.read(FileName.of(name))) {
      return file.node()
          .xattrs()
          .get(MARK)
          .filter(text -> text.equals(Bytes.of(file.readAll(LARGEST))));
    }
  }

  private static boolean isSmallFile(Stat stat) {
    return stat.type() == FileType.REGULAR && stat.size() <= LARGEST;
  }

  private static void placeMarked(Directory etc, String name, String text) {
    place(etc, name, text);
    if (etc.find(FileName.of(name)).filter(EtcFiles::isSmallFile).isPresent()) {
      try (Node node = etc.node(FileName.of(name))) {
        node.xattrs().set(MARK, Bytes.of(text));
      } catch (SyscallException e) {
        if (!e.errno().equals(Errno.EOPNOTSUPP) && !e.errno().equals(Errno.EPERM)) {
          throw e;
        }
        // a file system without such attributes: it counts as the owner's from now on
      }
    }
  }

  /** resolv.conf(5) alone. */
  static void writeResolver(Directory etc, ZoneSpec spec, Lan.Names names) {
    place(etc, RESOLVER, resolver(spec, names));
  }

  /** Its own name with the domain that its payload says, else the one that its networks answer. */
  static String hosts(ZoneSpec spec, Lan.Names asked) {
    String hostname = spec.hostname();
    boolean said = spec.has(ZoneProperties.DNS_DOMAIN) || asked.search().isEmpty();
    String domain = said ? spec.get(ZoneProperties.DNS_DOMAIN) : asked.search().getFirst();
    boolean whole = hostname.indexOf('.') >= 0;
    String names =
        whole
            ? hostname + " " + hostname.substring(0, hostname.indexOf('.'))
            : hostname + "." + domain + " " + hostname;
    String own =
        addresses(spec).stream()
            .map(address -> address + " " + names)
            .collect(Collectors.joining("\n"));
    return """
        127.0.0.1 localhost
        %s
        ::1 localhost ip6-localhost ip6-loopback
        ff02::1 ip6-allnodes
        ff02::2 ip6-allrouters
        """
        .formatted(own);
  }

  /** What a zone's own name leads to: by what others call it, the first of each family. */
  private static List<IpAddress> addresses(ZoneSpec spec) {
    List<Nic> nics = spec.get(ZoneProperties.NICS);
    List<IpAddress> own = new ArrayList<>();
    NicRules.primary(nics)
        .ifPresent(
            primary -> {
              for (boolean six : new boolean[] {false, true}) {
                nics.get(primary).addresses().stream()
                    .map(Cidr::address)
                    .filter(each -> each.six() == six)
                    .findFirst()
                    .ifPresent(own::add);
              }
            });
    return own.isEmpty() ? List.of(ALONE) : own;
  }

  /**
   * Without servers in the payload those of its networks; without any, the host's own, but not
   * those that listen on its loopback.
   */
  static String resolver(ZoneSpec spec, Lan.Names names) {
    List<String> servers = new ArrayList<>(spec.get(ZoneProperties.RESOLVERS));
    List<String> search = new ArrayList<>();
    if (servers.isEmpty() && !names.servers().isEmpty()) {
      names.servers().forEach(each -> servers.add(each.toString()));
      if (spec.has(ZoneProperties.DNS_DOMAIN)) {
        search.add(spec.get(ZoneProperties.DNS_DOMAIN));
      }
      search.addAll(names.search());
      if (names.beside()) {
        servers.addAll(hostServers());
      }
    } else {
      search.add(spec.get(ZoneProperties.DNS_DOMAIN));
      if (servers.isEmpty()) {
        servers.addAll(hostServers());
      }
    }
    return "search %s\n".formatted(String.join(" ", search))
        + servers.stream().map("nameserver %s\n"::formatted).collect(Collectors.joining());
  }

  private static List<String> hostServers() {
    try {
      return Files.readString(Path.of("/etc/resolv.conf"))
          .lines()
          .map(line -> line.strip().split("\\s+", -1))
          .filter(words -> words.length == 2 && words[0].equals("nameserver"))
          .map(words -> words[1])
          .filter(address -> address.matches("[0-9a-fA-F.:]{2,45}"))
          .filter(address -> !address.startsWith("127.") && !address.equals("::1"))
          .toList();
    } catch (IOException e) {
      return List.of(); // a host without name servers
    }
  }

  /** Puts a file in place of what has that name, be it a link; a directory there is left alone. */
  static void place(Directory directory, String name, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    try {
      DurableFile.note(directory, FileName.of(name), bytes, READABLE);
    } catch (SyscallException e) {
      if (!e.errno().equals(Errno.EISDIR)) {
        throw e;
      }
    }
  }
}
