package polder.image.http;

import java.io.IOException;
import java.net.InetAddress;

/** A name leads to where it must not lead. */
public final class ForbiddenAddressException extends IOException {
  private static final long serialVersionUID = 1;

  ForbiddenAddressException(String host, InetAddress address, Nearness nearest) {
    super(
        "'%s' is %s, and may not be %s"
            .formatted(
                host,
                address.getHostAddress(),
                switch (nearest) {
                  case NEVER, HERE -> "a link-local, multicast or reserved address";
                  case INSIDE -> "an address of this host";
                  case OUTSIDE -> "an address of this host or of a private network";
                }));
  }
}
