package polder.image;

import java.nio.charset.StandardCharsets;
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
 * @param blob how it was compressed when it came, so that a registry that has it need not be sent
 *     it again; empty if it was not compressed, or that is not known
 */
record LayerRecord(long bytes, Optional<Descriptor> blob) {
  /** How layers are called that are compressed in a way that every registry takes. */
  private static final List<String> TYPES =
      List.of(
          "application/vnd.oci.image.layer.v1.tar+gzip",
          "application/vnd.oci.image.layer.v1.tar+zstd",
          "application/vnd.docker.image.rootfs.diff.tar.gzip");

  /** Of a layer that came as {@code blob}. */
  static LayerRecord of(long bytes, Descriptor blob) {
    boolean known = TYPES.contains(blob.mediaType());
    return new LayerRecord(bytes, known ? Optional.of(blob) : Optional.empty());
  }

  byte[] write() {
    Map<String, Object> record = new LinkedHashMap<>();
    record.put("bytes", bytes);
    blob.ifPresent(
        came -> {
          record.put("blob", came.digest().value());
          record.put("blob_size", came.size());
          record.put("blob_type", came.mediaType());
        });
    return Json.write(record).getBytes(StandardCharsets.UTF_8);
  }

  /** Reads one; empty if it is none. */
  static Optional<LayerRecord> read(byte[] file) {
    Map<String, Object> record = Json.object(file);
    if (!(record.get("bytes") instanceof Long bytes)) {
      return Optional.empty();
    }
    boolean came =
        record.get("blob") instanceof String
            && record.get("blob_size") instanceof Long
            && record.get("blob_type") instanceof String;
    return Optional.of(
        new LayerRecord(bytes, came ? Optional.of(descriptor(record)) : Optional.empty()));
  }

  private static Descriptor descriptor(Map<String, Object> record) {
    return new Descriptor(
        String.valueOf(record.get("blob_type")),
        new Digest(String.valueOf(record.get("blob"))),
        record.get("blob_size") instanceof Long size ? size : 0,
        Optional.empty());
  }
}
