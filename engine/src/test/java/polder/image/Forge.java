package polder.image;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import polder.image.oci.Descriptor;
import polder.image.oci.Digest;
import polder.image.oci.ImageManifest;
import polder.linux.Bytes;
import polder.model.Json;

/** An image with layers that a test makes, and the blobs of it. */
final class Forge {
  private static final String LAYER = "application/vnd.oci.image.layer.v1.tar+gzip";
  private static final String CONFIG = "application/vnd.oci.image.config.v1+json";
  private static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";

  final Map<Digest, byte[]> blobs = new LinkedHashMap<>();
  final List<Descriptor> layers = new ArrayList<>();
  final List<Object> diffIds = new ArrayList<>();
  final List<byte[]> tars = new ArrayList<>();
  final Map<String, Object> run = new LinkedHashMap<>();

  Forge layer(Archive archive) {
    byte[] tar = archive.bytes();
    tars.add(tar);
    diffIds.add(Digest.of(tar).value());
    layers.add(put(LAYER, gzip(tar)));
    return this;
  }

  Descriptor put(String type, byte[] blob) {
    Digest digest = Digest.of(blob);
    blobs.put(digest, blob);
    return new Descriptor(type, digest, blob.length, Optional.empty());
  }

  Map<String, Object> configuration() {
    Map<String, Object> root = new LinkedHashMap<>();
    root.put("type", "layers");
    root.put("diff_ids", diffIds);
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("os", "linux");
    config.put("architecture", "amd64");
    config.put("config", run);
    config.put("rootfs", root);
    return config;
  }

  ImageManifest manifest() {
    return new ImageManifest(put(CONFIG, json(configuration())), layers);
  }

  static byte[] json(Object tree) {
    return Json.write(tree).getBytes(StandardCharsets.UTF_8);
  }

  static Map<String, Object> tree(Descriptor descriptor) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("mediaType", descriptor.mediaType());
    tree.put("digest", descriptor.digest().value());
    tree.put("size", descriptor.size());
    return tree;
  }

  /** Files of an OCI layout by path. */
  Map<String, byte[]> layout(String tag) {
    ImageManifest manifest = manifest();
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("schemaVersion", 2L);
    document.put("config", tree(manifest.config()));
    document.put("layers", layers.stream().map(Forge::tree).toList());
    Map<String, Object> entry = tree(put(MANIFEST, json(document)));
    entry.put("annotations", Map.of("org.opencontainers.image.ref.name", tag));
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("oci-layout", json(Map.of("imageLayoutVersion", "1.0.0")));
    files.put("index.json", json(Map.of("schemaVersion", 2L, "manifests", List.of(entry))));
    blobs.forEach((digest, blob) -> files.put("blobs/sha256/" + digest.digits(), blob));
    return files;
  }

  /** What docker save writes. */
  Map<String, byte[]> saved(String name) {
    Map<String, byte[]> files = new LinkedHashMap<>();
    List<Object> paths = new ArrayList<>();
    for (byte[] tar : tars) {
      String path = paths.size() + "/layer.tar";
      files.put(path, tar);
      paths.add(path);
    }
    files.put("config.json", json(configuration()));
    Map<String, Object> image = new LinkedHashMap<>();
    image.put("Config", "config.json");
    image.put("RepoTags", List.of(name));
    image.put("Layers", paths);
    files.put("manifest.json", json(List.of(image)));
    return files;
  }

  static byte[] tar(Map<String, byte[]> files) {
    Archive archive = new Archive();
    files.forEach(
        (path, data) ->
            archive.entry(TarEntry.file(Bytes.of(path), 0644, data.length, Archive.TIME), data));
    return archive.bytes();
  }

  static byte[] gzip(byte[] data) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(data);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}
