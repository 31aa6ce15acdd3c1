package polder.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import polder.model.Patch;
import polder.model.PoolRequest;
import polder.model.SnapshotRequest;
import polder.model.StopOptions;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;

/** Zones that ask for their metadata, with a client of the test's that speaks the protocol. */
@Tag("kernel")
@Timeout(300)
class MetadataKernelTest {
  private static final String SOCKET = "/.zonecontrol/metadata.sock";

  /** As SmartOS's clients do it: get, put, delete and list, in version 2 of the protocol. */
  private static final String CLIENT =
      """
      import base64, binascii, os, socket, sys
      def b64(text):
          return base64.b64encode(text.encode()).decode()
      word, args = sys.argv[1], sys.argv[2:]
      caller = socket.socket(socket.AF_UNIX)
      caller.settimeout(20)
      caller.connect('%s')
      lines = caller.makefile('rw', newline='\\n')
      def ask(line):
          lines.write(line + '\\n'); lines.flush()
          return lines.readline().rstrip('\\n')
      assert ask('') == 'invalid command'
      assert ask('NEGOTIATE V2') == 'V2_OK'
      payload = {'PUT': lambda: ' ' + b64(' '.join(map(b64, args))), 'KEYS': lambda: ''}
      body = '1234abcd ' + word + payload.get(word, lambda: ' ' + b64(args[0]))()
      crc = lambda text: '%%08x' %% (binascii.crc32(text.encode()) & 0xffffffff)
      answer = ask('V2 %%d %%s %%s' %% (len(body), crc(body), body)).split(' ', 3)
      assert answer[:1] == ['V2'] and len(answer[3]) == int(answer[1]), answer
      assert crc(answer[3]) == answer[2], answer
      said = answer[3].split(' ')
      assert said[0] == '1234abcd', answer
      print(said[1] + ':' + base64.b64decode(said[2] if len(said) > 2 else '').decode())
      """
          .formatted(SOCKET);

  /** Processes that call themselves something else, ten questions each. */
  private static final String FORKS =
      """
      import os, socket
      for each in range(50):
          if os.fork() == 0:
              with open("/proc/self/comm", "w") as name:
                  name.write("polderd")
              caller = socket.socket(socket.AF_UNIX)
              caller.connect("%s")
              lines = caller.makefile("rw")
              for question in range(10):
                  lines.write("GET sdc:alias\\n")
                  lines.flush()
                  os.write(1, (lines.readline() + lines.readline()).encode())
                  lines.readline()
              os._exit(0)
          os.wait()
      """
          .formatted(SOCKET);

  private static String ask(TestHost test, String zone, String... words) throws IOException {
    StringBuilder script = new StringBuilder("python3 -c \"$ASK\"");
    Stream.of(words).forEach(word -> script.append(" '").append(word).append('\''));
    return test.exec(zone, script + " 2>&1");
  }

  private static void run(TestHost test, String alias) {
    test.run(spec(alias));
  }

  private static ZoneSpec spec(String alias) {
    return TestHost.spec(alias, "sleep 100000")
        .with(ZoneProperties.ENV, Map.of("ASK", CLIENT))
        .with(ZoneProperties.CUSTOMER_METADATA, Map.of("user-script", "of " + alias))
        .with(ZoneProperties.INTERNAL_METADATA, Map.of("root_pw", "s3cret"));
  }

  @Test
  void aZoneIsToldAndChangesWhatIsItsOwn() throws IOException {
    try (TestHost test = new TestHost()) {
      run(test, "web");
      String uuid = test.get("web").uuid().toString();
      assertEquals("SUCCESS:" + uuid + "\n0", ask(test, "web", "GET", "sdc:uuid"));
      assertEquals("SUCCESS:of web\n0", ask(test, "web", "GET", "user-script"));
      assertEquals("SUCCESS:s3cret\n0", ask(test, "web", "GET", "root_pw"));
      assertEquals("NOTFOUND:\n0", ask(test, "web", "GET", "none"));
      assertEquals("SUCCESS:user-script\nroot_pw\n0", ask(test, "web", "KEYS"));

      assertEquals("SUCCESS:OK\n0", ask(test, "web", "PUT", "state", "ready: yes"));
      assertEquals("ready: yes", metadata(test, "web").get("state"));
      assertTrue(ask(test, "web", "PUT", "sdc:alias", "x").startsWith("FAILURE:'sdc:alias' can"));
      assertTrue(ask(test, "web", "DELETE", "root_pw").startsWith("FAILURE:'root_pw' can"));

      test.reopen(); // as after the daemon's death: on the disk, and asked at the same place
      assertEquals("SUCCESS:ready: yes\n0", ask(test, "web", "GET", "state"));
      assertEquals("SUCCESS:OK\n0", ask(test, "web", "DELETE", "state"));
      assertEquals("NOTFOUND:\n0", ask(test, "web", "DELETE", "state"));
      assertFalse(metadata(test, "web").containsKey("state"));

      test.host().zones().reboot(TestHost.ref("web"), StopOptions.FORCED);
      test.host()
          .zones()
          .update(
              TestHost.ref("web"),
              new Patch(Map.of("set_customer_metadata", Map.of("user-script", "new"))),
              false);
      assertEquals("SUCCESS:new\n0", ask(test, "web", "GET", "user-script"), "at once");
    }
  }

  private static Map<String, Object> metadata(TestHost test, String zone) {
    return test.get(zone).spec().get(ZoneProperties.CUSTOMER_METADATA);
  }

  @Test
  void aZoneWithADelegatedDatasetTakesSnapshotsOfItself() throws IOException {
    assumeTrue(
        Files.readString(Path.of("/proc/filesystems")).contains("\tbtrfs\n"),
        "the kernel has no btrfs");
    try (TestHost test = new TestHost()) {
      PoolRequest pool =
          new PoolRequest("fast", Optional.of(256L << 20), Optional.empty(), Optional.empty());
      test.host().pools().create(pool);
      test.run(
          spec("db")
              .with(ZoneProperties.ZPOOL, "fast")
              .with(ZoneProperties.DELEGATE_DATASET, true));
      ZoneRef db = TestHost.ref("db");
      String data = "/zones/" + test.get("db").uuid() + "/data";
      test.exec("db", "echo first > " + data + "/file");
      assertEquals("SUCCESS:OK\n0", ask(test, "db", "PUT", "snapshot:before", ""));
      assertEquals("inside:before", test.host().snapshots().list(db).getFirst().name());
      assertTrue(ask(test, "db", "KEYS").contains("\nsnapshot:before\n"));
      assertTrue(ask(test, "db", "GET", "snapshot:before").startsWith("SUCCESS:20"), "a time");
      String again = ask(test, "db", "PUT", "snapshot:before", "");
      assertTrue(again.startsWith("FAILURE:zone 'db' has a snapshot 'inside:before'"), again);

      test.exec("db", "echo second > " + data + "/file; echo x > /root/more");
      int pid = test.get("db").status().pid().orElseThrow();
      ask(test, "db", "PUT", "snapshot:before", "rollback"); // which nobody lives to hear of
      TestHost.eventually(
          "it has started again",
          () -> test.get("db").status().pid().filter(now -> now != pid).isPresent());
      assertEquals(
          "first\n1\n0", test.exec("db", "cat " + data + "/file; test -e /root/more; echo $?"));

      String soon = ask(test, "db", "PUT", "snapshot:before", "rollback");
      assertTrue(soon.startsWith("FAILURE:it went back to a snapshot less than a minute"), soon);
      String none = ask(test, "db", "PUT", "snapshot:none", "rollback");
      assertTrue(none.startsWith("FAILURE:zone 'db' has no snapshot 'inside:none'"), none);

      test.host().snapshots().create(SnapshotRequest.of(db, "nightly"));
      assertEquals("NOTFOUND:\n0", ask(test, "db", "DELETE", "snapshot:nightly"));
      assertEquals("SUCCESS:OK\n0", ask(test, "db", "DELETE", "snapshot:before"));
      assertEquals("nightly", test.host().snapshots().list(db).getFirst().name());

      test.run(spec("slow").with(ZoneProperties.DELEGATE_DATASET, true)); // on the host's own disk
      String refused = ask(test, "slow", "PUT", "snapshot:before", "");
      assertTrue(refused.startsWith("FAILURE:snapshots from inside need a pool of btrfs"), refused);
    }
  }

  @Test
  @DisplayName("S-API-08 a zone is known by its socket, whatever its processes say they are")
  void whoAsksIsKnownByWhereItAsks() throws IOException {
    try (TestHost test = new TestHost()) {
      String forks = "python3 -c '" + FORKS + "' | sort | uniq -c | tr -s ' '";
      for (String zone : List.of("web", "db")) {
        run(test, zone);
        assertEquals(" 500 SUCCESS\n 500 " + zone + "\n0", test.exec(zone, forks));
      }
      String user = "setpriv --reuid 1000 --clear-groups python3 -c \"$ASK\" GET user-script 2>&1";
      assertTrue(test.exec("web", user).contains("PermissionError"), "root alone may ask");
    }
  }

  @Test
  void theZoneMakesNothingBesideItsSocketAndNothingIsLeft() throws IOException {
    try (TestHost test = new TestHost()) {
      run(test, "web");
      assertEquals(
          "1",
          test.exec(
              "web", "touch /.zonecontrol/x 2>/dev/null || rm -f " + SOCKET + " 2>/dev/null"));
      assertEquals(
          "metadata.sock\nsrw------- 0 0\n0",
          test.exec("web", "ls -A /.zonecontrol; stat -c '%A %u %g' " + SOCKET));
      Path run = test.home().resolve("run/zones").resolve(test.get("web").uuid().toString());
      assertTrue(Files.exists(run.resolve("control/metadata.sock")));
      test.host().zones().stop(TestHost.ref("web"), StopOptions.FORCED);
      assertFalse(Files.exists(run));

      String away =
          "mv /.zonecontrol /else 2>/dev/null; rm -rf /.zonecontrol; ln -s /tmp /.zonecontrol";
      test.host()
          .zones()
          .update(TestHost.ref("web"), new Patch(Map.of("guest_metadata", false)), false);
      test.host().zones().start(TestHost.ref("web"));
      assertEquals("0", test.exec("web", away), "nothing is mounted there");
      test.host().zones().stop(TestHost.ref("web"), StopOptions.FORCED);
      test.host()
          .zones()
          .update(TestHost.ref("web"), new Patch(Map.of("guest_metadata", true)), false);
      test.host().zones().start(TestHost.ref("web"));
      assertEquals("metadata.sock\n0", test.exec("web", "ls /tmp"), "its own link leads into it");
      test.exec("web", "rm /.zonecontrol; touch /.zonecontrol");
      test.host().zones().reboot(TestHost.ref("web"), StopOptions.FORCED);
      assertEquals("1", test.exec("web", "test -d /.zonecontrol"), "it starts without");
    }
  }
}
