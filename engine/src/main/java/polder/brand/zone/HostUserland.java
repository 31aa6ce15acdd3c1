package polder.brand.zone;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import polder.linux.MountAttribute;

/**
 * What of the host's files every native zone sees, live and read-only.
 *
 * <p>Programs and libraries; the choices among alternatives, to which programs' names lead; the
 * certificates that the host trusts. Set-uid programs keep their bit: their root is the zone's.
 */
final class HostUserland {
  private static final List<String> PROGRAMS =
      List.of("usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32");
  private static final List<String> SETTINGS = List.of("etc/alternatives", "etc/ssl/certs");

  private final Path host;

  /** Of the host whose root is {@code host}: "/", but for tests. */
  HostUserland(Path host) {
    this.host = host;
  }

  /** The directories with programs and libraries alone, without '/' at the beginning. */
  List<String> programs() {
    List<String> programs = new ArrayList<>();
    for (String name : PROGRAMS) {
      if (!Files.isSymbolicLink(host.resolve(name)) && Files.isDirectory(host.resolve(name))) {
        programs.add(name);
      }
    }
    return programs;
  }

  /** The directories to mount, without '/' at the beginning. */
  List<String> shared() {
    List<String> shared = programs();
    SETTINGS.stream().filter(name -> Files.isDirectory(host.resolve(name))).forEach(shared::add);
    return shared;
  }

  /** The names at the top that lead into what is shared, as "bin" to "usr/bin". */
  Map<String, String> links() {
    Map<String, String> links = new LinkedHashMap<>();
    for (String name : PROGRAMS) {
      Path path = host.resolve(name);
      if (Files.isSymbolicLink(path)) {
        try {
          links.put(name, Files.readSymbolicLink(path).toString());
        } catch (IOException e) {
          throw new UncheckedIOException("cannot read the link " + path, e);
        }
      }
    }
    return links;
  }

  /** The mounts that show it to a zone. */
  List<Attachment> attachments(HostMounts mounts) {
    return attachments(
        mounts, shared(), EnumSet.of(MountAttribute.READ_ONLY, MountAttribute.NO_DEVICES));
  }

  /** The mounts that show some of it to a zone. */
  List<Attachment> attachments(
      HostMounts mounts, List<String> names, Set<MountAttribute> attributes) {
    List<Attachment> attachments = new ArrayList<>();
    for (String name : names) {
      attachments.add(
          new Attachment.Bind(
              mounts.mapped(host.resolve(name), attributes), "/" + name, true, false));
    }
    return attachments;
  }
}
