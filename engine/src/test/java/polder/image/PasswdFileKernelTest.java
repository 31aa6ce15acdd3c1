package polder.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import polder.linux.DeviceNumber;
import polder.linux.Directory;
import polder.linux.FileName;
import polder.linux.FilePath;
import polder.linux.FileType;
import polder.linux.Mounts;
import polder.model.PolderException;

@Tag("kernel")
class PasswdFileKernelTest {
  private static final String PASSWD =
      """
      root:x:0:0:root:/root:/bin/sh
      # a comment
      broken
      toor:x:+0:0::/:/bin/sh
      huge:x:4294967296:0::/:/bin/sh
      far:x:70000:0::/:/bin/sh
      1000:x:0:0:a name of digits:/:/bin/sh
      web:x:1000:100:,:/home/web:/bin/sh
      web:x:0:0:a second one::/bin/sh
      odd:x:1001:100::relative:/bin/sh
      nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
      """;
  private static final String GROUP =
      """
      root:x:0:
      users:x:100:
      adm:x:4:syslog,web
      video:x:44:web
      again:x:44:web,web
      odd:x:99999:web
      webby:x:5:webb,we
      nogroup:x:65534:
      """;

  @TempDir Path temp;
  private Directory root;

  @BeforeEach
  void write() throws IOException {
    Files.createDirectory(temp.resolve("etc"));
    Files.writeString(temp.resolve("etc/passwd"), PASSWD);
    Files.writeString(temp.resolve("etc/group"), GROUP);
    root = Directory.open(temp);
  }

  @AfterEach
  void close() {
    root.close();
  }

  @Test
  @DisplayName("S-ID-01 USER maps exactly or is refused; nothing odd becomes root")
  void mapsExactlyOrRefuses() {
    Map<String, UserIdentity> good = new LinkedHashMap<>();
    good.put("0", id(0, 0, "/root", 0));
    good.put("root", id(0, 0, "/root", 0));
    good.put("1", id(1, 0, "/", 0));
    good.put("1:1", id(1, 1, "/", 1));
    good.put("0:0", id(0, 0, "/root", 0));
    good.put("1000", id(1000, 100, "/home/web", 100, 4, 44));
    good.put("web", id(1000, 100, "/home/web", 100, 4, 44));
    good.put("web:video", id(1000, 44, "/home/web", 44));
    good.put("web:0", id(1000, 0, "/home/web", 0));
    good.put("1000:users", id(1000, 100, "/home/web", 100));
    good.put("nobody", id(65_534, 65_534, "/nonexistent", 65_534));
    good.put("65535", id(65_535, 0, "/", 0));
    good.put("odd", id(1001, 100, "/", 100));
    good.forEach((user, id) -> assertEquals(id, find(user), user));

    for (String user :
        List.of(
            "2147483647",
            "2147483648",
            "4294967295",
            "4294967296",
            "18446744073709551616",
            "99999999999999999999",
            "65536",
            "-1",
            "-0",
            "+0",
            "0x0",
            "1e3",
            "",
            " ",
            " 0",
            "0 ",
            "1\n",
            "\n0",
            "000",
            "00",
            "01",
            "0.0",
            "\u0660",
            "missing",
            "toor",
            "huge",
            "far",
            "broken",
            "#",
            "root:",
            ":root",
            ":",
            "0:",
            "0:0:0",
            "root:missing",
            "web:odd",
            "root:root:root",
            "web:-1",
            "web:70000",
            "web\0",
            "../root",
            "ro ot")) {
      assertThrows(PolderException.class, () -> find(user), user);
    }
  }

  @Test
  @DisplayName("S-ID-02 supplementary groups are exact, the effective one among them")
  void groupsAreExact() {
    assertEquals(List.of(100L, 4L, 44L), find("web").groups());
  }

  @Test
  @DisplayName("S-ID-03 hostile passwd and group files are answered within a second")
  void hostileFilesNeitherHangNorFillTheMemory() throws IOException {
    byte[] large = new byte[11 << 20];
    Arrays.fill(large, (byte) 'a');
    List<Runnable> hostile = new ArrayList<>();
    for (String file : List.of("passwd", "group")) {
      FileName name = FileName.of(file);
      hostile.add(() -> etc(e -> e.makeFifo(name, 0600), file));
      hostile.add(
          () ->
              etc(
                  e -> e.makeDevice(name, FileType.CHARACTER_DEVICE, new DeviceNumber(1, 5), 0600),
                  file));
      hostile.add(() -> etc(e -> e.makeSymlink(name, FilePath.of("/proc/self/mem")), file));
      hostile.add(() -> etc(e -> e.makeSymlink(name, FilePath.of("../../../../etc/pass")), file));
      hostile.add(() -> etc(e -> e.makeSymlink(name, FilePath.of(file)), file));
      hostile.add(() -> etc(e -> e.makeDirectory(name, 0700), file));
      hostile.add(() -> etc(e -> put(e, name, large), file));
      hostile.add(
          () ->
              etc(
                  e -> {
                    try (var sparse = e.create(name, 0600)) {
                      sparse.truncate(1L << 40);
                    }
                  },
                  file));
      hostile.add(
          () -> etc(e -> put(e, name, "web\0:x:0:0".getBytes(StandardCharsets.UTF_8)), file));
      hostile.add(
          () ->
              etc(
                  e ->
                      put(
                          e,
                          name,
                          "w:x:1:web,a\n".repeat(800_000).getBytes(StandardCharsets.UTF_8)),
                  file));
    }
    for (Runnable make : hostile) {
      make.run();
      Assertions.assertTimeoutPreemptively(
          Duration.ofSeconds(1),
          () -> {
            try {
              UserIdentity web = find("web");
              assertEquals(1000, web.uid());
            } catch (PolderException e) {
              assertTrue(e.toString().contains("zone's /etc/"), e.toString());
            }
            assertEquals(0, find("0:0").uid()); // still the way in to mend it
          });
      Files.deleteIfExists(temp.resolve("etc/passwd"));
      Files.deleteIfExists(temp.resolve("etc/group"));
      Files.writeString(temp.resolve("etc/passwd"), PASSWD);
      Files.writeString(temp.resolve("etc/group"), GROUP);
    }
  }

  @Test
  void filesOnAMountOfTheirOwnAreReadToo() throws IOException {
    Assumptions.assumeTrue("root".equals(System.getProperty("user.name")), "only root may mount");
    Path other = Files.createDirectory(temp.resolve("other"));
    Files.writeString(other.resolve("passwd"), "web:x:7:8::/:/bin/sh\n");
    Mounts.bind(other, temp.resolve("etc"), Set.of());
    try {
      assertEquals(id(7, 8, "/", 8), find("web"));
    } finally {
      Mounts.detach(temp.resolve("etc"));
    }
    assertEquals(1000, find("web").uid());
  }

  private void etc(Consumer<Directory> make, String file) {
    try (Directory etc = root.enter(FileName.of("etc"))) {
      etc.remove(FileName.of(file));
      make.accept(etc);
    }
  }

  private static void put(Directory directory, FileName name, byte[] data) {
    try (var file = directory.create(name, 0600)) {
      file.write(data, 0, data.length);
    }
  }

  private UserIdentity find(String user) {
    return PasswdFile.find(root, user, 65_536);
  }

  private static UserIdentity id(long uid, long gid, String home, long... groups) {
    return new UserIdentity(uid, gid, Arrays.stream(groups).boxed().toList(), home);
  }
}
