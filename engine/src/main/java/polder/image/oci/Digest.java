package polder.image.oci;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;
import polder.model.ErrorKind;
import polder.model.PolderException;

/**
 * What content is known by: OCI image specification 1.1, descriptor.md, "Digests". It is safe as a
 * part of a path and of a URL.
 *
 * @param value {@code sha256:} and 64 digits or {@code sha512:} and 128, in lower case
 */
public record Digest(String value) {
  private static final Pattern VALID = Pattern.compile("sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}");
  private static final int SHOWN = 80;

  public Digest {
    if (value.length() > 256 || !VALID.matcher(value).matches()) {
      String shown = value.length() > SHOWN ? value.substring(0, SHOWN) + "…" : value;
      throw new PolderException(
          ErrorKind.INVALID,
          "digest '%s': use 'sha256:' and 64 digits or 'sha512:' and 128, in lower case"
              .formatted(shown.replaceAll("\\p{Cntrl}", "?")));
    }
  }

  /** The SHA-256 digest of {@code bytes}. */
  public static Digest of(byte[] bytes) {
    return sha256(newHash("SHA-256").digest(bytes));
  }

  /** The digest that a finished SHA-256 is. */
  public static Digest sha256(byte[] sum) {
    return new Digest("sha256:" + HexFormat.of().formatHex(sum));
  }

  /** {@code sha256} or {@code sha512}. */
  public String algorithm() {
    return value.substring(0, value.indexOf(':'));
  }

  /** The digits alone. */
  public String digits() {
    return value.substring(value.indexOf(':') + 1);
  }

  /** The digits' own bytes. */
  public byte[] bytes() {
    return HexFormat.of().parseHex(digits());
  }

  /** A new hash of its algorithm. */
  public MessageDigest hash() {
    return newHash(algorithm().equals("sha256") ? "SHA-256" : "SHA-512");
  }

  /** Whether it is that of a finished hash. */
  public boolean is(byte[] sum) {
    return HexFormat.of().formatHex(sum).equals(digits());
  }

  private static MessageDigest newHash(String algorithm) {
    try {
      return MessageDigest.getInstance(algorithm);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has " + algorithm, e);
    }
  }

  @Override
  public String toString() {
    return value;
  }
}
