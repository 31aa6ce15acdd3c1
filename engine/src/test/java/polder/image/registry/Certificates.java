package polder.image.registry;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** Keys, certificates and authorities for a test, made with the JDK's own keytool. */
final class Certificates {
  private static final char[] PASSWORD = "changeit".toCharArray();

  private final Path directory;

  Certificates(Path directory) {
    this.directory = directory;
  }

  /** An authority: its certificate, as PEM, is in the file that this returns. */
  Path authority(String name) throws Exception {
    generate(name, "CN=" + name, "-ext", "bc:c", "-validity", "10");
    return pem(name);
  }

  /** A server's key with a certificate by that authority. */
  SSLContext server(String name, String authority, String host, String... dates) throws Exception {
    generate(name, "CN=" + name, "-ext", "san=dns:" + host);
    Path request = directory.resolve(name + ".csr");
    Path signed = directory.resolve(name + ".pem");
    keytool("-certreq", "-alias", name, "-keystore", store(name), "-file", request.toString());
    List<String> words =
        new ArrayList<>(
            List.of("-gencert", "-rfc", "-alias", authority, "-keystore", store(authority)));
    words.addAll(List.of("-infile", request.toString(), "-outfile", signed.toString()));
    words.addAll(List.of("-ext", "san=dns:" + host));
    words.addAll(dates.length == 0 ? List.of("-validity", "10") : Arrays.asList(dates));
    keytool(words.toArray(String[]::new));
    importInto(name, authority, directory.resolve(authority + ".pem"));
    importInto(name, name, signed);
    return context(name);
  }

  /** A server's key whose certificate it signed itself. */
  SSLContext selfSigned(String name, String host) throws Exception {
    generate(name, "CN=" + name, "-ext", "san=dns:" + host, "-validity", "10");
    return context(name);
  }

  /** How settings pin a server's key. */
  String pin(String name) throws Exception {
    byte[] key = load(name).getCertificate(name).getPublicKey().getEncoded();
    return "sha256:" + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(key));
  }

  private void generate(String name, String owner, String... more) throws Exception {
    List<String> words = new ArrayList<>(List.of("-genkeypair", "-alias", name, "-dname", owner));
    words.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1", "-keystore", store(name)));
    words.addAll(Arrays.asList(more));
    keytool(words.toArray(String[]::new));
  }

  private void importInto(String store, String alias, Path file) throws Exception {
    keytool(
        "-importcert",
        "-noprompt",
        "-alias",
        alias,
        "-keystore",
        store(store),
        "-file",
        file.toString());
  }

  private Path pem(String name) throws Exception {
    Path file = directory.resolve(name + ".pem");
    byte[] der = load(name).getCertificate(name).getEncoded();
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return Files.writeString(
        file, "-----BEGIN CERTIFICATE-----\n" + text + "\n-----END CERTIFICATE-----\n");
  }

  private SSLContext context(String name) throws Exception {
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(load(name), PASSWORD);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return context;
  }

  private KeyStore load(String name) throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(Path.of(store(name)))) {
      store.load(in, PASSWORD);
    }
    return store;
  }

  private String store(String name) {
    return directory.resolve(name + ".p12").toString();
  }

  private void keytool(String... words) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(Arrays.asList(words));
    command.addAll(List.of("-storepass", new String(PASSWORD), "-storetype", "PKCS12"));
    Path log = directory.resolve("keytool.log");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new AssertionError(words[0] + ": " + Files.readString(log));
    }
  }
}
