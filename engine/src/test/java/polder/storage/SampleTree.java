package polder.storage;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Random;
import polder.linux.Bytes;
import polder.linux.DeviceNumber;
import polder.linux.Directory;
import polder.linux.FileName;
import polder.linux.FilePath;
import polder.linux.FileType;
import polder.linux.Node;
import polder.linux.RegularFile;

/** One of everything that a tree can have, and then changes of all kinds. */
final class SampleTree {
  private static final Instant THEN = Instant.parse("2001-02-03T04:05:06.123456789Z");

  private SampleTree() {}

  /** The first state. */
  static void fill(Directory root) {
    write(root, "plain", "contents");
    write(root, "grows", "short");
    write(root, "shrinks", "x".repeat(100_000));
    write(root, "goes", "for good");
    write(root, "becomes-a-directory", "a file");
    write(root, "quiet", "same size, same time: 1");
    write(root, "one", "linked");
    root.link(root, name("one"), name("two"));
    write(root, "apart-1", "linked");
    root.link(root, name("apart-1"), name("apart-2"));
    try (RegularFile file = root.create(name("sparse"), 0640)) {
      byte[] noise = noise(1, 70_000);
      file.write(1 << 20, noise, 0, noise.length);
      file.truncate(3 << 20);
    }
    try (RegularFile file = root.create(name("big"), 0600)) {
      byte[] noise = noise(2, 3 << 20);
      file.write(0, noise, 0, noise.length);
      byte[] zeroes = new byte[1 << 16]; // written, and no hole
      file.write(1 << 20, zeroes, 0, zeroes.length);
    }
    root.makeSymlink(name("link"), FilePath.of("../../outside/it"));
    root.makeFifo(name("fifo"), 0622);
    root.makeSocket(name("socket"), 0700);
    root.makeDevice(name("device"), FileType.CHARACTER_DEVICE, new DeviceNumber(1, 0x12345), 0666);
    try (Directory deep = root.ensureDirectories(FilePath.of("a/b/c"), 0750)) {
      write(deep, "below", "deep");
      deep.node().mode(02775);
      deep.node().owner(33, 33);
    }
    try (Directory gone = root.ensureDirectories(FilePath.of("gone/with/all"), 0755)) {
      write(gone, "below", "it");
    }
    root.makeDirectory(name("becomes-a-file"), 0755);
    try (Directory acl = root.ensureDirectory(name("with-acl"), 0755)) {
      acl.node().xattrs().set(Bytes.of("system.posix_acl_default"), ACL);
      write(acl, "inherits", "an access list");
    }
    mode(root, "plain", 04755, 1000, 100);
    attribute(root, "plain", "user.colour", "blue");
    attribute(root, "plain", "user.empty", "");
    attribute(root, "one", "user.name", "1");
    capability(root, "big");
    times(root, "quiet");
    times(root, "link");
    try (Node strange = root.node(name("fifo"))) {
      strange.times(THEN, THEN);
    }
    write(root, new FileName(Bytes.of(new byte[] {(byte) 0xff, '\n', ' ', '-'})), "odd name");
    root.node().mode(0711);
    root.node().times(THEN, THEN);
  }

  /** The second one. */
  static void change(Directory root) {
    write(root, "new", "here since");
    try (RegularFile file = root.update(name("grows"))) {
      byte[] noise = noise(3, 200_000);
      file.write(5, noise, 0, noise.length);
    }
    try (RegularFile file = root.update(name("shrinks"))) {
      file.truncate(10);
    }
    root.remove(name("goes"));
    root.remove(name("becomes-a-directory"));
    root.makeDirectory(name("becomes-a-directory"), 0755);
    try (Directory now = root.enter(name("becomes-a-directory"))) {
      write(now, "inside", "of it");
    }
    root.removeDirectory(name("becomes-a-file"));
    write(root, "becomes-a-file", "a file now");
    try (RegularFile file = root.update(name("quiet"))) {
      byte[] text = "same size, same time: 2".getBytes(StandardCharsets.UTF_8);
      file.write(0, text, 0, text.length);
    }
    times(root, "quiet"); // as somebody would who hides a change
    root.link(root, name("one"), name("three"));
    root.remove(name("apart-2"));
    write(root, "apart-2", "by itself");
    root.rename(name("plain"), root, name("moved"));
    mode(root, "moved", 0600, 0, 0);
    try (Node node = root.node(name("moved"))) {
      node.xattrs().remove(Bytes.of("user.colour"));
      node.xattrs().set(Bytes.of("user.more"), Bytes.of(new byte[] {0, 1, 2}));
    }
    try (RegularFile file = root.update(name("big"))) {
      byte[] noise = noise(4, 10_000);
      file.write(2 << 20, noise, 0, noise.length);
      file.punch(0, 1 << 16);
    }
    capability(root, "big"); // which writing took away
    root.remove(name("link"));
    root.makeSymlink(name("link"), FilePath.of("elsewhere"));
    try (Directory a = root.enter(name("a"));
        Directory b = a.enter(name("b"))) {
      b.rename(name("c"), root, name("c-is-up"));
    }
    try (Directory with = root.enter(FilePath.of("gone/with/all"), polder.linux.Walk.NO_LINKS)) {
      with.remove(name("below"));
    }
    try (Directory gone = root.enter(name("gone"));
        Directory with = gone.enter(name("with"))) {
      with.removeDirectory(name("all"));
      gone.removeDirectory(name("with"));
    }
    root.removeDirectory(name("gone"));
    try (Directory acl = root.enter(name("with-acl"))) {
      write(acl, "plain", "no access list");
      try (Node plain = acl.node(name("plain"))) {
        plain.xattrs().remove(Bytes.of("system.posix_acl_access"));
      }
    }
  }

  /** A second state too: changes that the top does not have. */
  static void changeDeep(Directory root) {
    try (Directory b = root.enter(FilePath.of("a/b"), polder.linux.Walk.NO_LINKS);
        Directory c = b.enter(name("c"))) {
      write(c, "new", "here since");
      c.rename(name("below"), b, name("moved"));
      try (Directory made = c.ensureDirectories(FilePath.of("made/and"), 0755)) {
        write(made, "filled", "deeper");
      }
    }
    try (Directory gone = root.enter(FilePath.of("gone/with"), polder.linux.Walk.NO_LINKS)) {
      try (Directory all = gone.enter(name("all"))) {
        all.remove(name("below"));
      }
      gone.removeDirectory(name("all"));
    }
  }

  /** Makes a directory look as if nobody had touched it for long. */
  static void old(Directory directory) {
    directory.node().times(THEN, THEN);
  }

  private static final Bytes
      ACL = // version 2: user::rwx user:1000:rwx group::r-x mask::rwx other::r-x
      Bytes.of(
              new byte[] {
                2,
                0,
                0,
                0, //
                1,
                0,
                7,
                0,
                -1,
                -1,
                -1,
                -1, //
                2,
                0,
                7,
                0,
                (byte) 0xe8,
                3,
                0,
                0, //
                4,
                0,
                5,
                0,
                -1,
                -1,
                -1,
                -1, //
                16,
                0,
                7,
                0,
                -1,
                -1,
                -1,
                -1, //
                32,
                0,
                5,
                0,
                -1,
                -1,
                -1,
                -1
              });

  static FileName name(String text) {
    return FileName.of(text);
  }

  static void write(Directory place, String name, String text) {
    write(place, name(name), text);
  }

  private static void write(Directory place, FileName name, String text) {
    try (RegularFile file = place.create(name, 0644)) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      file.write(bytes, 0, bytes.length);
    }
  }

  private static byte[] noise(long seed, int length) {
    byte[] noise = new byte[length];
    new Random(seed).nextBytes(noise);
    return noise;
  }

  private static void mode(Directory place, String name, int mode, long uid, long gid) {
    try (Node node = place.node(name(name))) {
      node.owner(uid, gid);
      node.mode(mode);
    }
  }

  private static void attribute(Directory place, String name, String attribute, String value) {
    try (Node node = place.node(name(name))) {
      node.xattrs().set(Bytes.of(attribute), Bytes.of(value));
    }
  }

  /** cap_net_raw+ep, as capabilities(7) has it on the disk. */
  private static void capability(Directory place, String name) {
    byte[] value = {1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    try (Node node = place.node(name(name))) {
      node.xattrs().set(Bytes.of("security.capability"), Bytes.of(value));
    }
  }

  private static void times(Directory place, String name) {
    try (Node node = place.node(name(name))) {
      node.times(THEN, THEN);
    }
  }
}
