package polder.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import polder.api.client.RemoteHost;
import polder.api.fake.FakeHost;
import polder.api.server.ApiServer;
import polder.model.Brand;
import polder.model.Host;
import polder.model.Json;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;
import polder.model.json.ErrorJson;

/** Requests that mean one thing to who checks them and another to who does them. */
@Timeout(600)
class BodyTricksTest {
  @TempDir Path directory;
  private Path socket;
  private FakeHost host;
  private ApiServer server;

  @BeforeEach
  void open() {
    socket = directory.resolve("run/api.sock");
    host = new FakeHost();
    server = ApiServer.open(host, socket);
  }

  @AfterEach
  void close() {
    server.close();
    host.close();
  }

  @Test
  @DisplayName("S-API-05 body tricks are refused, and nothing is made of them")
  void bodyTricks() throws IOException {
    String json = "Content-Type: application/json\r\n";
    Map<String, Integer> tricks = new LinkedHashMap<>();
    tricks.put(post(json, ""), 400);
    tricks.put(raw("Content-Length: 0\r\n" + json, "{\"alias\":\"x\"}"), 400);
    tricks.put(post(json, "{\"alias\":\"a\",\"alias\":\"b\"}"), 400);
    tricks.put(post(json, "{\"alias\":\"a\",\"Alias\":\"b\"}"), 400);
    tricks.put(post(json, "{\"alias\":\"a\",\"\\u0061lias\":\"b\"}"), 400);
    tricks.put(post(json, "{\"tags\":{\"a\":1,\"a\":2}}"), 400);
    tricks.put(post(json, "{\"alias\":\"a\"}{\"alias\":\"b\"}"), 400);
    tricks.put(post(json, "{\"alias\":\"a\"} trailing"), 400);
    tricks.put(post(json, "[{\"alias\":\"a\"}]"), 400);
    tricks.put(post(json, "\"alias\""), 400);
    tricks.put(post(json, "null"), 400);
    tricks.put(post(json, "[".repeat(10_000)), 400);
    tricks.put(post(json, "{\"tags\":".repeat(10_000)), 400);
    tricks.put(post(json, "\ufeff{\"alias\":\"a\"}".getBytes(StandardCharsets.UTF_8)), 400);
    tricks.put(post(json, "{\"alias\":\"a\"}".getBytes(StandardCharsets.UTF_16)), 400);
    tricks.put(post(json, "{\"alias\":\"a\"}".getBytes(StandardCharsets.UTF_16LE)), 400);
    tricks.put(
        post(json, new byte[] {'{', '"', (byte) 0xc0, (byte) 0xaf, '"', ':', '1', '}'}), 400);
    tricks.put(post(json, "{\"max_lwps\":1e3}"), 400);
    tricks.put(post(json, "{\"max_lwps\":99999999999999999999}"), 400);
    tricks.put(post(json, "{\"alias\":\"a\",\"__proto__\":{}}"), 400);
    tricks.put(post("Content-Type: application/x-www-form-urlencoded\r\n", "alias=a"), 415);
    tricks.put(post("Content-Type: text/plain\r\n", "{\"alias\":\"a\"}"), 415);
    tricks.put(post("Content-Type: multipart/form-data; boundary=x\r\n", "--x--"), 415);
    tricks.put(post(json + "Content-Encoding: gzip\r\n", gzip("{\"alias\":\"a\"}")), 415);
    tricks.put(post(json + "Content-Encoding: br\r\n", "{\"alias\":\"a\"}"), 415);
    tricks.put(post(json, gzip("{\"alias\":\"a\"}")), 400);
    tricks.put(post(json, " ".repeat((1 << 20) + 1)), 413);
    tricks.put(post(json, "{\"alias\":\"" + "a".repeat(1 << 20) + "\"}"), 413);
    tricks.put(
        raw("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n" + json, "2\r\n{}\r\n0\r\n\r\n"),
        400);
    tricks.put(raw("Content-Length: 2\r\nContent-Length: 13\r\n" + json, "{\"alias\":\"a\"}"), 400);
    tricks.put(raw("Content-Length: -1\r\n" + json, "{}"), 400);
    tricks.put(raw("Content-Length: +2\r\n" + json, "{}"), 400);
    tricks.put(raw("Transfer-Encoding: gzip, chunked\r\n" + json, "2\r\n{}\r\n0\r\n\r\n"), 0);
    tricks.put(raw("Transfer-Encoding: identity\r\n" + json, "{}"), 0);
    tricks.put(raw("Transfer-Encoding: chunked\r\n" + json, "zz\r\n{}\r\n0\r\n\r\n"), 400);
    tricks.put(raw("Transfer-Encoding: chunked\r\n" + json, "0\r\n\r\n"), 400);
    tricks.put(request("GET /v1/zones HTTP/1.1", "Content-Length: 2\r\n", "{}"), 400);
    tricks.put(request("DELETE /v1/zones/a HTTP/1.1", "Content-Length: 2\r\n", "{}"), 400);
    tricks.put(
        request("GET /v1/zones HTTP/1.1", "X-HTTP-Method-Override: POST\r\n" + json, ""), 200);
    tricks.put(
        request("POST /v1/zones?alias=a HTTP/1.1", json + "Content-Length: 2\r\n", "{}"), 400);
    tricks.put(request("POST /v1//zones HTTP/1.1", json + "Content-Length: 2\r\n", "{}"), 0);
    tricks.put(
        request("POST /v1/%7aones/../zones HTTP/1.1", json + "Content-Length: 2\r\n", "{}"), 0);
    assertTrue(tricks.size() >= 40);

    for (Map.Entry<String, Integer> trick : tricks.entrySet()) {
      String sent = trick.getKey();
      String shown = sent.substring(0, Math.min(sent.length(), 200));
      try (RawHttp client = new RawHttp(socket)) {
        String answer = client.send(trick.getKey()).rest();
        int status = RawHttp.status(answer);
        if (trick.getValue() == 0) {
          assertTrue(status >= 400 && status < 600, shown + " -> " + answer);
        } else {
          assertEquals(trick.getValue(), status, shown + " -> " + answer);
        }
        if (status >= 400) {
          String text = RawHttp.body(answer);
          String body = text.startsWith("{") ? text.substring(0, text.indexOf('\n')) : text;
          ErrorJson.read(Json.read(body));
          assertFalse(answer.contains("\tat ") || answer.contains("Exception"), answer);
          assertFalse(answer.toLowerCase(java.util.Locale.ROOT).contains("jetty"), answer);
        }
      } catch (IOException e) {
        assertEquals(413, trick.getValue(), shown); // it stops reading, and may say so by a reset
      }
      assertTrue(host.zones().list().isEmpty(), shown);
    }
  }

  @Test
  @DisplayName("S-API-05 the same zone from a whole and from a chunked body")
  void chunksMakeNoDifference() throws IOException {
    try (RawHttp client = new RawHttp(socket)) {
      String answer =
          client
              .send(
                  raw(
                      "Transfer-Encoding: chunked\r\nContent-Type: application/json\r\n",
                      "5\r\n{\"ali\r\n8\r\nas\":\"a\"}\r\n0\r\n\r\n"))
              .rest();
      assertEquals(201, RawHttp.status(answer), answer);
    }
    assertEquals("a", host.zones().list().getFirst().name());
  }

  @Test
  void oversizedHeadsAreRefusedAndTheNextRequestIsServed() throws IOException {
    for (String head :
        new String[] {"X: " + "y".repeat(100_000) + "\r\n", "Y: z\r\n".repeat(30_000)}) {
      try (RawHttp client = new RawHttp(socket)) {
        int status = 431;
        try {
          client.send("GET /v1/info HTTP/1.1\r\nHost: polder\r\n" + head + "\r\n");
          status = RawHttp.status(client.rest());
        } catch (IOException e) {
          // it stopped reading
        }
        assertEquals(431, status);
      }
    }
    assertTrue(RemoteHost.open(socket).info().daemonPid() > 0);
  }

  @Test
  void pathsAndMethodsThatAreNotOursAreToldSo() throws IOException {
    for (String line :
        new String[] {
          "GET / HTTP/1.1",
          "GET /v2/zones HTTP/1.1",
          "GET /v1/zones/ HTTP/1.1",
          "GET /v1/zones/a/b/c HTTP/1.1",
          "GET /v1/images/ HTTP/1.1"
        }) {
      assertEquals(404, RawHttp.status(ask(line)), line);
    }
    String answer = ask("PUT /v1/zones HTTP/1.1");
    assertEquals(405, RawHttp.status(answer));
    assertTrue(answer.contains("Allow: GET, POST"), answer);
    assertEquals(426, RawHttp.status(ask("POST /v1/zones/a/attach HTTP/1.1")));
    assertEquals(400, RawHttp.status(ask("GET /v1/zones/%00 HTTP/1.1")));
    assertEquals(400, RawHttp.status(ask("GET /v1/zones/-rf HTTP/1.1")));
    assertEquals(400, RawHttp.status(ask("GET /v1/events?sinec=1 HTTP/1.1")));
    assertEquals(400, RawHttp.status(ask("GET /v1/events?since=1&since=2 HTTP/1.1")));
    assertEquals(400, RawHttp.status(ask("GET /v1/events?since=-1 HTTP/1.1")));
  }

  @Test
  void longWorkGoesOnAsAnOperation() throws Exception {
    Host remote = RemoteHost.open(socket);
    remote
        .zones()
        .create(
            ZoneSpec.of(Brand.NATIVE)
                .with(ZoneProperties.ALIAS, "a")
                .with(ZoneProperties.STOP_TIMEOUT, 1L)
                .with(
                    ZoneProperties.CMD, java.util.List.of("sh", "-c", "trap '' TERM; sleep 1000")));
    remote.zones().start(new polder.model.ZoneRef("a"));
    Thread.sleep(100); // the trap is set
    String answer = ask("POST /v1/zones/a/stop HTTP/1.1\r\nPrefer: respond-async\r\nX: y");
    assertEquals(202, RawHttp.status(answer), answer);
    Map<String, Object> operation = Json.object(RawHttp.body(answer).strip());
    assertEquals("running", operation.get("state"));
    String path = "/v1/operations/" + operation.get("id");
    assertTrue(answer.contains("Location: " + path), answer);
    Map<String, Object> ended =
        Json.object(RawHttp.body(ask("GET " + path + "?wait=10 HTTP/1.1")).strip());
    assertEquals("done", ended.get("state"), ended.toString());
    assertEquals("stopped", Json.asObject(ended.get("result")).get("state"));
    assertTrue(ask("GET /v1/operations HTTP/1.1").contains(String.valueOf(operation.get("id"))));
    String failed = ask("DELETE /v1/images/none HTTP/1.1\r\nPrefer: respond-async\r\nX: y");
    Map<String, Object> failure =
        Json.object(
            RawHttp.body(
                    ask(
                        "GET /v1/operations/"
                            + Json.object(RawHttp.body(failed).strip()).get("id")
                            + "?wait=10 HTTP/1.1"))
                .strip());
    assertEquals("failed", failure.get("state"));
    assertEquals("not_found", Json.asObject(failure.get("error")).get("kind"));
  }

  private String ask(String line) throws IOException {
    try (RawHttp client = new RawHttp(socket)) {
      return client.send(request(line, "", "")).rest();
    }
  }

  private static String post(String headers, byte[] body) {
    return post(headers, new String(body, StandardCharsets.ISO_8859_1));
  }

  private static String post(String headers, String body) {
    return raw(headers + "Content-Length: " + body.length() + "\r\n", body);
  }

  private static String raw(String headers, String body) {
    return request("POST /v1/zones HTTP/1.1", headers, body);
  }

  /** Each character a byte. */
  private static String request(String line, String headers, String body) {
    return line + "\r\nHost: polder\r\nConnection: close\r\n" + headers + "\r\n" + body;
  }

  private static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }
}
