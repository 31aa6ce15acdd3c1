package polder.daemon;

import java.lang.System.Logger.Level;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import polder.linux.DatagramSocket;
import polder.linux.SyscallException;

/** The service manager that started us, if one did and wants to know: sd_notify(3). */
final class NotifySocket {
  private static final System.Logger LOG = System.getLogger("polder.daemon");

  private NotifySocket() {}

  static void tell(String state) {
    tell(state, System.getenv());
  }

  static void tell(String state, Map<String, String> environment) {
    @Nullable String address = environment.get("NOTIFY_SOCKET");
    if (address == null || address.length() < 2) {
      return;
    }
    try {
      DatagramSocket.send(address, state);
    } catch (SyscallException e) {
      LOG.log(Level.WARNING, "cannot tell the service manager {0}: {1}", state, e.getMessage());
    }
  }
}
