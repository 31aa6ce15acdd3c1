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
import java.util.regex.Pattern;
import polder.linux.Directory;
import polder.linux.DirectoryEntry;
import polder.linux.Errno;
import polder.linux.FileName;
import polder.linux.FilePath;
import polder.linux.FileType;
import polder.linux.Node;
import polder.linux.RegularFile;
import polder.linux.Stat;
import polder.linux.SyscallException;
import polder.linux.Walk;
import polder.model.ZoneSpec;

/**
 * What a native zone's own directories begin with.
 *
 * <p>Three tables say where everything is from: {@link #COPIED} from the host once, {@link
 * #DIRECTORIES} made empty, and in {@link #generate} written anew; what is shared live is {@link
 * HostUserland}'s. Nothing else of the host's is ever copied, and of what is, only regular files
 * that root owns and everybody may read.
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

  private static final List<String> COPIED_BY_PATH =
      List.of("etc/default/locale", "etc/default/useradd", "etc/ssl/openssl.cnf");

  /** Old passwords are in opasswd(5), should anybody have made it readable. */
  private static final Pattern NEVER = Pattern.compile(".*(shadow|passwd|secret|private|_key).*");

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

  private static final int DEEPEST = 16;

  private final Path host;
  private final HostUserland userland;

  /** From the host whose root is {@code host}: "/", but for tests. */
  NativeSeed(Path host) {
    this.host = host;
    this.userland = new HostUserland(host);
  }

  /** Fills a root. What is there from a first attempt is written again. */
  void fill(Directory root, ZoneSpec spec) {
    DIRECTORIES.forEach(entry -> directory(root, entry.getKey(), entry.getValue()));
    userland.shared().forEach(name -> directory(root, name, 0755));
    userland.links().forEach((name, target) -> link(root, name, target));
    link(root, "var/run", "/run");
    link(root, "var/lock", "/run/lock");
    try (Directory from = Directory.open(host.resolve("etc"));
        Directory to = root.enter(FileName.of("etc"))) {
      for (DirectoryEntry entry : from.entries()) {
        if (isCopied(entry.name().toString())) {
          copy(from, to, entry.name(), 0);
        }
      }
      generate(to, spec);
    }
    COPIED_BY_PATH.forEach(path -> copyPath(root, path));
    copySkeleton(root);
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
        copy(from, etc, cache, 0);
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

  private static void directory(Directory root, String path, int mode) {
    try (Directory made = root.ensureDirectories(FilePath.of(path), 0755)) {
      made.node().mode(mode);
    }
  }

  private static void link(Directory root, String path, String target) {
    int slash = path.lastIndexOf('/');
    FileName name = FileName.of(path.substring(slash + 1));
    try (Directory parent =
        slash < 0
            ? root.again()
            : root.enter(FilePath.of(path.substring(0, slash)), Walk.NO_LINKS)) {
      parent.makeSymlink(name, FilePath.of(target));
    } catch (SyscallException e) {
      if (!e.errno().equals(Errno.EEXIST)) {
        throw e;
      }
    }
  }

  private void copyPath(Directory root, String path) {
    int slash = path.lastIndexOf('/');
    Path parent = host.resolve(path.substring(0, slash));
    if (!Files.isDirectory(parent)) {
      return;
    }
    FilePath inner = FilePath.of(path.substring(0, slash));
    try (Directory from = Directory.open(parent);
        Directory to = root.ensureDirectories(inner, 0755)) {
      copy(from, to, FileName.of(path.substring(slash + 1)), 0);
    }
  }

  /** Root's shell is set up as a new user's. */
  private void copySkeleton(Directory root) {
    Path skeleton = host.resolve("etc/skel");
    if (!Files.isDirectory(skeleton)) {
      return;
    }
    try (Directory from = Directory.open(skeleton);
        Directory to = root.enter(FileName.of("root"))) {
      for (DirectoryEntry entry : from.entries()) {
        copy(from, to, entry.name(), 0);
      }
    }
  }

  private static void copy(Directory from, Directory to, FileName name, int depth) {
    Stat stat = from.find(name).orElse(null);
    if (stat == null || depth > DEEPEST || NEVER.matcher(name.toString()).matches()) {
      return;
    }
    switch (stat.type()) {
      case REGULAR -> {
        if (stat.uid() == 0 && (stat.mode() & 04) != 0) {
          copyFile(from, to, name, stat.mode() & 0755);
        }
      }
      case SYMLINK -> {
        try (Node link = from.node(name)) {
          link(to, name.toString(), link.target().toString());
        }
      }
      case DIRECTORY -> {
        if ((stat.mode() & 05) == 05) {
          copyDirectory(from, to, name, depth);
        }
      }
      default -> {} // sockets, FIFOs and devices belong to who made them
    }
  }

  private static void copyDirectory(Directory from, Directory to, FileName name, int depth) {
    try (Directory source = from.enter(name);
        Directory target = to.ensureDirectory(name, 0755)) {
      target.node().mode(0755);
      for (DirectoryEntry entry : source.entries()) {
        copy(source, target, entry.name(), depth + 1);
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
