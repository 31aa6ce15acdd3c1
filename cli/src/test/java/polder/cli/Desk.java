package polder.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import polder.api.fake.FakeHost;
import polder.cli.call.Caller;
import polder.cli.call.Output;
import polder.cli.call.Screen;
import polder.model.Host;

/** Somebody at a desk who types commands at a host in memory, and reads what comes. */
final class Desk implements AutoCloseable {
  /** What a command said and how it ended. */
  record Answer(int code, String out, String err) {
    /** The answer, if it is done. */
    Answer ok() {
      if (code != 0) {
        throw new AssertionError("ended with " + code + ": " + err);
      }
      return this;
    }
  }

  /** A screen that nobody sees. */
  private record Blank(Size size) implements Screen {
    @Override
    public void onResize(Runnable listener) {}

    @Override
    public void close() {}
  }

  private final FakeHost host = new FakeHost();
  private byte[] input = new byte[0];
  private boolean terminal;
  private boolean screen;
  private Map<String, String> environment = Map.of();

  /** The host that is asked. */
  FakeHost host() {
    return host;
  }

  /** What the next commands find on standard input. */
  Desk typing(String text) {
    input = text.getBytes(StandardCharsets.UTF_8);
    return this;
  }

  /** From now on standard input is a terminal of 24 rows and 80 columns. */
  Desk atTerminal() {
    terminal = true;
    return this;
  }

  /** From now on standard output and standard error are a terminal. */
  Desk onScreen() {
    screen = true;
    return this;
  }

  /** From now on these variables are set. */
  Desk with(Map<String, String> variables) {
    environment = variables;
    return this;
  }

  /** {@code polder WORD…}. */
  Answer polder(String... words) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Caller caller =
        new Caller(
            new ByteArrayInputStream(input),
            terminal,
            new Output(out, screen),
            new Output(err, screen),
            environment,
            Path.of(""),
            () -> new Open(host),
            () -> new Blank(new Screen.Size(24, 80)));
    int code = new Dispatcher(caller).run(List.of(words));
    return new Answer(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  @Override
  public void close() {
    host.close();
  }

  /** The host, which stays when a command lets go of it. */
  private record Open(Host host) implements Host {
    @Override
    public polder.model.Zones zones() {
      return host.zones();
    }

    @Override
    public polder.model.DeletedZones deleted() {
      return host.deleted();
    }

    @Override
    public polder.model.Guests guests() {
      return host.guests();
    }

    @Override
    public polder.model.Images images() {
      return host.images();
    }

    @Override
    public polder.model.Pools pools() {
      return host.pools();
    }

    @Override
    public polder.model.Snapshots snapshots() {
      return host.snapshots();
    }

    @Override
    public polder.model.Transfers transfers() {
      return host.transfers();
    }

    @Override
    public polder.model.Volumes volumes() {
      return host.volumes();
    }

    @Override
    public polder.model.Balances balances() {
      return host.balances();
    }

    @Override
    public polder.model.Firewall firewall() {
      return host.firewall();
    }

    @Override
    public polder.model.Networks networks() {
      return host.networks();
    }

    @Override
    public polder.model.Events events() {
      return host.events();
    }

    @Override
    public polder.model.HostInfo info() {
      return host.info();
    }

    @Override
    public List<polder.model.Finding> doctor() {
      return host.doctor();
    }

    @Override
    public List<polder.model.Finding> fsck() {
      return host.fsck();
    }

    @Override
    public void close() {}
  }
}
