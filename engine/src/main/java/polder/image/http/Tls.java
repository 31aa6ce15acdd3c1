package polder.image.http;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/**
 * TLS as the JDK does it: versions 1.2 and 1.3, the certificate's chain and name looked at.
 *
 * <p>There is no way to leave that out.
 */
public final class Tls {
  private static final String[] VERSIONS = {"TLSv1.3", "TLSv1.2"};

  private final SSLContext context;
  private final Set<String> pins;

  private Tls(SSLContext context, Set<String> pins) {
    this.context = context;
    this.pins = Set.copyOf(pins);
  }

  /** Trusts whom the JDK trusts. */
  public static Tls usual() {
    return usual(Set.of());
  }

  /**
   * Trusts whom the JDK trusts.
   *
   * @param pins {@code sha256:} and 64 hex digits, each of a public key (its SubjectPublicKeyInfo);
   *     where there are any, the server's key must be one of them
   */
  public static Tls usual(Set<String> pins) {
    try {
      return new Tls(SSLContext.getDefault(), pins);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JVM has no TLS", e);
    }
  }

  /**
   * Trusts the authorities in a PEM file, and nobody else.
   *
   * @throws IOException if the file cannot be read, or has no certificate
   */
  public static Tls of(Path authorities, Set<String> pins) throws IOException {
    try (InputStream in = Files.newInputStream(authorities)) {
      Collection<? extends Certificate> found =
          CertificateFactory.getInstance("X.509").generateCertificates(in);
      if (found.isEmpty()) {
        throw new IOException("there is no certificate in it");
      }
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      for (Certificate certificate : found) {
        store.setCertificateEntry("ca" + store.size(), certificate);
      }
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return new Tls(context, pins);
    } catch (GeneralSecurityException e) {
      throw new IOException("its certificates cannot be read: " + e.getMessage(), e);
    }
  }

  /** Speaks TLS over {@code plain} with the server that is called {@code host}. */
  Socket over(Socket plain, String host) throws IOException {
    SSLSocket socket =
        (SSLSocket) context.getSocketFactory().createSocket(plain, host, plain.getPort(), true);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    parameters.setProtocols(VERSIONS);
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    if (!pins.isEmpty() && !pins.contains(key(socket.getSession().getPeerCertificates()[0]))) {
      throw new SSLException("the server's key is none of those that are pinned");
    }
    return socket;
  }

  private static String key(Certificate certificate) {
    try {
      byte[] key = certificate.getPublicKey().getEncoded();
      return "sha256:" + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(key));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JVM has no SHA-256", e);
    }
  }
}
