package polder.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import polder.linux.CgroupHost.Layout;

/** Hierarchies that are folders of plain files. */
class CgroupHostTest {
  @TempDir private Path root;

  @Test
  void aHostOfVersion1() throws IOException {
    CgroupHost host = host("cgroup:cpu:rw,cpu,cpuacct", "cgroup:pids:rw,pids");

    assertEquals(Layout.LEGACY, host.layout());
    assertTrue(host.has("cpu") && host.has("cpuacct") && host.has("pids"));
    assertFalse(host.has("memory") || host.has("rw"));
    assertEquals(2, host.roots().size(), "cpu and cpuacct share one");
  }

  @Test
  void aHostOfBothTakesEachControllerFromWhereItIs() throws IOException {
    host("cgroup:memory:rw,memory", "cgroup:systemd:rw,name=systemd", "cgroup2:unified:rw");
    Files.writeString(root.resolve("unified/cgroup.controllers"), "hugetlb pids\n");
    CgroupHost host = CgroupHost.of(table("cgroup:memory:rw,memory", "cgroup2:unified:rw"));

    assertEquals(Layout.HYBRID, host.layout());
    assertTrue(host.root("pids").orElseThrow().unified());
    assertFalse(host.root("memory").orElseThrow().unified());
    assertTrue(host.roots().getFirst().unified());
  }

  @Test
  void aHostOfVersion2() throws IOException {
    CgroupHost host = host("cgroup2:unified:rw,nsdelegate");

    assertEquals(Layout.UNIFIED, host.layout());
    assertFalse(host.limitsDevices());
  }

  @Test
  void makesAndRemovesAGroupInEveryHierarchyWithItsParents() throws IOException {
    CgroupHost host = host("cgroup:cpu:rw,cpu", "cgroup:pids:rw,pids");
    Cgroup web = host.group("polder/web");
    Cgroup db = host.group("polder/db");

    web.create();
    db.create();

    assertTrue(Files.isDirectory(root.resolve("cpu/polder/web")));
    assertEquals(Set.of("db", "web"), host.children("polder"));
    assertEquals(Errno.EEXIST, assertThrows(SyscallException.class, web::create).errno());
    web.delete(Figures.within(1));
    assertFalse(web.exists());
    assertTrue(Files.isDirectory(root.resolve("pids/polder/db")));
    db.delete(Figures.within(1));
    assertFalse(Files.exists(root.resolve("cpu/polder")));
    db.delete(Figures.within(1));
  }

  @Test
  void keepsTheParentUntilItIsAskedToRemoveItEmpty() throws IOException {
    CgroupHost host = host("cgroup:cpu:rw,cpu", "cgroup:pids:rw,pids");
    Cgroup web = host.group("polder/web");
    web.create();

    host.removeEmpty("polder");
    assertTrue(web.exists());
    web.remove(Figures.within(1));
    assertTrue(Files.isDirectory(root.resolve("cpu/polder")));
    host.removeEmpty("polder");
    assertFalse(Files.exists(root.resolve("cpu/polder")));
    assertFalse(Files.exists(root.resolve("pids/polder")));
    host.removeEmpty("polder");
  }

  @Test
  void leavesNothingWhereItCannotBeMadeEverywhere() throws IOException {
    CgroupHost host = host("cgroup:cpu:rw,cpu", "cgroup:pids:rw,pids");
    Files.createDirectories(root.resolve("pids/polder/web"));

    assertThrows(SyscallException.class, host.group("polder/web")::create);

    assertFalse(Files.exists(root.resolve("cpu/polder")));
  }

  @Test
  void handsControllersOfVersion2Down() throws IOException {
    host("cgroup2:unified:rw");
    Files.writeString(root.resolve("unified/cgroup.controllers"), "cpu hugetlb\n");
    Files.writeString(root.resolve("unified/cgroup.subtree_control"), "");

    Files.createDirectories(root.resolve("unified/polder"));
    Files.writeString(root.resolve("unified/polder/cgroup.subtree_control"), "memory pids");

    CgroupHost.of(table("cgroup2:unified:rw")).group("polder/web").create();

    assertEquals("+cpu", Files.readString(root.resolve("unified/cgroup.subtree_control")));
    assertEquals("+cpu", Files.readString(root.resolve("unified/polder/cgroup.subtree_control")));
  }

  @Test
  void saysWhatItCannotLimit() throws IOException {
    CgroupHost host = host("cgroup:pids:rw,pids");

    assertEquals(List.of(), host.cannot(CgroupLimits.NONE.withPids(1)));
    assertEquals(2, host.cannot(CgroupLimits.NONE.withMemory(4096, 0).withIoWeight(1)).size());
  }

  @Test
  @DisplayName("S-CG-04 a path that leads elsewhere is refused")
  void refusesPathsThatLeadElsewhere() throws IOException {
    CgroupHost host = host("cgroup:pids:rw,pids");
    List<String> refused =
        List.of(
            "",
            "/",
            "/polder",
            "polder/",
            "polder//x",
            "..",
            "polder/../x",
            ".",
            "a/.b",
            "polder/x\n",
            "polder/x y",
            "cgroup.procs",
            "polder/cgroup.kill",
            "-x",
            "x".repeat(256));
    for (String path : refused) {
      assertThrows(IllegalArgumentException.class, () -> host.group(path), path);
    }
    assertEquals("polder/a-b.c_d:e@f", host.group("polder/a-b.c_d:e@f").path());
  }

  private CgroupHost host(String... hierarchies) throws IOException {
    for (String each : hierarchies) {
      Path place = root.resolve(each.split(":", -1)[1]);
      Files.createDirectories(place);
      if (each.startsWith("cgroup2")) {
        Files.writeString(place.resolve("cgroup.controllers"), "\n");
      }
    }
    return CgroupHost.of(table(hierarchies));
  }

  /** A mount table with hierarchies "type:folder:options". */
  private MountTable table(String... hierarchies) {
    StringBuilder text = new StringBuilder();
    for (String each : hierarchies) {
      String[] fields = each.split(":", -1);
      text.append(
          "1 0 0:1 / %s rw - %s cgroup %s\n"
              .formatted(root.resolve(fields[1]), fields[0], fields[2]));
    }
    return MountTable.parse(text.toString().getBytes(StandardCharsets.UTF_8));
  }
}
