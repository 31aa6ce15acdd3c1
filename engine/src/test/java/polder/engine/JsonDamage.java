package polder.engine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import polder.model.Json;
import polder.model.PolderException;

/** Damages JSON, its bytes or its structure; the same for the same seed. */
public final class JsonDamage {
  private static final boolean FULL = Boolean.getBoolean("polder.full");
  private static final Duration EACH = Duration.ofSeconds(60);
  private static final int SEEDS = 3_000;
  private static final long SLOW = Figures.within(5).toNanos();

  private static final List<Object> NASTY =
      List.of(
          true,
          0L,
          -1L,
          1L << 31,
          1L << 32,
          Long.MAX_VALUE,
          Long.MIN_VALUE,
          1e308,
          -0.0,
          "",
          " ",
          "\0",
          "\u202e\ud800",
          "-",
          "../..",
          "%s%n",
          "x".repeat(70_000),
          "9".repeat(400),
          "+1000000000-12-31T23:59:59.999999999Z",
          "-1000000000-01-01T00:00:00Z",
          "2026-02-30T00:00:00Z",
          "0-0-0-0-0",
          List.of(),
          Map.of(),
          Map.of("", Map.of("", List.of(""))));

  private final Random random;

  private JsonDamage(long seed) {
    random = random(seed);
  }

  /**
   * Gives {@code use} damages, one for each of a fixed list of seeds (for 60 seconds with {@code
   * -Dpolder.full}), and sees that it ends within five seconds, or with a refusal of ours. A
   * failure names its seed.
   */
  public static void each(Consumer<JsonDamage> use) {
    long end = System.nanoTime() + EACH.toNanos();
    long refused = 0;
    long seed = 0;
    while (FULL ? System.nanoTime() < end : seed < SEEDS) {
      seed++;
      long start = System.nanoTime();
      try {
        use.accept(new JsonDamage(seed));
      } catch (PolderException expected) {
        refused++;
        String sentence = String.valueOf(expected.getMessage());
        assertTrue(sentence.length() < 20_000, "seed " + seed + ": " + sentence.length());
      } catch (RuntimeException | StackOverflowError e) {
        throw new AssertionError("seed " + seed, e);
      }
      assertTrue(System.nanoTime() - start < SLOW, "seed " + seed + " took too long");
    }
    assertTrue(
        refused > seed / 10 && refused < seed,
        "%d of %d were refused: nothing was tried".formatted(refused, seed));
  }

  /** Seeds that are neighbours give Random first numbers that are, so they are spread. */
  public static Random random(long seed) {
    return new Random(seed * 0x9e37_79b9_7f4a_7c15L);
  }

  /** One of {@code all}. */
  public <T> T pick(List<T> all) {
    return all.get(random.nextInt(all.size()));
  }

  /** Whether, at random. */
  public boolean flag() {
    return random.nextBoolean();
  }

  /** With some bytes changed, cut off, doubled or put in. */
  public byte[] bytes(byte[] good) {
    byte[] bytes = good.clone();
    for (int i = random.nextInt(4); i >= 0 && bytes.length > 1; i--) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(5)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) random.nextInt(256);
        case 2 -> bytes = Arrays.copyOf(bytes, at);
        case 3 -> {
          byte[] rest = Arrays.copyOfRange(bytes, random.nextInt(bytes.length), bytes.length);
          bytes = joined(Arrays.copyOf(bytes, at), rest);
        }
        default -> {
          String put =
              pick(List.of("[".repeat(5000), "{\"a\":".repeat(70), "\"", "\\u0000", "1e9"));
          byte[] rest = Arrays.copyOfRange(bytes, at, bytes.length);
          byte[] first = Arrays.copyOf(bytes, at);
          bytes = joined(joined(first, put.getBytes(StandardCharsets.UTF_8)), rest);
        }
      }
    }
    return bytes;
  }

  private static byte[] joined(byte[] first, byte[] rest) {
    byte[] both = Arrays.copyOf(first, first.length + rest.length);
    System.arraycopy(rest, 0, both, first.length, rest.length);
    return both;
  }

  /** With one or two values replaced, taken away, added or put elsewhere. */
  public Map<String, Object> tree(Map<String, Object> good) {
    Map<String, Object> tree = copy(good);
    List<Runnable> damages = new ArrayList<>();
    for (int i = random.nextInt(2); i >= 0; i--) {
      damages.clear();
      collect(tree, damages);
      pick(damages).run();
    }
    return tree;
  }

  @SuppressWarnings("unchecked") // a copy is made of these maps and lists
  private void collect(Object at, List<Runnable> damages) {
    if (at instanceof Map<?, ?>) {
      Map<String, Object> map = (Map<String, Object>) at;
      damages.add(() -> map.put(String.valueOf(nasty()), nasty()));
      map.forEach(
          (name, value) -> {
            damages.add(() -> map.put(name, nasty()));
            damages.add(() -> map.put(name, pick(new ArrayList<>(map.values()))));
            damages.add(() -> map.remove(name));
            damages.add(() -> map.put(name + " ", map.get(name)));
            collect(value, damages);
          });
    } else if (at instanceof List<?>) {
      List<Object> list = (List<Object>) at;
      damages.add(() -> list.add(nasty()));
      damages.add(list::clear);
      for (int i = 0; i < list.size(); i++) {
        int index = i;
        damages.add(() -> list.set(index, nasty()));
        damages.add(
            () -> {
              Object value = list.get(index); // a document of 100 MB would tell of our heap only
              int times = Math.min(2000, 1_000_000 / Json.write(value).length());
              for (int more = 0; more < times; more++) {
                list.add(copyOf(value)); // of its own: the next damage is to one of them only
              }
            });
        collect(list.get(i), damages);
      }
    }
  }

  private Object nasty() {
    if (random.nextInt(20) == 0) {
      Object deep = List.of();
      for (int i = random.nextInt(100); i >= 0; i--) {
        deep = flag() ? List.of(deep) : Map.of("a", deep);
      }
      return copyOf(deep);
    }
    return copyOf(pick(NASTY));
  }

  private static Map<String, Object> copy(Map<?, ?> map) {
    Map<String, Object> copy = new LinkedHashMap<>();
    map.forEach((name, value) -> copy.put(String.valueOf(name), copyOf(value)));
    return copy;
  }

  private static Object copyOf(@Nullable Object value) {
    if (value instanceof Map<?, ?> map) {
      return copy(map);
    }
    if (value instanceof List<?> list) {
      List<Object> copy = new ArrayList<>();
      list.forEach(one -> copy.add(copyOf(one)));
      return copy;
    }
    return value == null ? "null" : value;
  }
}
