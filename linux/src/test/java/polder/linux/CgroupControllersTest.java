package polder.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each controller on a folder of plain files, as the kernel would show it. */
class CgroupControllersTest {
  private static final OptionalLong NONE = OptionalLong.empty();

  @TempDir private Path folder;

  @Test
  void memoryVersion1CountsSwapTogetherWithMemory() throws IOException {
    file("memory.limit_in_bytes", "9223372036854771712");
    file("memory.memsw.limit_in_bytes", "9223372036854771712");

    new MemoryController(version1()).limit(OptionalLong.of(1000), OptionalLong.of(24));

    assertEquals("1000", read("memory.limit_in_bytes"));
    assertEquals("1024", read("memory.memsw.limit_in_bytes"));
  }

  @Test
  void memoryVersion1IsUnlimitedAgain() throws IOException {
    file("memory.limit_in_bytes", "1000");
    file("memory.memsw.limit_in_bytes", "1024");

    new MemoryController(version1()).limit(NONE, NONE);

    assertEquals("-1", read("memory.limit_in_bytes"));
    assertEquals("-1", read("memory.memsw.limit_in_bytes"));
  }

  @Test
  void memoryVersion1DoesWithoutSwapAccounting() throws IOException {
    file("memory.limit_in_bytes", "");
    MemoryController memory = new MemoryController(version1());

    memory.limit(OptionalLong.of(4096), OptionalLong.of(0));

    assertFalse(memory.limitsSwap());
    assertEquals("4096", read("memory.limit_in_bytes"));
  }

  @Test
  void memoryVersion2CountsSwapApart() throws IOException {
    file("memory.max", "max");
    file("memory.swap.max", "max");
    file("memory.current", "8192\n");
    file("memory.events", "low 0\nhigh 0\nmax 4\noom 3\noom_kill 2\noom_group_kill 0\n");
    MemoryController memory = new MemoryController(version2());

    memory.limit(OptionalLong.of(1000), OptionalLong.of(24));

    assertEquals("1000", read("memory.max"));
    assertEquals("24", read("memory.swap.max"));
    assertEquals(OptionalLong.of(8192), memory.used());
    assertEquals(OptionalLong.of(2), memory.oomKills());
    assertEquals(NONE, memory.peak());
    memory.limit(NONE, NONE);
    assertEquals("max", read("memory.max"));
  }

  @Test
  void memoryVersion1TellsOfKills() throws IOException {
    file("memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 7\n");

    assertEquals(OptionalLong.of(7), new MemoryController(version1()).oomKills());
  }

  @Test
  void memoryTellsWhatIsNotOnTheDiskYetInBothVersions() throws IOException {
    file("memory.stat", "file_dirty 4096\nfile_writeback 8192\n");
    assertEquals(OptionalLong.of(12288), new MemoryController(version2()).dirty());
    assertEquals(NONE, new MemoryController(version1()).dirty());
    file("memory.stat", "dirty 1\nwriteback 0\ntotal_dirty 4096\ntotal_writeback 0\n");
    assertEquals(OptionalLong.of(4096), new MemoryController(version1()).dirty());
  }

  @Test
  void pidsAreLimitedAlikeInBothVersions() throws IOException {
    file("pids.max", "max");
    file("pids.events", "max 5\n");
    for (CgroupFolder each : List.of(version1(), version2())) {
      PidsController pids = new PidsController(each);
      pids.limit(OptionalLong.of(64));
      assertEquals("64", read("pids.max"));
      pids.limit(NONE);
      assertEquals("max", read("pids.max"));
      assertEquals(OptionalLong.of(5), pids.refused());
    }
  }

  @Test
  void aHundredSharesAreWhatEverybodyHas() throws IOException {
    file("cpu.shares", "");
    file("cpu.weight", "");
    CpuController version1 = new CpuController(version1());
    CpuController version2 = new CpuController(version2());

    long[][] table = {
      {100, 1024, 100}, {1, 10, 1}, {50, 512, 50}, {25600, 262144, 10000}, {65535, 262144, 10000}
    };
    for (long[] row : table) {
      version1.weigh(OptionalLong.of(row[0]));
      version2.weigh(OptionalLong.of(row[0]));
      assertEquals(Long.toString(row[1]), read("cpu.shares"));
      assertEquals(Long.toString(row[2]), read("cpu.weight"));
    }
    version1.weigh(NONE);
    assertEquals("1024", read("cpu.shares"));
  }

  @Test
  void aCapIsPercentOfOneProcessor() throws IOException {
    file("cpu.cfs_period_us", "");
    file("cpu.cfs_quota_us", "");
    file("cpu.max", "");

    new CpuController(version1()).cap(OptionalLong.of(250));
    new CpuController(version2()).cap(OptionalLong.of(5));

    assertEquals("100000", read("cpu.cfs_period_us"));
    assertEquals("250000", read("cpu.cfs_quota_us"));
    assertEquals("5000 100000", read("cpu.max"));
    new CpuController(version1()).cap(NONE);
    new CpuController(version2()).cap(NONE);
    assertEquals("-1", read("cpu.cfs_quota_us"));
    assertEquals("max 100000", read("cpu.max"));
  }

  @Test
  void processorTimeIsInNanoseconds() throws IOException {
    file("cpu.stat", "usage_usec 1500\nthrottled_usec 2\nthrottled_time 77\n");

    assertEquals(OptionalLong.of(1_500_000), new CpuController(version2()).usedNanos());
    assertEquals(OptionalLong.of(2000), new CpuController(version2()).throttledNanos());
    assertEquals(OptionalLong.of(77), new CpuController(version1()).throttledNanos());
  }

  @Test
  void aNewCpusetHasWhatItsParentHas(@TempDir Path parent) throws IOException {
    Files.writeString(parent.resolve("cpuset.cpus"), "0-1\n");
    Files.writeString(parent.resolve("cpuset.mems"), "0\n");
    file("cpuset.cpus", "\n");
    file("cpuset.mems", "\n");
    CpusetController cpuset = new CpusetController(version1());

    cpuset.inherit(new CgroupFolder(parent, false));

    assertEquals("0-1", read("cpuset.cpus"));
    assertEquals("0", read("cpuset.mems"));
    cpuset.pin("1");
    assertEquals("1", read("cpuset.cpus"));
  }

  @Test
  void theFirstDeviceListShutsOutAllOthers() throws IOException {
    file("devices.list", "a *:* rwm\n");
    file("devices.deny", "");
    file("devices.allow", "");

    new DevicesController(version1()).allowOnly(List.of(DeviceRule.parse("c 1:3 rwm")));

    assertEquals("a", read("devices.deny"));
    assertEquals("c 1:3 rwm", read("devices.allow"));
  }

  @Test
  void whatStaysAllowedIsNeverTakenAway() throws IOException {
    file("devices.list", "c 1:3 rw\nc 5:0 rwm\n");
    file("devices.deny", "untouched");
    file("devices.allow", "untouched");
    DevicesController devices = new DevicesController(version1());

    devices.allowOnly(List.of(DeviceRule.parse("c 1:3 rw"), DeviceRule.parse("c 5:0 rwm")));
    assertEquals("untouched", read("devices.deny"));
    assertEquals("untouched", read("devices.allow"));

    devices.allowOnly(List.of(DeviceRule.parse("c 1:3 rwm"), DeviceRule.parse("c 5:0 r")));
    assertEquals("c 1:3 m", read("devices.allow"));
    assertEquals("c 5:0 wm", read("devices.deny"));
  }

  @Test
  void readsDeviceRulesStrictly() {
    for (String text : List.of("c 1:3 rwm", "b *:* m", "c 136:* rw", "c *:5 r")) {
      assertEquals(text, DeviceRule.parse(text).text());
    }
    for (String text :
        List.of(
            "", "a *:* rwm", "c 1:3", "c 1:3 ", "c 1:3 wr", "c 1:3 x", "c -1:3 r", "c 1:3 r\nb")) {
      assertThrows(IllegalArgumentException.class, () -> DeviceRule.parse(text), text);
    }
  }

  @Test
  void weighsDisksWhereTheKernelCan() throws IOException {
    IoController version1 = new IoController(version1());
    assertFalse(version1.weighs());
    file("blkio.bfq.weight", "");
    assertTrue(version1.weighs());
    version1.weigh(OptionalLong.of(5000));
    assertEquals("1000", read("blkio.bfq.weight"));
    file("io.weight", "");
    new IoController(version2()).weigh(OptionalLong.of(5000));
    assertEquals("default 5000", read("io.weight"));
  }

  @Test
  void addsUpTheDisks() throws IOException {
    file("io.stat", "8:0 rbytes=10 wbytes=1 rios=1\n8:16 rbytes=5 wbytes=2 rios=1\n");
    file(
        "blkio.throttle.io_service_bytes_recursive",
        "8:0 Read 10\n8:0 Write 3\n8:16 Read 4\n8:16 Write 0\nTotal 17\n");

    assertEquals(OptionalLong.of(15), new IoController(version2()).readBytes());
    assertEquals(OptionalLong.of(3), new IoController(version2()).writtenBytes());
    assertEquals(OptionalLong.of(14), new IoController(version1()).readBytes());
    assertEquals(OptionalLong.of(3), new IoController(version1()).writtenBytes());
  }

  @Test
  void freezesInEitherVersionsWords() throws IOException {
    file("freezer.state", "THAWED");
    file("cgroup.freeze", "0");
    file("cgroup.events", "populated 1\nfrozen 1\n");

    new FreezerController(version1()).freeze();
    new FreezerController(version2()).freeze();

    assertEquals("FROZEN", read("freezer.state"));
    assertEquals("1", read("cgroup.freeze"));
    assertTrue(new FreezerController(version1()).frozen());
    assertTrue(new FreezerController(version2()).frozen());
    new FreezerController(version1()).thaw();
    new FreezerController(version2()).thaw();
    assertEquals("THAWED", read("freezer.state"));
    assertEquals("0", read("cgroup.freeze"));
    assertFalse(new FreezerController(version2()).freezing());
  }

  @Test
  void refusesLimitsThatMeanNothing() {
    CgroupLimits none = CgroupLimits.NONE;
    OptionalLong zero = OptionalLong.of(0);
    List<Runnable> refused =
        List.of(
            () -> none.withMemory(0, 0),
            () -> none.withMemory(-1, 0),
            () -> none.withMemory(4096, -1),
            () -> none.withPids(0),
            () -> none.withCpu(zero, NONE),
            () -> none.withCpu(OptionalLong.of(65536), NONE),
            () -> none.withCpu(NONE, zero),
            () -> none.withIoWeight(10001),
            () -> new CgroupLimits(NONE, zero, NONE, NONE, NONE, NONE));
    for (Runnable each : refused) {
      assertThrows(IllegalArgumentException.class, each::run);
    }
  }

  private CgroupFolder version1() {
    return new CgroupFolder(folder, false);
  }

  private CgroupFolder version2() {
    return new CgroupFolder(folder, true);
  }

  private void file(String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text);
  }

  private String read(String name) throws IOException {
    return Files.readString(folder.resolve(name));
  }
}
