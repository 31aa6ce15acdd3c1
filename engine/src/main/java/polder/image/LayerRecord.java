package polder.image;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import polder.image.oci.Descriptor;
import polder.image.oci.Digest;
import polder.model.Json;

/**
 * What is written down of a layer beside its files.
 *
 * @param bytes how many its files are
 * @param blobs what it was compressed, when it came and when it went out: a registry that has one
 *     of them need not be sent another
 */
record LayerRecord(long bytes, List<Descriptor> blobs) {
  private static final int BLOBS = 4;

  /** How layers are called that are compressed in a way that every registry takes. */
  private static final List<String> TYPES =
      List.of(
          "application/vnd.oci.image.layer.v1.tar+gzip",
          "application/vnd.oci.image.layer.v1.tar+zstd",
          "application/vnd.docker.image.rootfs.diff.tar.gzip");

  LayerRecord {
    blobs = List.copyOf(blobs);
  }

  /** Of a layer that came as {@code blob}, which counts if it is compressed. */
  static LayerRecord of(long bytes, Descriptor blob) {
    return new LayerRecord(bytes, List.of()).with(blob);
  }

  /** With one more blob; the first one stays, as that is what others have. */
  LayerRecord with(Descriptor blob) {
    boolean known = blobs.stream().anyMatch(each -> each.digest().equals(blob.digest()));
    if (known || !TYPES.contains(blob.mediaType())) {
      return this;
    }
    List<Descriptor> more = new ArrayList<>(blobs);
    if (more.size() == BLOBS) {
      more.remove(1);
    }
    more.add(blob);
    return new LayerRecord(bytes, more);
  }

  byte[] write() {
    List<Object> known = new ArrayList<>();
    for (Descriptor blob : blobs) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("digest", blob.digest().value());
      entry.put("size", blob.size());
      entry.put("type", blob.mediaType());
      known.add(entry);
    }
    Map<String, Object> record = new LinkedHashMap<>();
    record.put("bytes", bytes);
    record.put("blobs", known);
    return Json.write(record).getBytes(StandardCharsets.UTF_8);
  }

  /** Reads one; empty if it is none. */
  static Optional<LayerRecord> read(byte[] file) {
    Map<String, Object> record = Json.object(file);
    if (!(record.get("bytes") instanceof Long bytes)) {
      return Optional.empty();
    }
    List<Descriptor> blobs = new ArrayList<>();
    if (record.get("blobs") instanceof List<?> known) {
      for (Object each : known) {
        if (each instanceof Map<?, ?> blob
            && blob.get("digest") instanceof String digest
            && blob.get("size") instanceof Long size
            && blob.get("type") instanceof String type) {
          blobs.add(new Descriptor(type, new Digest(digest), size, Optional.empty()));
        }
      }
    }
    return Optional.of(new LayerRecord(bytes, blobs));
  }
}
