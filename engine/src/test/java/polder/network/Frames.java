package polder.network;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** Counts the frames of {@code frames.py}. */
final class Frames {
  private Frames() {}

  /** Starts to count what comes by a link, until an end does. */
  static Process counter(Path script, TestNetwork.Space space, String link) throws IOException {
    Process counter = space.start("/usr/bin/python3", script.toString(), "count", link);
    InputStream out = counter.getInputStream();
    StringBuilder line = new StringBuilder();
    for (int c = out.read(); c >= 0 && c != '\n'; c = out.read()) {
      line.append((char) c);
    }
    assertEquals("ready", line.toString());
    return counter;
  }

  /** How much of each kind came. */
  static Map<String, Integer> counted(Process counter) throws Exception {
    Map<String, Integer> counts = new TreeMap<>();
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(counter.getInputStream(), StandardCharsets.UTF_8))) {
      in.lines()
          .map(line -> line.split(" ", -1))
          .forEach(words -> counts.put(words[0], Integer.parseInt(words[1])));
    }
    assertEquals(0, counter.waitFor(), counts.toString());
    counts.computeIfPresent("end", (kind, many) -> 1);
    return counts;
  }
}
