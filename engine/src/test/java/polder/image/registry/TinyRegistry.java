package polder.image.registry;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPOutputStream;
import polder.image.oci.Digest;

/** A registry of one's own, with images of a few layers, for tests outside of this package. */
public final class TinyRegistry implements AutoCloseable {
  private static final String INDEX = "application/vnd.oci.image.index.v1+json";
  private static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";

  private final HostileServer server;

  /** An empty one. */
  public TinyRegistry() {
    try {
      server = new HostileServer("127.0.0.1");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** How an image of it is called. */
  public String reference(String name) {
    return "127.0.0.1:" + server.port() + "/" + name;
  }

  /** An image by a tag, with that word as its command. */
  public void publish(String tag, String command, byte[]... tarballs) {
    List<String> layers = new ArrayList<>();
    List<String> contents = new ArrayList<>();
    for (byte[] tarball : tarballs) {
      contents.add("\"" + Digest.of(tarball) + "\"");
      layers.add(blob("application/vnd.oci.image.layer.v1.tar+gzip", gzip(tarball)));
    }
    String config =
        """
        {"architecture": "%s", "os": "linux", "config": {"Cmd": ["%s"]},
         "rootfs": {"type": "layers", "diff_ids": [%s]}}
        """
            .formatted(
                System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64",
                command,
                String.join(", ", contents));
    manifest(
        tag,
        blob("application/vnd.oci.image.config.v1+json", config.getBytes(StandardCharsets.UTF_8)),
        layers);
  }

  private void manifest(String tag, String config, List<String> layers) {
    server.manifest(
        tag,
        """
        {"schemaVersion": 2, "mediaType": "%s", "config": %s, "layers": [%s]}
        """
            .formatted(MANIFEST, config, String.join(", ", layers)));
  }

  private String blob(String type, byte[] content) {
    return "{\"mediaType\": \"%s\", \"digest\": \"%s\", \"size\": %d}"
        .formatted(type, server.blob(content), content.length);
  }

  /** An index by a tag that leads to the image of another one. */
  public void index(String tag, String to) {
    byte[] content = text(to).getBytes(StandardCharsets.UTF_8);
    String arch = System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
    server.manifest(
        tag,
        """
        {"schemaVersion": 2, "mediaType": "%s", "manifests": [
          {"mediaType": "%s", "digest": "sha256:%s", "size": 1,
           "platform": {"os": "linux", "architecture": "s390x"}},
          {"mediaType": "%s", "digest": "%s", "size": %d,
           "platform": {"os": "linux", "architecture": "%s"}}]}
        """
            .formatted(
                INDEX,
                MANIFEST,
                "0".repeat(64),
                MANIFEST,
                Digest.of(content),
                content.length,
                arch));
  }

  /** How many blobs were asked for. */
  public int blobsAsked() {
    return (int)
        server.asked.stream()
            .filter(asked -> asked.target().contains("/blobs/") && asked.method().equals("GET"))
            .count();
  }

  /**
   * From now on what has {@code part} in its place is another thing: {@code how} is {@code wrong}
   * (of the same length), {@code longer}, {@code shorter} or {@code gone}.
   */
  public void spoil(String part, String how) {
    for (var map : List.of(server.blobs, server.manifests)) {
      map.replaceAll((name, content) -> name.contains(part) ? spoiled(content, how) : content);
      if (how.equals("gone")) {
        map.keySet().removeIf(name -> name.contains(part));
      }
    }
  }

  private static byte[] spoiled(byte[] content, String how) {
    byte[] other =
        java.util.Arrays.copyOf(
            content,
            switch (how) {
              case "longer" -> content.length + 1;
              case "shorter" -> content.length - 1;
              default -> content.length;
            });
    other[other.length / 2] ^= 1;
    return other;
  }

  /** The digest of the document with that tag. */
  public String digest(String tag) {
    return Digest.of(text(tag).getBytes(StandardCharsets.UTF_8)).value();
  }

  /** The text of the document with that tag. */
  public String text(String tag) {
    return new String(Objects.requireNonNull(server.manifests.get(tag)), StandardCharsets.UTF_8);
  }

  /** Another document by that tag. */
  public void replace(String tag, String text) {
    server.manifest(tag, text);
  }

  /** A document or blob of any content; the result is its descriptor. */
  public String add(String type, byte[] content) {
    return blob(type, content);
  }

  private static byte[] gzip(byte[] content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
