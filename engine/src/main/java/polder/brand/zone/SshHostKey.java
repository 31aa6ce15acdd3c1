package polder.brand.zone;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPrivateKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;

/**
 * A new host key for sshd(8), in the files that it reads: the private one in OpenSSH's own format
 * (PROTOCOL.key in its sources) without a passphrase, the public one as a line (sshd(8), RFC 4253
 * 6.6, RFC 5656 3.1, RFC 8709 4).
 *
 * @param privateFile the text of {@code ssh_host_TYPE_key}
 * @param publicFile the text of {@code ssh_host_TYPE_key.pub}
 */
record SshHostKey(String privateFile, String publicFile) {
  private static final int BLOCK = 8; // of the cipher "none"
  private static final int LINE = 70;
  private static final SecureRandom RANDOM = new SecureRandom();

  /** What kinds there are, by the word in their files' names. */
  enum Type {
    RSA,
    ECDSA,
    ED25519
  }

  /** Makes one; {@code comment} says whose it is. */
  static SshHostKey make(Type type, String comment) {
    try {
      return switch (type) {
        case RSA -> rsa(pair("RSA", 3072), comment);
        case ECDSA -> ecdsa(ecPair(), comment);
        case ED25519 -> ed25519(pair("Ed25519", 0), comment);
      };
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every JDK makes such keys", e);
    }
  }

  private static KeyPair pair(String algorithm, int bits) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
    if (bits > 0) {
      generator.initialize(bits, RANDOM);
    }
    return generator.generateKeyPair();
  }

  private static KeyPair ecPair() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"), RANDOM);
    return generator.generateKeyPair();
  }

  private static SshHostKey rsa(KeyPair pair, String comment) {
    RSAPrivateCrtKey key = (RSAPrivateCrtKey) pair.getPrivate();
    Wire open = new Wire().text("ssh-rsa").number(key.getPublicExponent()).number(key.getModulus());
    Wire secret =
        new Wire()
            .text("ssh-rsa")
            .number(key.getModulus())
            .number(key.getPublicExponent())
            .number(key.getPrivateExponent())
            .number(key.getCrtCoefficient())
            .number(key.getPrimeP())
            .number(key.getPrimeQ());
    return files("ssh-rsa", open, secret, comment);
  }

  private static SshHostKey ecdsa(KeyPair pair, String comment) {
    var point = ((ECPublicKey) pair.getPublic()).getW();
    byte[] uncompressed = new byte[65]; // SEC 1, 2.3.3
    uncompressed[0] = 4;
    fixed(point.getAffineX(), uncompressed, 1);
    fixed(point.getAffineY(), uncompressed, 33);
    String type = "ecdsa-sha2-nistp256";
    Wire open = new Wire().text(type).text("nistp256").bytes(uncompressed);
    Wire secret =
        new Wire()
            .text(type)
            .text("nistp256")
            .bytes(uncompressed)
            .number(((ECPrivateKey) pair.getPrivate()).getS());
    return files(type, open, secret, comment);
  }

  private static void fixed(BigInteger number, byte[] into, int at) {
    byte[] bytes = number.toByteArray(); // may have a sign byte, or be shorter
    int length = Math.min(bytes.length, 32);
    System.arraycopy(bytes, bytes.length - length, into, at + 32 - length, length);
  }

  private static SshHostKey ed25519(KeyPair pair, String comment) {
    byte[] seed = ((EdECPrivateKey) pair.getPrivate()).getBytes().orElseThrow();
    byte[] point = point((EdECPublicKey) pair.getPublic());
    byte[] both = new byte[64];
    System.arraycopy(seed, 0, both, 0, 32);
    System.arraycopy(point, 0, both, 32, 32);
    String type = "ssh-ed25519";
    Wire open = new Wire().text(type).bytes(point);
    return files(type, open, new Wire().text(type).bytes(point).bytes(both), comment);
  }

  /** RFC 8032 5.1.2: y, the least byte first, and whether x is odd in the highest bit. */
  private static byte[] point(EdECPublicKey key) {
    byte[] number = new byte[32];
    fixed(key.getPoint().getY(), number, 0);
    byte[] point = new byte[32];
    for (int i = 0; i < 32; i++) {
      point[i] = number[31 - i];
    }
    if (key.getPoint().isXOdd()) {
      point[31] |= (byte) 0x80;
    }
    return point;
  }

  private static SshHostKey files(String type, Wire open, Wire secret, String comment) {
    int check = RANDOM.nextInt();
    Wire list = new Wire().number(check).number(check).raw(secret).text(comment);
    for (int i = 1; list.size() % BLOCK != 0; i++) {
      list.raw(i);
    }
    Wire file =
        new Wire()
            .raw("openssh-key-v1\0")
            .text("none")
            .text("none")
            .text("")
            .number(1)
            .bytes(open.toBytes())
            .bytes(list.toBytes());
    String lines = Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encodeToString(file.toBytes());
    return new SshHostKey(
        "-----BEGIN OPENSSH PRIVATE KEY-----\n%s\n-----END OPENSSH PRIVATE KEY-----\n"
            .formatted(lines),
        "%s %s %s\n".formatted(type, Base64.getEncoder().encodeToString(open.toBytes()), comment));
  }

  /** Bytes as RFC 4251 5 has them. */
  private static final class Wire {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Wire raw(String text) {
      out.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
      return this;
    }

    Wire raw(Wire other) {
      out.writeBytes(other.toBytes());
      return this;
    }

    Wire raw(int oneByte) {
      out.write(oneByte);
      return this;
    }

    Wire number(int uint32) {
      out.writeBytes(ByteBuffer.allocate(4).putInt(uint32).array());
      return this;
    }

    Wire number(BigInteger mpint) {
      return bytes(mpint.toByteArray());
    }

    Wire text(String text) {
      return bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    Wire bytes(byte[] bytes) {
      number(bytes.length);
      out.writeBytes(bytes);
      return this;
    }

    int size() {
      return out.size();
    }

    byte[] toBytes() {
      return out.toByteArray();
    }
  }
}
