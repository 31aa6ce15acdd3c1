package polder.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import polder.model.Json;

/** A user's stories, told to a host in memory. */
class CommandLineTest {
  private final Desk desk = new Desk();

  @AfterEach
  void leave() {
    desk.close();
  }

  private String create(String payload) {
    return desk.typing(payload).polder("create").ok().out().strip();
  }

  private Map<String, Object> get(String zone) {
    return Json.object(desk.polder("get", zone).ok().out());
  }

  private void importImage(@TempDir Path directory) throws IOException {
    Path tar = directory.resolve("Busy_Box.tar");
    byte[] block = new byte[1024];
    System.arraycopy("ustar".getBytes(StandardCharsets.US_ASCII), 0, block, 257, 5);
    Files.write(tar, block);
    desk.polder("image", "import", "--name", "busybox", tar.toString()).ok();
  }

  @Test
  void aZoneIsCreatedStartedListedStoppedAndDeleted() {
    String uuid =
        create("{\"brand\": \"native\", \"alias\": \"web\", \"max_physical_memory\": 64}");
    assertEquals("stopped", get("web").get("state"));
    assertEquals("", desk.polder("start", "web").ok().out());
    assertEquals(uuid + ":OS:64:running:web\n", desk.polder("list", "-p").ok().out());
    assertEquals(uuid + "\n", desk.polder("lookup", "-1", "alias=web").ok().out());
    assertEquals("running\n", desk.polder("get", uuid.substring(0, 8), "state").ok().out());
    assertTrue(desk.polder("delete", "web").err().contains("--force"));
    desk.polder("stop", "web").ok();
    desk.polder("delete", "web").ok();
    assertEquals(1, desk.polder("get", "web").code());
    assertEquals("[]\n", desk.polder("list", "-j").ok().out().replace(" ", ""));
  }

  @Test
  void aZoneIsDeletedKeptAndUndeleted() {
    String uuid = create("{\"brand\": \"native\", \"alias\": \"web\"}");
    assertEquals(2, desk.polder("delete", "--keep", "1d", "--now", "web").code());
    assertEquals(2, desk.polder("delete", "--keep", "soon", "web").code());
    desk.polder("delete", "--keep", "1d", "web").ok();
    assertEquals(uuid + "\n", desk.polder("deleted", "list", "-q").ok().out());
    assertTrue(desk.polder("deleted", "list").ok().out().contains("23h"));
    assertTrue(desk.polder("deleted", "get", "web").ok().out().contains("\"until\""));
    create("{\"brand\": \"native\", \"alias\": \"web\"}");
    assertTrue(desk.polder("undelete", "web").err().contains("'web'"));
    assertEquals(uuid + "\n", desk.polder("undelete", "web", "-n", "old").ok().out());
    assertEquals("old\n", desk.polder("get", uuid, "alias").ok().out());
    desk.polder("update", "old", "keep_on_delete=60").ok();
    desk.polder("delete", "old").ok();
    desk.polder("deleted", "rm", "old").ok();
    assertEquals("", desk.polder("deleted", "list", "-q").ok().out());
  }

  @Test
  void wordsAreProperties() {
    desk.typing("{\"brand\": \"native\"}")
        .polder(
            "create",
            "-f",
            "-",
            "alias=a",
            "max_lwps=50",
            "tags.role=db",
            "resolvers=1.1.1.1,9.9.9.9")
        .ok();
    Map<String, Object> zone = get("a");
    assertEquals(50L, zone.get("max_lwps"));
    assertEquals(Map.of("role", "db"), zone.get("tags"));
    assertEquals(List.of("1.1.1.1", "9.9.9.9"), zone.get("resolvers"));
  }

  @Test
  void allFaultsAreTold() {
    Desk.Answer answer =
        desk.typing("{\"alais\": \"x\", \"max_physical_memory\": \"much\", \"max_sem_ids\": 2}")
            .polder("create");
    assertEquals(1, answer.code());
    assertEquals(4, answer.err().lines().count(), answer.err());
    assertTrue(answer.err().startsWith("polder: the payload is refused:\n"), answer.err());
    assertTrue(answer.err().contains("'alias'"), answer.err());
    assertFalse(answer.err().contains("\tat "), answer.err());
  }

  @Test
  void aPayloadCannotBeTypedAtATerminal() {
    Desk.Answer answer = desk.atTerminal().polder("create");
    assertEquals(2, answer.code());
    assertTrue(answer.err().contains("-f FILE"), answer.err());
    assertEquals(2, desk.polder("update", "web").code());
  }

  @Test
  void theCauseIsShownOnlyWhenAsked() {
    assertFalse(desk.typing("{").polder("create").err().contains("\tat "));
    desk.with(Map.of("POLDER_LOG", "debug"));
    assertTrue(desk.typing("{").polder("create").err().contains("\tat "));
  }

  @Test
  void updateTellsItsPlanAndRefusesWhole() {
    create("{\"brand\": \"native\", \"alias\": \"web\"}");
    desk.polder("start", "web").ok();
    String plan = desk.polder("update", "web", "max_lwps=50", "hostname=other").ok().out();
    assertTrue(plan.contains("now") && plan.contains("at restart"), plan);
    Desk.Answer refused = desk.polder("update", "web", "max_lwps=60", "brand=lx");
    assertEquals(1, refused.code());
    assertEquals(50L, get("web").get("max_lwps"));
    desk.polder("update", "--dry-run", "web", "max_lwps=70").ok();
    assertEquals(50L, get("web").get("max_lwps"));
    desk.polder("update", "web", "tags.a=1", "tags.b=x").ok();
    desk.polder("update", "web", "tags.a=").ok();
    assertEquals(Map.of("b", "x"), get("web").get("tags"));
    desk.polder("update", "web", "hostname=").ok();
    assertFalse(get("web").containsKey("hostname"));
    desk.typing("{\"set_tags\": {\"c\": true}}").polder("update", "web", "-f", "-").ok();
    assertEquals(Map.of("b", "x", "c", true), get("web").get("tags"));
    desk.polder("rename", "web", "shop").ok();
    assertEquals("shop", get("shop").get("alias"));
  }

  @Test
  void listsAreFilteredOrderedAndCut() {
    create(
        "{\"brand\": \"native\", \"alias\": \"a\", \"max_physical_memory\": 64, \"tags\": {\"r\": \"x\"}}");
    create("{\"brand\": \"native\", \"alias\": \"b\", \"max_physical_memory\": 512}");
    create("{\"brand\": \"native\", \"alias\": \"c\"}");
    assertEquals("b\na\nc\n", desk.polder("list", "-Ho", "alias", "-s", "-memory").ok().out());
    assertEquals("a\n", desk.polder("list", "-H", "-o", "alias", "tags.r=x").ok().out());
    assertEquals("a\nb\n", desk.polder("list", "-H", "-o", "alias", "alias=~[ab]").ok().out());
    assertEquals(2, desk.polder("list", "-q", "alias=~[ab]").ok().out().lines().count());
    assertTrue(desk.polder("list").ok().out().startsWith("UUID"), "heading");
    create("{\"brand\": \"vm\", \"alias\": \"g\", \"ram\": 192, \"kernel\": \"/boot/k\"}");
    assertEquals("192\n", desk.polder("list", "-Ho", "memory", "alias=g").ok().out());
    assertEquals(2, desk.polder("list", "-o", "alais").code());
    assertEquals(2, desk.polder("list", "colour=red").code());
    assertEquals(1, desk.polder("lookup", "-1", "brand=native").code());
    assertEquals(1, desk.polder("lookup", "-1", "alias=nobody").code());
  }

  @Test
  void oneActOnSeveralZonesGoesOnAfterAFailure() {
    create("{\"brand\": \"native\", \"alias\": \"one\"}");
    create("{\"brand\": \"native\", \"alias\": \"two\"}");
    Desk.Answer answer = desk.polder("start", "one", "missing", "two");
    assertEquals(1, answer.code());
    assertTrue(answer.err().contains("missing"), answer.err());
    assertEquals("running", get("two").get("state"));
    assertEquals(2, desk.polder("stop", "-j", "one", "two").ok().out().lines().count());
  }

  @Test
  void runEndsAsItsProgramDid(@TempDir Path directory) throws IOException {
    importImage(directory);
    Desk.Answer answer =
        desk.polder("run", "--rm", "busybox", "sh", "-c", "echo out; echo err >&2; exit 42");
    assertEquals(42, answer.code());
    assertEquals("out\n", answer.out());
    assertTrue(answer.err().contains("err\n"), answer.err());
    assertEquals("", desk.polder("list", "-q").ok().out());
    assertEquals(127, desk.polder("run", "--rm", "busybox", "nothing-here").code());
    assertEquals(125, desk.polder("run", "--rm", "no-such-image", "true").code());
    assertEquals(125, desk.polder("run", "--colour", "busybox").code());
    assertEquals(125, desk.polder("run").code());
    assertEquals(125, desk.polder("run", "-it", "busybox", "sh").code());
    assertEquals(125, desk.polder("run", "-d", "--rm", "busybox", "true").code());
  }

  @Test
  void runPublishesPorts(@TempDir Path directory) throws IOException {
    importImage(directory);
    desk.polder("run", "-d", "--name", "web", "-p", "8080:80", "-p", "53:53/udp", "busybox", "true")
        .ok();
    assertEquals("polder0\n", desk.polder("get", "web", "nics.0.nic_tag").ok().out());
    assertEquals(
        "web 8080:80,53:53/udp\n",
        desk.polder("list", "-H", "-o", "alias,ports").ok().out().replaceAll(" +", " "));
    Desk.Answer taken =
        desk.polder("run", "-d", "-p", "8080:81", "-p", "0.0.0.0:53:1/udp", "busybox", "true");
    assertTrue(taken.err().contains("nics[0].ports[1]"), taken.err());
    for (List<String> wrong :
        List.of(
            List.of("-p", "80:80:80:80"),
            List.of("-p", "8000-8001:80"),
            List.of("--network", "none", "-p", "80:80"))) {
      List<String> words = new ArrayList<>(List.of("run", "-d"));
      words.addAll(wrong);
      words.addAll(List.of("busybox", "true"));
      assertEquals(125, desk.polder(words.toArray(String[]::new)).code(), wrong.toString());
    }
    assertEquals(125, desk.polder("run", "-d", "-P", "--brand", "native", "true").code());
  }

  @Test
  void networkTopCountsCardsOfZonesThatRun() {
    create("{\"brand\": \"native\", \"alias\": \"web\", \"nics\": [{\"nic_tag\": \"polder0\"}]}");
    assertEquals("[]", desk.polder("network", "top", "-j").ok().out().replaceAll("\\s", ""));
    desk.polder("start", "web").ok();
    assertEquals(
        "web:eth0:polder0:0:0:0:0:0:0\n",
        desk.polder("network", "top", "-p", "-d", "0").ok().out());
    assertTrue(desk.polder("network", "top", "-n", "2", "-d", "0").ok().out().contains("OUT/S"));
    Map<String, Object> nic =
        Json.asObject(
            Json.asList(Json.read(desk.polder("network", "top", "-j").ok().out())).getFirst());
    assertEquals("web", nic.get("alias"));
    assertEquals(0L, Json.asObject(nic.get("in")).get("bytes"));
  }

  @Test
  void runFetchesAnImageThatIsNotHere(@TempDir Path directory) throws IOException {
    importImage(directory);
    desk.host()
        .offer(
            "registry.example:5000/app:1", Files.readAllBytes(directory.resolve("Busy_Box.tar")));
    String image = "registry.example:5000/app:1";
    assertEquals(125, desk.polder("run", "--rm", "--pull", "never", image, "true").code());
    assertEquals(125, desk.polder("run", "--rm", "--pull", "often", image, "true").code());
    Desk.Answer first = desk.polder("run", "--rm", image, "echo", "here").ok();
    assertEquals("here\n", first.out());
    assertTrue(first.err().contains("pulling"), first.err());
    assertEquals("", desk.polder("run", "--rm", image, "true").ok().err());
    assertEquals(0, desk.polder("run", "--rm", "--pull", "always", image, "true").code());
    assertEquals(125, desk.polder("run", "--rm", "nobody-has-this", "true").code());
  }

  @Test
  void imagesArePulled(@TempDir Path directory) throws IOException {
    importImage(directory);
    desk.host().offer("debian:12", Files.readAllBytes(directory.resolve("Busy_Box.tar")));
    String uuid = desk.polder("image", "pull", "docker.io/library/debian:12").ok().out().strip();
    assertEquals(
        uuid, Json.object(desk.polder("image", "get", "debian:12").ok().out()).get("uuid"));
    Desk.Answer shown = desk.onScreen().polder("pull", "debian:12").ok();
    assertTrue(shown.err().contains("pulling"), shown.err());
    assertEquals(1, desk.polder("image", "pull", "nobody-has-this").code());
    assertEquals(1, desk.polder("image", "pull", "No Reference").code());
    assertEquals(2, desk.polder("image", "pull").code());
  }

  @Test
  void runReadsItsInputToTheEnd(@TempDir Path directory) throws IOException {
    importImage(directory);
    String input = "one\ntwo\n".repeat(5000);
    assertEquals(
        input, desk.typing(input).polder("run", "--rm", "-i", "busybox", "cat").ok().out());
  }

  @Test
  void runSpeaksDockersWords(@TempDir Path directory) throws IOException {
    importImage(directory);
    desk.with(Map.of("OWN", "mine"));
    desk.polder(
            "run",
            "-d",
            "--name",
            "web",
            "-e",
            "A=b=c",
            "-e",
            "OWN",
            "-e",
            "NONE",
            "-w",
            "/tmp",
            "-u",
            "1:2",
            "-v",
            "/srv:/data:ro,noexec",
            "--tmpfs",
            "/scratch:size=8m",
            "-m",
            "1G",
            "--cpus",
            "1.5",
            "--pids",
            "99",
            "--cap-add",
            "NET_ADMIN",
            "--cap-drop",
            "ALL",
            "--read-only",
            "--security-opt",
            "seccomp=unconfined",
            "--security-opt",
            "no-new-privileges",
            "--hostname",
            "www",
            "--restart",
            "on-failure:3",
            "--entrypoint",
            "sleep",
            "--stop-timeout",
            "3",
            "--ulimit",
            "nofile=64:128",
            "--tag",
            "role=web",
            "--device",
            "/dev/fuse",
            "--set",
            "cpu_shares=7",
            "busybox",
            "1000")
        .ok();
    Map<String, Object> zone = get("web");
    assertEquals(Map.of("A", "b=c", "OWN", "mine"), zone.get("env"));
    assertEquals(List.of("sleep"), zone.get("entrypoint"));
    assertEquals(List.of("1000"), zone.get("cmd"));
    assertEquals(1024L, zone.get("max_physical_memory"));
    assertEquals(150L, zone.get("cpu_cap"));
    assertEquals(99L, zone.get("max_lwps"));
    assertEquals(7L, zone.get("cpu_shares"));
    assertEquals("on-failure:3", zone.get("restart"));
    assertEquals("www", zone.get("hostname"));
    assertEquals(Map.of("role", "web"), zone.get("tags"));
    String security = Json.write(zone.get("security"));
    assertTrue(security.contains("\"read_only_root\":true"), security);
    assertTrue(security.contains("\"no_new_privs\":true"), security);
    assertTrue(security.contains("\"seccomp\":\"unconfined\""), security);
    String filesystems = Json.write(zone.get("filesystems"));
    assertTrue(filesystems.contains("\"source\":\"/srv\""), filesystems);
    assertTrue(filesystems.contains("[\"ro\",\"noexec\"]"), filesystems);
    assertTrue(filesystems.contains("\"/scratch\""), filesystems);
    assertEquals(125, desk.polder("run", "-v", "data:/data", "busybox").code());
    assertEquals(125, desk.polder("run", "--cpus", "many", "busybox").code());
    assertEquals(125, desk.polder("run", "--security-opt", "label=x", "busybox").code());
  }

  @Test
  void aNativeZoneNeedsNoImage() {
    assertEquals("hi\n", desk.polder("run", "--rm", "--brand", "native", "echo", "hi").ok().out());
    assertEquals(125, desk.polder("run", "--brand", "native").code());
  }

  @Test
  void execPassesCodesEnvironmentAndDirectoryOn() {
    create("{\"brand\": \"native\", \"alias\": \"web\"}");
    desk.polder("start", "web").ok();
    assertEquals(3, desk.polder("exec", "web", "sh", "-c", "exit 3").code());
    assertEquals(127, desk.polder("exec", "web", "nothing-here").code());
    assertEquals(125, desk.polder("exec", "missing", "true").code());
    assertEquals(125, desk.polder("exec", "web").code());
    assertEquals(125, desk.polder("exec", "-it", "web", "sh").code());
    assertEquals("/tmp\n", desk.polder("exec", "-w", "/tmp", "web", "pwd").ok().out());
    assertEquals(
        "x y\n", desk.polder("exec", "-e", "A=x y", "web", "sh", "-c", "echo $A").ok().out());
    assertEquals("in", desk.typing("in").polder("exec", "-i", "web", "cat").ok().out());
    assertEquals("", desk.typing("in").polder("exec", "web", "cat").ok().out());
    assertEquals(
        "24 80\n",
        desk.typing("").atTerminal().polder("exec", "-it", "web", "stty", "size").ok().out());
  }

  @Test
  void logsGoToTheStreamTheyCameFrom(@TempDir Path directory) throws IOException {
    importImage(directory);
    desk.polder(
            "run", "--name", "talker", "busybox", "sh", "-c", "echo one; echo two; echo bad >&2")
        .ok();
    assertEquals("one\ntwo\n", desk.polder("logs", "talker").ok().out());
    assertEquals("bad\n", desk.polder("logs", "talker").ok().err());
    assertTrue(
        desk.polder("logs", "-t", "talker").ok().out().matches("(?s)20..-..-..T\\S+Z one\n.*"));
    assertEquals("", desk.polder("logs", "-n", "0", "talker").ok().out());
    assertEquals(2, desk.polder("logs", "--since", "yesterday", "talker").code());
  }

  @Test
  void waitPrintsTheCodeAndEndsWithIt(@TempDir Path directory) throws IOException {
    importImage(directory);
    desk.polder("run", "--name", "job", "busybox", "sh", "-c", "exit 7");
    Desk.Answer answer = desk.polder("wait", "job");
    assertEquals("7\n", answer.out());
    assertEquals(7, answer.code());
  }

  @Test
  void pauseResumeAndKill() {
    create("{\"brand\": \"native\", \"alias\": \"web\"}");
    desk.polder("start", "web").ok();
    desk.polder("pause", "web").ok();
    assertEquals("paused", get("web").get("state"));
    desk.polder("resume", "web").ok();
    desk.polder("kill", "-s", "KILL", "web").ok();
    assertEquals(137, desk.polder("wait", "web").code());
    assertEquals(1, desk.polder("console", "web").code());
  }

  @Test
  void eventsAreNumbered() {
    create("{\"brand\": \"native\", \"alias\": \"marked\"}");
    List<String> lines = desk.polder("events", "-j").ok().out().lines().toList();
    assertTrue(lines.getFirst().contains("\"cursor\":1"), lines.getFirst());
    assertTrue(lines.stream().anyMatch(l -> l.contains("zone.create") && l.contains("marked")));
    long last = lines.size();
    assertEquals("", desk.polder("events", "--since", String.valueOf(last)).ok().out());
  }

  @Test
  void imagesAreImportedNamedAndDeleted(@TempDir Path directory) throws IOException {
    importImage(directory);
    Path file = directory.resolve("Busy_Box.tar");
    desk.polder("image", "import", file.toString()).ok();
    desk.polder("image", "tag", "busybox", "base:1").ok();
    assertTrue(desk.polder("image", "list").ok().out().contains("base"));
    assertTrue(desk.polder("image", "get", "base:1").ok().out().contains("sha256:"));
    desk.polder("image", "delete", "base:1").ok();
    assertEquals(1, desk.polder("image", "get", "base:1").code());
    assertEquals(1, desk.polder("image", "import", "/no/such/file.tar").code());
    assertEquals(2, desk.polder("image", "import", "-").code());
    assertEquals(1, desk.typing("no tar").polder("image", "import", "-n", "x", "-").code());
  }

  @Test
  void theHostDescribesItself() {
    assertTrue(desk.polder("info").ok().out().contains("daemon_pid"));
    assertTrue(Json.object(desk.polder("-j", "info").ok().out()).containsKey("daemon_pid"));
    assertTrue(desk.polder("doctor").ok().out().contains("use a real host"));
    desk.polder("fsck").ok();
    assertTrue(desk.polder("schema").ok().out().contains("max_physical_memory"));
    assertTrue(desk.polder("schema", "--refused").ok().out().contains("zfs_io_priority"));
    assertTrue(desk.polder("schema", "alias").ok().out().contains("live"));
    assertEquals(
        "https://json-schema.org/draft/2020-12/schema",
        Json.object(desk.polder("schema", "-j").ok().out()).get("$schema"));
  }

  @Test
  void aDryRunOnlyPlans() {
    String plan = desk.typing("{\"brand\": \"native\"}").polder("create", "-n").ok().out();
    assertFalse(plan.isBlank());
    assertEquals("", desk.polder("list", "-q").ok().out());
  }

  @Test
  void keysLeaveAConsoleAndTheZoneRunsOn() {
    create("{\"brand\": \"native\", \"alias\": \"web\", \"tty\": true, \"cmd\": [\"cat\"]}");
    desk.polder("start", "web").ok();
    Object pid = get("web").get("pid");
    desk.atTerminal().typing("abc\u001d").polder("console", "web").ok();
    desk.typing("\u0010\u0011").polder("attach", "web").ok();
    assertEquals(pid, get("web").get("pid"));
    Desk.Answer left =
        desk.typing("\u0010\u0011").polder("run", "-it", "--brand", "native", "--name", "b", "cat");
    assertEquals(0, left.code());
    assertTrue(left.err().contains("polder console"), left.err());
    assertEquals("running", get("b").get("state"));
  }

  @Test
  void filesAreCopiedBothWays(@TempDir Path directory) throws IOException {
    create("{\"brand\": \"native\", \"alias\": \"web\"}");
    Path file = directory.resolve("in.txt");
    Files.writeString(file, "hello\n");
    desk.polder("cp", file.toString(), "web:/tmp/renamed.txt").ok();
    Path back = directory.resolve("back.txt");
    desk.polder("cp", "web:/tmp/renamed.txt", back.toString()).ok();
    assertEquals("hello\n", Files.readString(back));
    desk.polder("cp", file.toString(), "web:/tmp/").ok();
    desk.polder("cp", "web:/tmp/in.txt", directory.toString()).ok();
    assertEquals(1, desk.polder("cp", "web:/tmp/missing", back.toString()).code());
    assertEquals(1, desk.polder("cp", directory + "/missing", "web:/tmp/").code());
    assertEquals("hello\n", Files.readString(back));
  }
}
