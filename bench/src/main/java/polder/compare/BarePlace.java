package polder.compare;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The host itself, without virtualization: what all others are compared with. */
final class BarePlace implements Place {
  private static final int WARM_UPS = 3;
  private static final int PATIENCE = 10; // s

  private final Workshop workshop;

  BarePlace(Workshop workshop) {
    this.workshop = workshop;
  }

  @Override
  public String name() {
    return "bare";
  }

  @Override
  public String what() {
    return "a process of the host, without virtualization";
  }

  @Override
  public int warmUps() {
    return WARM_UPS;
  }

  @Override
  public Running start() {
    InetSocketAddress server = free();
    Path data = workshop.directory().resolve("bare");
    try {
      Process process =
          new ProcessBuilder(
                  List.of(
                      workshop.busybox().toString(),
                      "sh",
                      workshop.worker().toString(),
                      workshop.busybox().toString(),
                      data.toString(),
                      "127.0.0.1:" + server.getPort()))
              .redirectErrorStream(true)
              .start();
      Shell shell = new Shell(process.getOutputStream(), process.getInputStream());
      shell.awaitReady();
      return new Running(shell, server, process.pid(), () -> stop(process));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** On loopback: nothing of this is for others. */
  private static InetSocketAddress free() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      return new InetSocketAddress(socket.getInetAddress(), socket.getLocalPort());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** At the end of its input it ends its server and itself. */
  private static void stop(Process process) {
    try {
      process.getOutputStream().close();
      if (process.waitFor(PATIENCE, TimeUnit.SECONDS)) {
        return;
      }
    } catch (IOException e) {
      // it has ended
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  @Override
  public void close() {
    // its files go with the workshop
  }
}
