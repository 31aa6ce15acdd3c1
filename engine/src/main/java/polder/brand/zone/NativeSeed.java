package polder.brand.zone;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import polder.linux.Directory;
import polder.linux.Errno;
import polder.linux.FileName;
import polder.linux.FilePath;
import polder.linux.FileType;
import polder.linux.Node;
import polder.linux.RegularFile;
import polder.linux.Stat;
import polder.linux.SyscallException;
import polder.model.ZoneSpec;

/**
 * What a native zone's own directories begin with.
 *
 * <p>Three tables say where everything is from: {@link #COPIED} from the host, {@link #DIRECTORIES}
 * made empty, and in {@link #generate} written anew; what is shared live is {@link HostUserland}'s.
 * Nothing else of the host's is ever copied. What is the same in all zones is read once, and again
 * when something of it has changed on the host.
 */
final class NativeSeed {
  /** Below /etc: how programs, shells, terminals and languages are set up. No services. */
  private static final List<Pattern> COPIED =
      patterns(
          """
          adduser.conf bash.bashrc bash_completion bash_completion.d bindresvport.blacklist
          ca-certificates.conf debconf.conf debian_version deluser.conf dpkg fonts gai.conf glvnd
          groff gss host.conf ImageMagick-.* inputrc issue issue.net java-.* ld.so.cache
          ld.so.conf ld.so.conf.d libaudit.conf locale.alias locale.conf localtime login.defs
          lsb-release magic magic.mime manpath.config maven mime.types motd nanorc netconfig
          networks os-release pam.conf pam.d perl profile profile.d protocols
          python[0-9.]* rpc security services sgml shells skel terminfo timezone vim xattr.conf
          xdg xml
          """);

  /** Elsewhere: a directory, and the file in it. */
  private static final List<Map.Entry<String, String>> COPIED_BY_PATH =
      List.of(
          Map.entry("etc/default", "locale"),
          Map.entry("etc/default", "useradd"),
          Map.entry("etc/ssl", "openssl.cnf"));

  /** Path and mode. */
  private static final List<Map.Entry<String, Integer>> DIRECTORIES =
      List.of(
          Map.entry("dev", 0755),
          Map.entry("etc", 0755),
          Map.entry("etc/opt", 0755),
          Map.entry("etc/ssl", 0755),
          Map.entry("home", 0755),
          Map.entry("media", 0755),
          Map.entry("mnt", 0755),
          Map.entry("opt", 0755),
          Map.entry("proc", 0555),
          Map.entry("root", 0700),
          Map.entry("run", 0755),
          Map.entry("run/lock", 01777),
          Map.entry("srv", 0755),
          Map.entry("sys", 0555),
          Map.entry("tmp", 01777),
          Map.entry("var", 0755),
          Map.entry("var/backups", 0755),
          Map.entry("var/cache", 0755),
          Map.entry("var/lib", 0755),
          Map.entry("var/local", 02775),
          Map.entry("var/log", 0755),
          Map.entry("var/mail", 02775),
          Map.entry("var/opt", 0755),
          Map.entry("var/spool", 0755),
          Map.entry("var/tmp", 01777));

  private final Path host;
  private final HostUserland userland;
  private final ReentrantLock reading = new ReentrantLock();
  private @Nullable Template template;

  /** What all zones begin with, and what of the host it was made from. */
  private record Template(
      SeedTree tree, SeedSource files, List<String> shared, Map<String, String> links) {}

  /** From the host whose root is {@code host}: "/", but for tests. */
  NativeSeed(Path host) {
    this.host = host;
    this.userland = new HostUserland(host);
  }

  /** Fills a root. What is there from a first attempt is written again. */
  void fill(Directory root, ZoneSpec spec) {
    template().tree.write(root);
    try (Directory etc = root.enter(FileName.of("etc"))) {
      generate(etc, spec);
    }
  }

  /** As the host's files are now: what was read for the zone before, if none of it has changed. */
  private Template template() {
    List<String> shared = userland.shared();
    Map<String, String> links = userland.links();
    reading.lock();
    try {
      Template last = template;
      if (last != null
          && last.shared.equals(shared)
          && last.links.equals(links)
          && last.files.areSame()) {
        return last;
      }
      Template fresh = read(shared, links);
      template = fresh;
      return fresh;
    } finally {
      reading.unlock();
    }
  }

  private Template read(List<String> shared, Map<String, String> links) {
    SeedTree tree = new SeedTree();
    DIRECTORIES.forEach(entry -> tree.directory(entry.getKey(), entry.getValue()));
    shared.forEach(name -> tree.directory(name, 0755));
    links.forEach((name, target) -> tree.link(name, FilePath.of(target)));
    tree.link("var/run", FilePath.of("/run"));
    tree.link("var/lock", FilePath.of("/run/lock"));
    SeedSource files = new SeedSource(host, tree);
    files.readAll("etc", "etc", NativeSeed::isCopied);
    COPIED_BY_PATH.forEach(
        entry -> files.readAll(entry.getKey(), entry.getKey(), entry.getValue()::equals));
    files.readAll("etc/skel", "root", any -> true); // root's shell is set up as a new user's
    return new Template(tree, files, shared, links);
  }

  /**
   * Copies again what programs look libraries up in, should the host have new ones.
   *
   * @return whether the zone let us; it may have put something in the way, and libraries are found
   *     in their usual places without it
   */
  boolean refresh(Directory etc) {
    FileName cache = FileName.of("ld.so.cache");
    try (Directory from = Directory.open(host.resolve("etc"))) {
      if (!isSame(from.find(cache), etc.find(cache))) {
        copyFile(from, etc, cache, 0644);
      }
      return true;
    } catch (SyscallException e) {
      return false;
    }
  }

  /** A copy is younger than what it was made from, and as long. */
  private static boolean isSame(Optional<Stat> original, Optional<Stat> copy) {
    return original.isPresent()
        && copy.isPresent()
        && copy.get().type() == FileType.REGULAR
        && copy.get().size() == original.get().size()
        && copy.get().modified().isAfter(original.get().changed());
  }

  static boolean isCopied(String name) {
    return COPIED.stream().anyMatch(pattern -> pattern.matcher(name).matches());
  }

  private static List<Pattern> patterns(String words) {
    return List.of(words.strip().split("\\s+", -1)).stream().map(Pattern::compile).toList();
  }

  private void generate(Directory etc, ZoneSpec spec) {
    var accounts = new HostAccounts(text("etc/passwd"), text("etc/group"));
    EtcFiles.place(etc, "passwd", accounts.passwdText());
    EtcFiles.place(etc, "group", accounts.groupText());
    secret(etc, "shadow", accounts.shadowText());
    secret(etc, "gshadow", accounts.gshadowText());
    EtcFiles.place(etc, "machine-id", UUID.randomUUID().toString().replace("-", "") + "\n");
    EtcFiles.place(etc, "environment", "");
    EtcFiles.place(etc, "fstab", "");
    link(etc, "mtab", "/proc/mounts");
    EtcFiles.place(
        etc,
        "nsswitch.conf",
        """
        passwd: files
        group: files
        shadow: files
        gshadow: files
        hosts: files dns
        networks: files
        protocols: files
        services: files
        ethers: files
        rpc: files
        """);
    EtcFiles.write(etc, spec);
  }

  private static void secret(Directory etc, String name, String text) {
    EtcFiles.place(etc, name, text);
    try (Node node = etc.node(FileName.of(name))) {
      node.mode(0640);
    }
  }

  private String text(String path) {
    try {
      return Files.readString(host.resolve(path), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + host.resolve(path), e);
    }
  }

  private static void link(Directory directory, String name, String target) {
    try {
      directory.makeSymlink(FileName.of(name), FilePath.of(target));
    } catch (SyscallException e) {
      if (!e.errno().equals(Errno.EEXIST)) {
        throw e;
      }
    }
  }

  private static void copyFile(Directory from, Directory to, FileName name, int mode) {
    FileName unfinished = FileName.of(".polder-copy");
    try {
      to.remove(unfinished);
    } catch (SyscallException e) {
      if (!e.errno().equals(Errno.ENOENT)) {
        throw e;
      }
    }
    try (RegularFile source = from.read(name);
        RegularFile target = to.create(unfinished, 0600)) {
      source.copyTo(target, 0, source.size());
      target.node().mode(mode);
    }
    to.rename(unfinished, to, name);
  }
}
