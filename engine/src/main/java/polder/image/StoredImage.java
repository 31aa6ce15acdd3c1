package polder.image;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import polder.image.oci.Digest;
import polder.model.Image;
import polder.model.Json;
import polder.model.json.ImageJson;

/**
 * What the store knows of one tree, and its manifest file: which images it is, under which names.
 *
 * @param digits the digest's 64 hex digits
 * @param claims its names, at least one
 * @param layers what it is made of, the lowest first; none if it is a tree of its own
 * @param documents digests of the manifests and indexes of registries that lead to it
 */
record StoredImage(String digits, List<Claim> claims, List<Digest> layers, Set<Digest> documents) {
  private static final Pattern DIGEST = Pattern.compile("(?:sha256:)?([0-9a-f]{12,64})");
  private static final long SCHEMA = 1;
  private static final String UNTAGGED = "untagged";
  private static final int SHORT = 12;

  /**
   * A name that it has.
   *
   * @param image the image by that name
   * @param since from when on; where two trees claim a name after a crash, the later one has it
   */
  record Claim(Image image, Instant since) {}

  StoredImage {
    claims = List.copyOf(claims);
    layers = List.copyOf(layers);
    documents = Set.copyOf(documents);
  }

  /** One that is a tree of its own. */
  StoredImage(String digits, List<Claim> claims) {
    this(digits, claims, List.of(), Set.of());
  }

  /** Any of the images; they differ in their names, and in how they are run. */
  Image first() {
    return claims.get(0).image();
  }

  UUID uuid() {
    return first().uuid();
  }

  /** Whether {@code reference} is a uuid of it, its digest or the beginning of that. */
  boolean is(String reference) {
    Matcher digest = DIGEST.matcher(reference);
    return uuid().toString().equals(reference)
        || first().about().uuid().map(UUID::toString).equals(Optional.of(reference))
        || (digest.matches() && digits.startsWith(digest.group(1)));
  }

  Optional<Image> named(String name, String tag) {
    return claims.stream()
        .map(Claim::image)
        .filter(image -> image.name().equals(name) && image.tag().equals(tag))
        .findFirst();
  }

  /** With one more name, or that one anew; one it was given for want of any goes. */
  StoredImage with(Image image) {
    List<Claim> more = new ArrayList<>();
    for (Claim claim : without(image.name(), image.tag()).claims) {
      if (!claim.image().tag().equals(UNTAGGED)) {
        more.add(claim);
      }
    }
    more.add(new Claim(image, Instant.now()));
    return new StoredImage(digits, more, layers, documents);
  }

  /** Without that name. If it was the last, the beginning of its digest is its name. */
  StoredImage without(String name, String tag) {
    List<Claim> fewer = new ArrayList<>(claims);
    fewer.removeIf(claim -> claim.image().name().equals(name) && claim.image().tag().equals(tag));
    if (fewer.isEmpty()) {
      Image untagged = first().named(digits.substring(0, SHORT), UNTAGGED);
      fewer.add(new Claim(untagged, Instant.now()));
    }
    return new StoredImage(digits, fewer, layers, documents);
  }

  /** Led to by those documents, too. */
  StoredImage ledToBy(Set<Digest> more) {
    Set<Digest> all = new HashSet<>(documents);
    all.addAll(more);
    return new StoredImage(digits, claims, layers, all);
  }

  /** Whether somebody called it something. */
  boolean hasName() {
    return !first().tag().equals(UNTAGGED);
  }

  /** An identity that is the same wherever the content is: RFC 9562, version 8. */
  static UUID uuid(byte[] digest) {
    long high = 0;
    long low = 0;
    for (int i = 0; i < 8; i++) {
      high = high << 8 | (digest[i] & 0xff);
      low = low << 8 | (digest[i + 8] & 0xff);
    }
    return new UUID((high & ~0xf000L) | 0x8000L, (low & ~(3L << 62)) | (1L << 63));
  }

  static String digits(byte[] digest) {
    return HexFormat.of().formatHex(digest);
  }

  byte[] write() {
    List<Object> names = new ArrayList<>();
    for (Claim claim : claims) {
      Map<String, Object> name = new LinkedHashMap<>();
      name.put("since", claim.since().toString());
      name.put("image", ImageJson.write(claim.image()));
      names.add(name);
    }
    Map<String, Object> manifest = new LinkedHashMap<>();
    manifest.put("schema", SCHEMA);
    manifest.put("checksum", checksum(names, texts(layers), texts(documents)));
    manifest.put("names", names);
    if (!layers.isEmpty()) {
      manifest.put("layers", texts(layers));
    }
    if (!documents.isEmpty()) {
      manifest.put("documents", texts(documents));
    }
    return Json.pretty(manifest).getBytes(StandardCharsets.UTF_8);
  }

  /** Reads a manifest; refused if it is damaged or another tree's. */
  static StoredImage read(String digits, byte[] file) {
    Map<String, Object> manifest = Json.object(file);
    if (!Long.valueOf(SCHEMA).equals(manifest.get("schema"))) {
      throw Refusal.invalid("its manifest is not of schema %d", SCHEMA);
    }
    List<Object> names = Json.asList(manifest.get("names"));
    List<Object> layers = list(manifest, "layers");
    List<Object> documents = list(manifest, "documents");
    if (!checksum(names, layers, documents).equals(manifest.get("checksum")) || names.isEmpty()) {
      throw Refusal.invalid("its manifest is damaged: the checksum is wrong");
    }
    List<String> layered = digests(layers).stream().map(Digest::value).toList();
    List<Claim> claims = new ArrayList<>();
    for (Object name : names) {
      Map<String, Object> fields = Json.asObject(name);
      Image image = ImageJson.read(fields.get("image"));
      if (!image.digest().equals("sha256:" + digits)) {
        throw Refusal.invalid("its manifest is that of %s", image.digest());
      }
      claims.add(new Claim(image.withLayers(layered), time(fields.get("since"))));
    }
    return new StoredImage(digits, claims, digests(layers), new HashSet<>(digests(documents)));
  }

  private static List<Object> list(Map<String, Object> manifest, String name) {
    return manifest.containsKey(name) ? Json.asList(manifest.get(name)) : List.of();
  }

  private static List<Digest> digests(List<Object> texts) {
    return texts.stream().map(text -> new Digest(String.valueOf(text))).toList();
  }

  private static List<Object> texts(Collection<Digest> digests) {
    List<Object> texts = new ArrayList<>();
    digests.stream().map(Digest::value).forEach(texts::add);
    return texts;
  }

  private static Instant time(@Nullable Object since) {
    try {
      return Instant.parse(String.valueOf(since));
    } catch (DateTimeException e) {
      throw Refusal.invalid("its manifest is damaged: it does not say since when it has a name");
    }
  }

  /** Of the names alone where there is nothing else. */
  private static String checksum(List<Object> names, List<Object> layers, List<Object> documents) {
    boolean alone = layers.isEmpty() && documents.isEmpty();
    String text = Json.write(alone ? names : List.of(names, layers, documents));
    return digits(sha256().digest(text.getBytes(StandardCharsets.UTF_8)));
  }

  static MessageDigest sha256() {
    return hash("SHA-256");
  }

  static MessageDigest hash(String algorithm) {
    try {
      return MessageDigest.getInstance(algorithm);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has " + algorithm, e);
    }
  }

  /** By digits, without names that a later one has: a crash while a name moved leaves both. */
  static Map<String, StoredImage> latestClaimsOnly(Map<String, StoredImage> found) {
    Map<String, Instant> latest = new HashMap<>();
    for (StoredImage stored : found.values()) {
      for (Claim claim : stored.claims()) {
        latest.merge(key(claim.image()), claim.since(), (a, b) -> a.isAfter(b) ? a : b);
      }
    }
    Map<String, StoredImage> cleared = new TreeMap<>();
    found.forEach(
        (digits, stored) -> {
          StoredImage left = stored;
          for (Claim claim : stored.claims()) {
            if (claim.since().isBefore(latest.getOrDefault(key(claim.image()), Instant.MIN))) {
              left = left.without(claim.image().name(), claim.image().tag());
            }
          }
          cleared.put(digits, left);
        });
    return cleared;
  }

  /** The image {@code same} with the name of {@code other}, run as that one says. */
  static Image asNamed(Image same, Image other) {
    return new Image(
        same.uuid(),
        same.digest(),
        other.name(),
        other.tag(),
        same.size(),
        same.imported(),
        same.os(),
        same.arch(),
        other.config(),
        same.layers(),
        other.about());
  }

  /** An image's name with its tag. */
  static String key(Image image) {
    return image.name() + ":" + image.tag();
  }
}
