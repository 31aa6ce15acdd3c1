package polder.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import polder.linux.Bytes;
import polder.model.ErrorKind;
import polder.model.PolderException;

class TarReaderTest {
  private static final Limits SMALL =
      new Limits(1000, 1 << 30, 100, 1 << 20, 200, 1 << 20, 1 << 20);

  @Test
  void readsBackWhatTheWriterWroteToTheByteAndTheNanosecond() {
    Bytes odd = Bytes.of(new byte[] {'d', (byte) 0x80, '/', (byte) 0xff, '\n', '='});
    Bytes far = Bytes.of("x".repeat(255) + "/" + "y".repeat(200));
    byte[] capability = {1, 0, 0, 2, (byte) 0x80, 0, 10, 0, '=', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    TarEntry file =
        new TarEntry(
            odd,
            TarType.FILE,
            04755,
            3_000_000_000L,
            2_097_152,
            5,
            Instant.ofEpochSecond(7, 1),
            Instant.ofEpochSecond(-8, 999_999_999),
            Bytes.EMPTY,
            TarEntry.NO_DEVICE,
            Map.of(
                Bytes.of("security.capability"),
                Bytes.of(capability),
                Bytes.of(new byte[] {'u', 's', 'e', 'r', '.', (byte) 0xfe}),
                Bytes.EMPTY),
            List.of(new Extent(0, 5)));
    TarEntry link = TarEntry.empty(far, TarType.SYMLINK, 0777, far, Archive.TIME);
    byte[] data = {1, 2, 3, 4, 5};

    byte[] archive = new Archive().entry(file, data).entry(link).device("c", 4095, 99_999).bytes();
    TarReader reader = reader(archive);

    assertEquals(file, reader.next().orElseThrow());
    byte[] got = new byte[9];
    assertEquals(5, reader.read(got, 0, 9));
    assertEquals(-1, reader.read(got, 0, 9));
    assertArrayEquals(data, Arrays.copyOf(got, 5));
    assertEquals(link, reader.next().orElseThrow());
    assertEquals(99_999, reader.next().orElseThrow().device().minor());
    assertTrue(reader.next().isEmpty());
    assertTrue(reader.next().isEmpty());
  }

  @Test
  void aFileWithHolesKeepsThem() {
    TarEntry sparse =
        new TarEntry(
            Bytes.of("holes"),
            TarType.FILE,
            0600,
            0,
            0,
            1 << 20,
            Archive.TIME,
            Archive.TIME,
            Bytes.EMPTY,
            TarEntry.NO_DEVICE,
            Map.of(),
            List.of(new Extent(4096, 3), new Extent(500_000, 600)));
    TarReader reader = reader(new Archive().entry(sparse, new byte[603]).file("b", "b").bytes());
    assertEquals(sparse, reader.next().orElseThrow());
    assertEquals("b", reader.next().orElseThrow().name().toString());
  }

  @Test
  void readsSparseMapsOfTheOlderKinds() {
    List<Extent> parts = List.of(new Extent(512, 2), new Extent(2048, 3));
    byte[] data = {1, 2, 3, 4, 5};
    byte[] zero0 =
        new Archive()
            .pax(
                "GNU.sparse.size",
                "4096",
                "GNU.sparse.numblocks",
                "2",
                "GNU.sparse.offset",
                "512",
                "GNU.sparse.numbytes",
                "2",
                "GNU.sparse.offset",
                "2048",
                "GNU.sparse.numbytes",
                "3")
            .header("s", '0', "5", "")
            .raw(data)
            .bytes();
    byte[] zero1 =
        new Archive()
            .pax(
                "GNU.sparse.size", "4096", "GNU.sparse.name", "s", "GNU.sparse.map", "512,2,2048,3")
            .header("other", '0', "5", "")
            .raw(data)
            .bytes();
    byte[] old = new byte[512];
    Archive.put(old, 0, "s");
    Archive.put(old, 124, "5");
    old[156] = 'S';
    Archive.put(old, 386, "00000001000\00000000000002");
    Archive.put(old, 410, "00000004000\00000000000003");
    Archive.put(old, 483, "00000010000");
    for (byte[] archive : List.of(zero0, zero1, new Archive().block(old).raw(data).bytes())) {
      TarEntry entry = reader(archive).next().orElseThrow();
      assertEquals(4096, entry.size());
      assertEquals(parts, entry.extents());
      assertEquals("s", entry.name().toString());
    }
  }

  @Test
  void paxComesBeforeGnuAndThatBeforeTheHeader() {
    Archive archive =
        new Archive()
            .header("././@LongLink", 'L', "4", "")
            .raw("gnu\0".getBytes(StandardCharsets.US_ASCII))
            .pax("path", "pax")
            .header("header", '0', "0", "")
            .header("././@LongLink", 'K', "7", "")
            .raw("target\0".getBytes(StandardCharsets.US_ASCII))
            .header("link", '2', "0", "short");
    TarReader reader = reader(archive.bytes());
    assertEquals("pax", reader.next().orElseThrow().name().toString());
    TarEntry link = reader.next().orElseThrow();
    assertEquals("target", link.target().toString());
    assertEquals("link", link.name().toString());
  }

  @Test
  void readsLibarchivesAttributesAndNumbersInBase256() {
    byte[] block = new byte[512];
    Archive.put(block, 0, "f");
    Archive.put(block, 124, "0");
    block[108] = (byte) 0x80;
    block[112] = (byte) 0x00;
    block[113] = 0x7f;
    block[114] = 0x01;
    block[115] = 0x02;
    block[136] = (byte) 0xff; // time: -1
    Arrays.fill(block, 137, 148, (byte) 0xff);
    TarEntry entry =
        reader(new Archive().pax("LIBARCHIVE.xattr.user.a%3d", "gP8=").block(block).bytes())
            .next()
            .orElseThrow();
    assertEquals(0x7f0102, entry.uid());
    assertEquals(Instant.ofEpochSecond(-1), entry.modified());
    assertEquals(
        Map.of(Bytes.of("user.a="), Bytes.of(new byte[] {(byte) 0x80, (byte) 0xff})),
        entry.xattrs());
  }

  @Test
  @DisplayName("S-IMG-04 what looks like a bomb or is damaged is refused, with a word why")
  void refusesWhatNoHonestProgramWrites() {
    List<byte[]> hostile = new ArrayList<>();
    hostile.add(new byte[0]);
    hostile.add(new byte[100]);
    hostile.add("no archive".repeat(100).getBytes(StandardCharsets.UTF_8));
    byte[] whole = new Archive().file("a", "some contents").bytes();
    hostile.add(Arrays.copyOf(whole, 512));
    hostile.add(Arrays.copyOf(whole, 600));
    hostile.add(Arrays.copyOf(whole, 1024)); // no end mark
    hostile.add(new Archive().pax("size", "9223372036854775807").header("f", '0', "0", "").bytes());
    hostile.add(new Archive().pax("size", "9223372036854775808").header("f", '0', "0", "").bytes());
    hostile.add(new Archive().pax("size", "-1").header("f", '0', "0", "").bytes());
    hostile.add(new Archive().pax("mtime", "1e9").header("f", '0', "0", "").bytes());
    hostile.add(new Archive().pax("mtime", "99999999999999").header("f", '0', "0", "").bytes());
    hostile.add(new Archive().pax("uid", "4294967295").header("f", '0', "0", "").bytes());
    hostile.add(new Archive().pax("path", "a\0b").header("f", '0', "0", "").bytes());
    hostile.add(new Archive().pax("path", "a/".repeat(200)).header("f", '0', "0", "").bytes());
    hostile.add(new Archive().header("pax", 'x', "7777777777", "").bytes()); // 1 GiB of records
    hostile.add(new Archive().header("L", 'L', "7777777777", "").bytes());
    for (String record : List.of("5 a=b\n", "99999999999 a=b\n", "6 ab\n\n", "0 a=b\n", "a=b\n")) {
      byte[] bytes = record.getBytes(StandardCharsets.US_ASCII);
      hostile.add(
          new Archive()
              .header("pax", 'x', Integer.toOctalString(bytes.length), "")
              .raw(bytes)
              .header("f", '0', "0", "")
              .bytes());
    }
    hostile.add(new Archive().header("f", 'Z', "0", "").bytes());
    hostile.add(new Archive().header("f", '0', "12x", "").bytes());
    hostile.add(new Archive().header("f", '2', "0", "").bytes());
    hostile.add(new Archive().header("f", '0', "77777777777", "").bytes());
    hostile.add(sparse("1099511627776", "0,5")); // 1 TiB
    hostile.add(sparse("4096", "4095,5"));
    hostile.add(sparse("4096", "0,2,1,3"));
    hostile.add(sparse("4096", "0,4"));
    hostile.add(sparse("4096", "0"));
    hostile.add(sparse("4096", "9223372036854775807,5"));
    hostile.add(
        new Archive()
            .pax("GNU.sparse.major", "1", "GNU.sparse.realsize", "10")
            .header("s", '0', "1000", "")
            .raw("9223372036854775807\n".getBytes(StandardCharsets.US_ASCII))
            .bytes());
    Archive many = new Archive();
    for (int i = 0; i <= SMALL.entries(); i++) {
      many.file("f" + i, "");
    }
    hostile.add(many.bytes());
    Archive headers = new Archive();
    for (int i = 0; i < 5000; i++) {
      headers.pax("comment", "c");
    }
    hostile.add(headers.bytes());

    for (int i = 0; i < hostile.size(); i++) {
      byte[] archive = hostile.get(i);
      PolderException refusal =
          assertThrows(PolderException.class, () -> readAll(archive), "case " + i);
      assertEquals(ErrorKind.INVALID, refusal.kind(), "case " + i);
    }
  }

  private static byte[] sparse(String size, String map) {
    return new Archive()
        .pax("GNU.sparse.size", size, "GNU.sparse.map", map)
        .header("s", '0', "5", "")
        .raw(new byte[5])
        .bytes();
  }

  private static TarReader reader(byte[] archive) {
    return new TarReader(new ByteArrayInputStream(archive), SMALL);
  }

  static int readAll(byte[] archive) {
    TarReader reader = reader(archive);
    int entries = 0;
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    byte[] buffer = new byte[4096];
    for (var entry = reader.next(); entry.isPresent(); entry = reader.next()) {
      entries++;
      for (int got = reader.read(buffer, 0, 4096); got > 0; got = reader.read(buffer, 0, 4096)) {
        data.write(buffer, 0, got);
      }
    }
    return entries;
  }
}
