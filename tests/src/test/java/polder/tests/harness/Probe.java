package polder.tests.harness;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import polder.model.Json;

/**
 * What a zone looks like from inside: the probe HX-3.
 *
 * @param facts what {@code probe.py} printed
 */
public record Probe(Map<String, Object> facts) {
  /** Runs the probe in a running zone that has python3, as one more process. */
  public static Probe in(TestHost host, String zone) {
    return new Probe(
        Json.object(host.polderWith(script(), "exec", "-i", zone, "python3", "-").ok().out()));
  }

  private static byte[] script() {
    try (InputStream script =
        Objects.requireNonNull(Probe.class.getResourceAsStream("/probe.py"))) {
      return script.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The object of that name. */
  public Map<String, Object> object(String name) {
    return Json.asObject(facts.get(name));
  }

  /** The list of that name, as text. */
  public List<String> list(String name) {
    return Json.asList(facts.get(name)).stream().map(String::valueOf).toList();
  }

  /** A field of /proc/self/status, such as {@code CapEff}. */
  public String status(String field) {
    return String.valueOf(object("status").get(field));
  }
}
