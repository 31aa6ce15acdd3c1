package polder.image;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import polder.linux.Bytes;
import polder.linux.DeviceNumber;

/** What extended headers say of the entry that comes after them. */
final class TarDraft {
  private static final Bytes SCHILY = Bytes.of("SCHILY.xattr.");
  private static final Bytes LIBARCHIVE = Bytes.of("LIBARCHIVE.xattr.");
  private static final int LONGEST_XATTR_NAME = 255; // XATTR_NAME_MAX, linux/limits.h
  private static final int LONGEST_XATTR = 65_536;
  private static final long MOST_ID = (1L << 32) - 2; // 2^32 - 1 means "as it is" to chown(2)

  private final Map<String, Bytes> pax = new LinkedHashMap<>();
  private final Map<Bytes, Bytes> xattrs = new LinkedHashMap<>();
  private final List<Long> sparsePairs = new ArrayList<>();
  private @Nullable Bytes gnuName;
  private @Nullable Bytes gnuTarget;

  void gnuName(Bytes name) {
    gnuName = name;
  }

  void gnuTarget(Bytes target) {
    gnuTarget = target;
  }

  /** A record of PAX; an empty value takes an earlier one back. */
  void pax(Bytes key, Bytes value) {
    if (key.startsWith("SCHILY.xattr.")) {
      xattr(key.part(SCHILY.length(), key.length()), value);
    } else if (key.startsWith("LIBARCHIVE.xattr.")) {
      Bytes name = unescaped(key.part(LIBARCHIVE.length(), key.length()));
      if (!xattrs.containsKey(name)) { // libarchive writes both; the other is exact
        xattr(name, decoded(value));
      }
    } else if (key.startsWith("GNU.sparse.offset") || key.startsWith("GNU.sparse.numbytes")) {
      if (sparsePairs.size() > 2 * SparseMap.most()) {
        throw Refusal.invalid("the archive has a file with more than %d holes", SparseMap.most());
      }
      sparsePairs.add(TarNumber.decimal(value));
    } else if (value.isEmpty()) {
      pax.remove(key.toString());
    } else {
      pax.put(key.toString(), value);
    }
  }

  private void xattr(Bytes name, Bytes value) {
    if (name.isEmpty() || name.length() > LONGEST_XATTR_NAME || name.indexOf('\0', 0) >= 0) {
      throw Refusal.invalid(
          "the archive has an attribute named '%s': 1 to 255 bytes without NUL are allowed",
          Refusal.shown(name));
    }
    if (value.length() > LONGEST_XATTR) {
      throw Refusal.invalid(
          "the archive has an attribute '%s' of %d bytes; 65536 are allowed", name, value.length());
    }
    xattrs.put(name, value);
  }

  private static Bytes unescaped(Bytes name) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < name.length(); i++) {
      int high = i + 2 < name.length() ? Character.digit(name.at(i + 1), 16) : -1;
      int low = i + 2 < name.length() ? Character.digit(name.at(i + 2), 16) : -1;
      if (name.at(i) == '%' && high >= 0 && low >= 0) {
        out.write(high << 4 | low);
        i += 2;
      } else {
        out.write(name.at(i));
      }
    }
    return Bytes.of(out.toByteArray());
  }

  private static Bytes decoded(Bytes value) {
    try {
      String text = new String(value.toArray(), StandardCharsets.ISO_8859_1);
      return Bytes.of(Base64.getDecoder().decode(text));
    } catch (IllegalArgumentException e) {
      throw Refusal.invalid("the archive has an attribute that is not in base 64");
    }
  }

  Bytes name(TarHeader header) {
    Bytes sparse = pax.get("GNU.sparse.name");
    Bytes path = sparse != null ? sparse : pax.get("path");
    if (path != null) {
      return path;
    }
    return gnuName != null ? gnuName : header.name();
  }

  private Bytes target(TarHeader header) {
    Bytes path = pax.get("linkpath");
    if (path != null) {
      return path;
    }
    return gnuTarget != null ? gnuTarget : header.target();
  }

  /** How many bytes the archive has of it. */
  long stored(TarHeader header) {
    Bytes size = pax.get("size");
    return size != null ? TarNumber.decimal(size) : header.size();
  }

  /** How long the file is, given that {@code stored} bytes are in the archive. */
  long size(TarHeader header, long stored) {
    if (header.flag() == 'S') {
      return TarNumber.field(header.block(), 483, 12);
    }
    if (!isSparse()) {
      return stored;
    }
    Bytes size = pax.get("GNU.sparse.realsize");
    size = size != null ? size : pax.get("GNU.sparse.size");
    if (size == null) {
      throw Refusal.invalid("the archive has a sparse file that does not say how long it is");
    }
    return TarNumber.decimal(size);
  }

  boolean isSparse() {
    return isSparseInData()
        || pax.containsKey("GNU.sparse.map")
        || !sparsePairs.isEmpty()
        || pax.containsKey("GNU.sparse.size");
  }

  /** PAX format 1.0: the map is in front of the data. */
  boolean isSparseInData() {
    Bytes major = pax.get("GNU.sparse.major");
    return major != null && major.equals(Bytes.of("1"));
  }

  /** PAX formats 0.0 and 0.1: the map is in the records. */
  void addTo(SparseMap map, Bytes name, long size) {
    Bytes list = pax.get("GNU.sparse.map");
    if (list != null) {
      map.addList(name, list, size);
    } else {
      map.addPairs(name, sparsePairs, size);
    }
  }

  TarEntry entry(Bytes name, TarType type, long size, List<Extent> extents, TarHeader header) {
    Instant modified = time("mtime", header.modified());
    Bytes target = target(header);
    boolean isLink = type == TarType.HARD_LINK || type == TarType.SYMLINK;
    if (isLink && (target.isEmpty() || target.length() > 4095 || target.indexOf('\0', 0) >= 0)) {
      throw Refusal.entry(name, "a link that leads to '%s'", Refusal.shown(target));
    }
    return new TarEntry(
        name,
        type,
        header.mode(),
        id(name, "uid", header.uid()),
        id(name, "gid", header.gid()),
        size,
        pax.containsKey("atime") ? time("atime", 0) : modified,
        modified,
        isLink ? target : Bytes.EMPTY,
        device(name, type, header),
        xattrs,
        extents);
  }

  private Instant time(String key, long header) {
    Bytes text = pax.get(key);
    return text != null ? TarNumber.time(text) : TarNumber.time(header);
  }

  private long id(Bytes name, String key, long header) {
    Bytes text = pax.get(key);
    long id = text != null ? TarNumber.decimal(text) : header;
    if (id < 0 || id > MOST_ID) {
      throw Refusal.entry(name, "%s %d; 0 to %d are allowed", key, id, MOST_ID);
    }
    return id;
  }

  private DeviceNumber device(Bytes name, TarType type, TarHeader header) {
    if (type != TarType.CHARACTER_DEVICE && type != TarType.BLOCK_DEVICE) {
      return TarEntry.NO_DEVICE;
    }
    Bytes major = pax.get("SCHILY.devmajor");
    Bytes minor = pax.get("SCHILY.devminor");
    long high = major != null ? TarNumber.decimal(major) : header.major();
    long low = minor != null ? TarNumber.decimal(minor) : header.minor();
    if (high < 0 || high > 0xfff || low < 0 || low > 0xfffff) {
      throw Refusal.entry(name, "device %d:%d, which Linux does not have", high, low);
    }
    return new DeviceNumber((int) high, (int) low);
  }
}
