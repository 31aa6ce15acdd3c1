package polder.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ZoneSpecTest {
  @Test
  void tellsAllThatIsWrongAtOnceWithTheNearestNames() {
    Map<String, String> faults =
        faults(
            """
            {"alais": "web", "max_physical_memroy": 5, "vnc_port": 5, "zfs_io_priority": 1,
             "max_sem_ids": 1, "kernel_version": "3.10", "autoboot": "true", "cpu_cap": 1.5,
             "max_lwps": 0, "uuid": "NOT-A-UUID", "cmd": "sleep", "filesystems": [{"tarjet": "/x"}],
             "security": {"userns": 1}, "tags": {"a": {}}}
            """);
    assertEquals(14 + 1, faults.size(), faults.toString()); // the file system has two
    assertTrue(text(faults, "alais").contains("'alias'"));
    assertTrue(text(faults, "max_physical_memroy").contains("'max_physical_memory'"));
    assertTrue(text(faults, "vnc_port").contains("virtual machines"));
    assertTrue(text(faults, "kernel_version").contains("share the host's kernel"));
    assertTrue(text(faults, "filesystems[0].tarjet").contains("'target'"));
    assertEquals("is missing", text(faults, "filesystems[0].target"));
    assertTrue(text(faults, "autoboot").contains("true or false"));
    assertTrue(text(faults, "security.userns").contains("true or false"));
  }

  @Test
  void coercesNothing() {
    assertEquals(1, faults("{\"max_physical_memory\": \"512\"}").size());
    assertEquals(1, faults("{\"alias\": 5}").size());
    assertEquals(1, faults("{\"alias\": null}").size());
    assertEquals(1, faults("{\"quota\": 1.0}").size());
    assertEquals(1, faults("{\"Alias\": \"web\"}").size());
  }

  @Test
  void aVmIsAskedForInSmartOsWordsAndHasNoUserlandOfOurs() {
    for (String brand : List.of("vm", "kvm", "bhyve")) {
      ZoneSpec spec =
          ZoneSpec.read(
              Json.object(
                  """
                  {"brand": "%s", "alias": "g", "ram": 512, "vcpus": 2, "cpu_type": "qemu64",
                   "kernel": "/boot/vmlinuz"}
                  """
                      .formatted(brand)));
      assertEquals(Brand.VM, spec.brand());
      assertEquals(Optional.of(512 + 384L), spec.memory());
      assertEquals(Duration.ofSeconds(60), spec.grace());
    }
    assertTrue(faults("{\"brand\": \"vm\"}").containsKey("kernel"));
    assertEquals(
        Set.of("vcpus"), faults("{\"brand\": \"lx\", \"image\": \"x\", \"vcpus\": 1}").keySet());
    Map<String, String> faults =
        faults(
            """
            {"brand": "vm", "kernel": "/k", "cmd": ["x"], "image": "debian", "routes": {},
             "filesystems": [], "security": {}, "max_physical_memory": 256, "ram": 256}
            """);
    assertEquals(
        Set.of("cmd", "image", "routes", "filesystems", "security", "max_physical_memory"),
        faults.keySet());
    faults =
        faults("{\"brand\": \"vm\", \"kernel\": \"k\", \"cpu_type\": \"host,+x\", \"ram\": 1}");
    assertEquals(Set.of("kernel", "cpu_type", "ram"), faults.keySet());
    for (String word : List.of("com1", "vnc_port", "qemu_opts", "boot", "pci_devices")) {
      assertTrue(text(faults("{\"%s\": 1}".formatted(word)), word).contains("do not have it yet"));
    }
  }

  @Test
  void theModelOfACardIsAVirtualMachines() {
    String nics =
        "\"nics\": [{\"nic_tag\": \"lab\", \"model\": \"e1000\"}, {\"nic_tag\": \"lab\"}]";
    ZoneSpec spec =
        ZoneSpec.read(
            Json.object(
                "{\"brand\": \"vm\", \"kernel\": \"/k\", \"nic_driver\": \"rtl8139\", %s}"
                    .formatted(nics)));
    assertEquals(Optional.of("e1000"), spec.get(ZoneProperties.NICS).getFirst().model());
    assertEquals(Optional.empty(), spec.get(ZoneProperties.NICS).getLast().model());
    assertEquals("rtl8139", spec.get(VmProperties.NIC_DRIVER));
    assertEquals(spec, ZoneSpec.read(spec.write()));
    Map<String, String> faults =
        faults("{\"brand\": \"native\", \"nic_driver\": \"virtio\", %s}".formatted(nics));
    assertEquals(Set.of("nic_driver", "nics[0].model"), faults.keySet());
  }

  @Test
  @DisplayName("S-VM-06 a vm's disks are named among its own, and nowhere else")
  void disksAreRawFilesOfTheirOwnVm() {
    ZoneSpec spec =
        ZoneSpec.read(
            Json.object(
                """
                {"brand": "kvm", "disks": [{"size": 1024, "boot": true}, {"path": "data.raw", "size": 1,
                 "model": "nvme"}, {"media": "cdrom", "source": "/srv/a.iso"}]}
                """));
    List<Disk> disks = spec.get(VmProperties.DISKS);
    assertEquals(
        List.of("disk0 virtio", "data.raw nvme", "disk2 ide"),
        IntStream.range(0, 3)
            .mapToObj(i -> disks.get(i).name(i) + " " + disks.get(i).model())
            .toList());
    assertEquals(spec, ZoneSpec.read(spec.write()));
    for (String path :
        List.of(
            "../b", "/etc/shadow", "a/b", "a,file=x", ".", "..", "-x", "", "json:{}", "nbd:x")) {
      String fault =
          text(
              faults(
                  "{\"brand\": \"vm\", \"disks\": [{\"size\": 1, \"path\": \"%s\"}]}"
                      .formatted(path)),
              "disks[0].path");
      assertTrue(fault.contains("a name"), fault);
    }
    for (String wrong :
        List.of(
            "[]",
            "[{}]",
            "[{\"size\": 1}, {\"size\": 1, \"path\": \"disk0\"}]",
            "[{\"media\": \"cdrom\", \"size\": 1}]",
            "[{\"media\": \"cdrom\", \"source\": \"/x\", \"model\": \"virtio\"}]",
            "[{\"size\": 1, \"image_uuid\": \"x\"}]",
            "[{\"size\": 1, \"source\": \"x\"}]",
            "[%s{\"size\": 1}]".formatted("{\"size\": 1}, ".repeat(16)))) {
      assertFalse(faults("{\"brand\": \"vm\", \"disks\": %s}".formatted(wrong)).isEmpty(), wrong);
    }
    assertTrue(
        faults("{\"brand\": \"vm\", \"disks\": [{\"size\": 1}], \"initrd\": \"/i\"}")
            .containsKey("initrd"));
  }

  @Test
  void refusesWhatDoesNotGoTogether() {
    assertTrue(faults("{\"brand\": \"lx\"}").containsKey("image_uuid"));
    assertTrue(faults("{\"brand\": \"native\", \"image\": \"debian\"}").containsKey("image"));
    assertTrue(faults("{\"max_swap\": 10}").containsKey("max_swap"));
    assertTrue(faults("{\"max_swap\": 10, \"max_physical_memory\": 20}").containsKey("max_swap"));
    assertTrue(
        faults("{\"init_name\": \"/sbin/init\", \"cmd\": [\"x\"]}").containsKey("init_name"));
    assertTrue(faults("{\"init_name\": \"/sbin/init\", \"init\": true}").containsKey("init"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/proc", "/proc/", "//proc", "/./proc", "/sys/fs", "/dev/.", "/././/dev/shm"})
  void mountsNothingOverWhatIsPolders(String target) {
    assertTrue(
        faults("{\"filesystems\": [{\"target\": \"%s\", \"type\": \"tmpfs\"}]}".formatted(target))
            .containsKey("filesystems"),
        target);
  }

  @Test
  void mountsNothingTwice() {
    assertTrue(
        faults(
                """
                {"filesystems": [{"target": "/a", "type": "tmpfs"},
                                 {"target": "/./a/", "type": "tmpfs"}]}
                """)
            .containsKey("filesystems"));
  }

  @ParameterizedTest(name = "S-PROC-08 {0}")
  @DisplayName("S-PROC-08 sysctls of the whole host and odd spellings are refused")
  @ValueSource(
      strings = {
        "kernel.core_pattern",
        "kernel.core_pipe_limit",
        "kernel.modprobe",
        "kernel.hotplug",
        "kernel.poweroff_cmd",
        "kernel.panic",
        "kernel.panic_on_oops",
        "kernel.sysrq",
        "kernel.kptr_restrict",
        "kernel.dmesg_restrict",
        "kernel.randomize_va_space",
        "kernel.unprivileged_bpf_disabled",
        "kernel.perf_event_paranoid",
        "kernel.pid_max",
        "kernel.threads-max",
        "kernel.hostname",
        "kernel.domainname",
        "kernel.ns_last_pid",
        "kernel.keys.maxkeys",
        "kernel.yama.ptrace_scope",
        "kernel.ftrace_enabled",
        "kernel.kexec_load_disabled",
        "vm.overcommit_memory",
        "vm.drop_caches",
        "vm.swappiness",
        "vm.mmap_min_addr",
        "fs.file-max",
        "fs.protected_symlinks",
        "fs.suid_dumpable",
        "fs.binfmt_misc.register",
        "user.max_user_namespaces",
        "debug.exception-trace",
        "dev.raid.speed_limit_max",
        "net",
        "kernel/shmmni",
        "kernel.shmmni.",
        "..kernel.shmmni",
        "kernel..shmmni",
        "kernel.shmmni\\n",
        "kernel.shmmni ",
        "+kernel.shmmni",
        " kernel.shmmni",
        "kernel.shmmni\\u0000",
        "KERNEL.shmmni",
        "net.ipv4/../../kernel/core_pattern",
        "/proc/sys/kernel/shmmni",
        "net.a+kernel.core_pattern"
      })
  void takesOnlySysctlsOfItsOwnNamespaces(String name) {
    assertEquals(1, faults("{\"sysctls\": {\"%s\": \"1\"}}".formatted(name)).size());
  }

  @ParameterizedTest
  @DisplayName("S-API-09 control characters and leading dashes do not pass")
  @ValueSource(
      strings = {
        "{\"alias\": \"-rf\"}",
        "{\"alias\": \"a\\nb\"}",
        "{\"alias\": \"../x\"}",
        "{\"hostname\": \"-x\"}",
        "{\"hostname\": \"a\\u0000\"}",
        "{\"dns_domain\": \"x\\nnameserver 6.6.6.6\"}",
        "{\"resolvers\": [\"1.1.1.1\\noptions x\"]}",
        "{\"user\": \"-u\"}",
        "{\"user\": \"root\\n\"}",
        "{\"workdir\": \"/a/../b\"}",
        "{\"workdir\": \"a\"}",
        "{\"env\": {\"A\\nB\": \"c\"}}",
        "{\"env\": {\"A\": \"c\\u0000\"}}",
        "{\"env\": {\"A=B\": \"c\"}}",
        "{\"env\": {\"\": \"c\"}}",
        "{\"cmd\": [\"a\\u0000b\"]}",
        "{\"billing_id\": \"a\\u001b[1m\"}",
        "{\"tags\": {\"a\\u0007\": 1}}",
        "{\"stop_signal\": \"KILL; reboot\"}",
        "{\"limit_priv\": [\"a b\"]}",
        "{\"security\": {\"seccomp\": \"../../etc/passwd\"}}",
        "{\"init_name\": \"/sbin/init\\n\"}",
        "{\"sysctls\": {\"net.core.x\": \"1\\n2\"}}",
        "{\"filesystems\": [{\"source\": \"/a\", \"target\": \"/b\\n/c\"}]}",
        "{\"filesystems\": [{\"source\": \"/a\", \"target\": \"/b\", \"options\": [\"ro,suid\"]}]}"
      })
  void refusesControlCharactersAndLeadingDashes(String payload) {
    assertTrue(!faults(payload).isEmpty(), payload);
  }

  @Test
  void takesSmartOsSpellings() {
    assertEquals(Brand.NATIVE, ZoneSpec.read(Json.object("{\"brand\": \"joyent\"}")).brand());
    assertEquals(Brand.LX, ZoneSpec.read(Json.object("{\"image\": \"debian:12\"}")).brand());
    assertEquals(Brand.NATIVE, ZoneSpec.read(Map.of()).brand());
  }

  @Test
  void saysOnlyWhatWasSaid() {
    ZoneSpec spec = ZoneSpec.of(Brand.NATIVE).with(ZoneProperties.ALIAS, "web");
    assertEquals(Map.of("brand", "native", "alias", "web"), spec.write());
    assertEquals(2000L, spec.get(ZoneProperties.MAX_LWPS));
    assertEquals(spec, spec.with(ZoneProperties.TTY, true).without(ZoneProperties.TTY));
    assertEquals("web", spec.hostname());
  }

  private static Map<String, String> faults(String payload) {
    PolderException refusal =
        assertThrows(PolderException.class, () -> ZoneSpec.read(Json.object(payload)), payload);
    assertEquals(ErrorKind.INVALID, refusal.kind());
    return refusal.faults().stream()
        .collect(Collectors.toMap(Fault::path, Fault::message, (a, b) -> a + "; " + b));
  }

  private static String text(Map<String, String> faults, String path) {
    String message = faults.get(path);
    assertTrue(message != null, path + " is not in " + List.copyOf(faults.keySet()));
    return String.valueOf(message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/..", "/../etc", "/a/..", "/a/../b", "/\u2028/..", "..", "a", "", "/a\nb"})
  @DisplayName("S-PATH-04 a path that leads up, wherever in it, is refused")
  void pathsDoNotLeadUp(String path) {
    List<Fault> faults = new ArrayList<>();
    Types.PATH.read(path, "path", faults);
    assertEquals(1, faults.size());
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/..a", "/a..", "/a/...", "/a/b"})
  void otherDotsAreNames(String path) {
    List<Fault> faults = new ArrayList<>();
    assertEquals(path, Types.PATH.read(path, "path", faults));
    assertEquals(List.of(), faults);
  }

  @Test
  void anImagesVolumesComeWhereNothingIsMountedAndHideNothing() {
    ZoneSpec spec =
        ZoneSpec.read(
            Map.of(
                "image",
                "debian:12",
                "tmpfs",
                16L,
                "filesystems",
                List.of(
                    Map.of("source", "deep", "target", "/data/a/b", "type", "volume"),
                    Map.of("source", "/srv", "target", "//taken/"))));
    ZoneSpec with = spec.withOwnVolumes(List.of("/data/a", "/taken", "/tmp", "/dev/x", "/devices"));
    assertEquals(
        List.of("//taken/", "/devices", "/data/a", "/data/a/b"),
        with.get(ZoneProperties.FILESYSTEMS).stream().map(Filesystem::target).toList());
    assertEquals(2, with.volumes().stream().filter(Filesystem::isOwnVolume).count());
    assertEquals(with, with.withOwnVolumes(List.of("/data/a")));
    assertEquals(with, with.checked());
    assertSame(spec, spec.withOwnVolumes(List.of("/taken")));
  }
}
