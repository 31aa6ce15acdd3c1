package polder.api.server;

import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.util.HexFormat;
import polder.model.ErrorKind;
import polder.model.PolderException;

/** What nobody foresaw: logged whole here, told to the client as a number to look it up by. */
final class Failures {
  private static final System.Logger LOG = System.getLogger("polder.api");

  private final SecureRandom random = new SecureRandom();

  PolderException unexpected(String doing, Throwable cause) {
    byte[] number = new byte[4];
    random.nextBytes(number);
    String reference = HexFormat.of().formatHex(number);
    LOG.log(Level.ERROR, "%s failed, reference %s".formatted(doing, reference), cause);
    return new PolderException(
        ErrorKind.HOST,
        "polder itself failed; its log tells more at reference %s".formatted(reference));
  }
}
