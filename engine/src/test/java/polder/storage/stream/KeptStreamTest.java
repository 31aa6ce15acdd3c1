package polder.storage.stream;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import polder.linux.Directory;
import polder.linux.FileName;
import polder.model.ErrorKind;
import polder.model.PolderException;

/** Streams that break off, are kept, and go on. */
class KeptStreamTest {
  private static final FileName FILE = FileName.of("stream");
  private static final List<Integer> LENGTHS = List.of(0, 700_000, 5, 300_000);

  @TempDir Path temp = Path.of("");

  private final Random random = new Random(1977);
  private final List<byte[]> parts = new ArrayList<>();
  private @Nullable StreamMark mark;
  private long size;

  KeptStreamTest() {
    for (int length : LENGTHS) {
      byte[] part = new byte[length];
      random.nextBytes(part);
      parts.add(part);
    }
  }

  /** All of it, or what is behind {@code from}, with a head that differs each time. */
  private byte[] stream(Optional<StreamMark> from) throws IOException {
    var out = new ByteArrayOutputStream();
    Map<String, Object> head = Map.of("zone", "web", "sent", random.nextLong());
    StreamOutput stream =
        from.isPresent()
            ? StreamOutput.after(from.get(), out, Map.of("behind", from.get().records()))
            : StreamOutput.begin(out, head);
    try {
      for (int i = 0; i < parts.size(); i++) {
        try (OutputStream part = stream.part(Map.of("part", (long) i))) {
          part.write(parts.get(i));
        }
      }
      stream.end();
    } catch (PolderException e) {
      assertEquals(0, out.size(), "nothing is given away");
      throw e;
    }
    return out.toByteArray();
  }

  private KeptStream kept(Directory directory) {
    return new KeptStream(
        directory.openOrCreate(FILE, 0600),
        (reached, length) -> {
          mark = reached;
          size = length;
        });
  }

  private void readAll(StreamInput stream, boolean begun) throws IOException {
    List<byte[]> read = new ArrayList<>();
    if (begun) {
      read.add(stream.changes().readAllBytes());
    }
    while (stream.nextPart().isPresent()) {
      read.add(stream.changes().readAllBytes());
    }
    assertEquals(parts.size(), read.size());
    for (int i = 0; i < read.size(); i++) {
      assertArrayEquals(parts.get(i), read.get(i), "part " + i);
    }
  }

  /** Receives as much as comes. */
  private boolean receive(Directory directory, byte[] bytes) throws IOException {
    try (KeptStream kept = kept(directory)) {
      StreamInput stream = new StreamInput(new ByteArrayInputStream(bytes));
      try {
        if (stream.goesOn()) {
          stream.behind(kept, Optional.ofNullable(mark).orElseThrow(), size);
        } else {
          assertTrue(stream.nextPart().isPresent()); // as an engine, which looks at it first
          stream.keep(kept);
        }
        readAll(stream, !stream.goesOn());
        return true;
      } catch (EOFException e) {
        assertTrue(stream.isBroken());
        kept.mark();
        return false;
      }
    }
  }

  private void forget() throws IOException {
    mark = null;
    size = 0;
    Files.deleteIfExists(temp.resolve("stream"));
  }

  @Test
  @DisplayName("a stream that is cut at any place, again and again, comes to be whole")
  void goesOnWhereverItWasCut() throws IOException {
    try (Directory directory = Directory.open(temp)) {
      for (int i = 0; i < 40; i++) {
        forget();
        byte[] next = stream(Optional.empty());
        int times = 0;
        while (!receive(directory, cut(next, times))) {
          times++;
          next = stream(Optional.ofNullable(mark));
          if (mark == null) {
            forget();
          }
          byte[] half = new byte[1 + random.nextInt(100)]; // what died on its way to the disk
          if (Files.exists(temp.resolve("stream"))) {
            Files.write(temp.resolve("stream"), half, java.nio.file.StandardOpenOption.APPEND);
          }
        }
      }
    }
  }

  private byte[] cut(byte[] whole, int times) {
    int least = 60; // its head is there, or it is no stream at all
    return times == 3 || whole.length <= least
        ? whole
        : Arrays.copyOf(whole, least + random.nextInt(whole.length - least));
  }

  @Test
  @DisplayName("S-API-10 what does not begin with what was received gives nothing away")
  void whatIsSentMustBeginWithWhatCame() throws IOException {
    StreamMark.Counter counter = new StreamMark.Counter();
    RecordReader reader = RecordReader.ofStream(new ByteArrayInputStream(stream(Optional.empty())));
    List<StreamMark> marks = new ArrayList<>();
    for (StreamRecord each = reader.next(); each.kind() != Records.END; each = reader.next()) {
      if (each.kind() != Records.HEAD) {
        counter.pass(each.kind(), each.contents(), each.contents().length);
        marks.add(counter.mark());
      }
    }
    assertFalse(stream(Optional.of(marks.getLast())).length == 0);
    long records = marks.getLast().records();
    for (StreamMark wrong :
        List.of(
            new StreamMark(records + 1, marks.getLast().digest()),
            new StreamMark(records, marks.getFirst().digest()),
            new StreamMark(1, marks.getLast().digest()),
            new StreamMark(Long.MAX_VALUE, marks.getLast().digest()))) {
      PolderException refused =
          assertThrows(PolderException.class, () -> stream(Optional.of(wrong)));
      assertEquals(ErrorKind.INVALID, refused.kind());
    }
    parts.set(1, Arrays.copyOf(parts.get(1), 699_999));
    assertThrows(PolderException.class, () -> stream(Optional.of(marks.get(5))));
  }

  @Test
  void damageOfWhatIsKeptIsFound() throws IOException {
    try (Directory directory = Directory.open(temp)) {
      byte[] whole = stream(Optional.empty());
      assertFalse(receive(directory, Arrays.copyOf(whole, 800_000)));
      byte[] right = Files.readAllBytes(temp.resolve("stream"));
      for (int i = 0; i < 100; i++) {
        byte[] wrong = right.clone();
        wrong[random.nextInt((int) size)] ^= (byte) (1 << random.nextInt(8));
        Files.write(temp.resolve("stream"), i % 9 == 0 ? Arrays.copyOf(wrong, 99) : wrong);
        byte[] rest = stream(Optional.ofNullable(mark));
        PolderException refused =
            assertThrows(PolderException.class, () -> receive(directory, rest));
        assertTrue(
            refused.kind() == ErrorKind.HOST || refused.kind() == ErrorKind.INVALID,
            refused.getMessage());
      }
    }
  }
}
