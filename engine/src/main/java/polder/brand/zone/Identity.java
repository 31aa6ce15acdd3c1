package polder.brand.zone;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import polder.brand.Lan;
import polder.linux.Directory;
import polder.linux.DurableFile;
import polder.linux.Errno;
import polder.linux.FileName;
import polder.linux.FilePath;
import polder.linux.FileType;
import polder.linux.Stat;
import polder.linux.SyscallException;
import polder.linux.Walk;
import polder.model.ZoneSpec;

/**
 * What tells a zone from the one that it was cloned from, in its files: host name, machine-id(5),
 * ssh host keys. Only what the original has is replaced. What is in the way is the original's, and
 * may be hostile: directories are entered without following links, and a file is put in place of
 * whatever has its name.
 */
final class Identity {
  private static final int READABLE = 0644;
  private static final int READ_ONLY = 0444;
  private static final int OWNER_ONLY = 0600;

  private Identity() {}

  /** Makes it the zone's own, in its whole root. */
  static void renew(Directory root, ZoneSpec spec) {
    String machine = UUID.randomUUID().toString().replace("-", "") + "\n";
    try (Held etc = enter(root, "etc")) {
      if (etc.directory.isPresent()) {
        EtcFiles.renew(etc.directory.get(), spec, Lan.Names.NONE); // they are told at its start
        machineId(etc.directory.get(), machine);
      }
    }
    try (Held dbus = enter(root, "var/lib/dbus")) { // a file there where it is no link to the other
      dbus.directory.ifPresent(directory -> machineId(directory, machine));
    }
    try (Held ssh = enter(root, "etc/ssh")) {
      ssh.directory.ifPresent(directory -> hostKeys(directory, spec));
    }
  }

  /** One that is there and not empty: an empty one is filled at the zone's first boot. */
  private static void machineId(Directory directory, String id) {
    FileName name = FileName.of("machine-id");
    Optional<Stat> there = directory.find(name).filter(stat -> stat.type() == FileType.REGULAR);
    if (there.isPresent() && there.get().size() > 0) {
      put(directory, name, id, READ_ONLY);
    }
  }

  private static void hostKeys(Directory ssh, ZoneSpec spec) {
    for (SshHostKey.Type type : SshHostKey.Type.values()) {
      String name = "ssh_host_%s_key".formatted(type.name().toLowerCase(Locale.ROOT));
      FileName file = FileName.of(name);
      if (ssh.find(file).filter(stat -> stat.type() != FileType.DIRECTORY).isPresent()) {
        SshHostKey key = SshHostKey.make(type, "root@" + spec.hostname());
        put(ssh, file, key.privateFile(), OWNER_ONLY);
        put(ssh, FileName.of(name + ".pub"), key.publicFile(), READABLE);
      }
    }
  }

  private static void put(Directory directory, FileName name, String text, int mode) {
    try {
      DurableFile.note(directory, name, text.getBytes(StandardCharsets.US_ASCII), mode);
    } catch (SyscallException e) {
      if (!e.errno().equals(Errno.EISDIR)) {
        throw e;
      }
      // a directory by that name is no key, and nothing reads it as one
    }
  }

  /** A directory, if that is what it is. */
  private record Held(Optional<Directory> directory) implements AutoCloseable {
    @Override
    public void close() {
      directory.ifPresent(Directory::close);
    }
  }

  private static Held enter(Directory root, String path) {
    try {
      return new Held(Optional.of(root.enter(FilePath.of(path), Walk.NO_LINKS)));
    } catch (SyscallException e) {
      if (e.errno().equals(Errno.ENOENT)
          || e.errno().equals(Errno.ENOTDIR)
          || e.errno().equals(Errno.ELOOP)) {
        return new Held(Optional.empty());
      }
      throw e;
    }
  }
}
