package polder.engine;

import static polder.engine.TestHost.ref;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import polder.model.Filesystem;
import polder.model.Host;
import polder.model.PolderException;
import polder.model.Progress;
import polder.model.ReceiveRequest;
import polder.model.ResumeToken;
import polder.model.SendRequest;
import polder.model.SnapshotRequest;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;

/** The operations on zones that come from elsewhere; see {@link CrashRows}. */
final class TransferRows {
  private static final ZoneRef ZONE = ref(CrashRows.spec().name());

  private static final String HALF = "half"; // the zone of which half came before

  private TransferRows() {}

  static List<CrashRow> all() {
    return List.of(
        new CrashRow(
            "Transfers.receive",
            "",
            TransferRows::sent,
            host -> receive(host, "whole", Optional.empty()),
            true),
        new CrashRow(
            "Transfers.receive",
            "into a pool",
            host -> {
              PoolRows.pool(host);
              sent(host);
            },
            host -> receive(host, "whole", Optional.of("fast")),
            true),
        new CrashRow(
            "Transfers.receive",
            "of what has changed",
            host -> {
              sent(host);
              receive(host, "whole", Optional.empty());
            },
            host -> receive(host, "change", Optional.empty()),
            false),
        new CrashRow(
            "Transfers.receive",
            "of what has changed in a pool",
            host -> {
              PoolRows.pool(host);
              sent(host);
              receive(host, "whole", Optional.of("fast"));
            },
            host -> receive(host, "change", Optional.empty()),
            false),
        new CrashRow(
            "Transfers.receive",
            "that can go on",
            TransferRows::large,
            host -> receive(host, "whole", ReceiveRequest.as("twin").resumably()),
            false), // an error in it may keep what came
        new CrashRow(
            "Transfers.receive",
            "of the rest",
            host -> {
              large(host);
              breaksOff(host);
              rest(host);
            },
            host -> {
              if (!isRest(host)) {
                rest(host); // an error may have kept more of it
              }
              receive(host, "rest", ReceiveRequest.AS_SENT);
            },
            false),
        new CrashRow(
            "Transfers.abort",
            "",
            host -> {
              large(host);
              breaksOff(host);
            },
            host -> host.transfers().partials().forEach(each -> host.transfers().abort(each.id())),
            false),
        new CrashRow(
            "Transfers.receive",
            "with volumes",
            host -> sent(host, withVolumes()),
            host -> receive(host, "whole", Optional.empty()),
            true),
        new CrashRow(
            "Transfers.receive",
            "of what has changed with volumes, in a pool",
            host -> {
              PoolRows.pool(host);
              sent(host, withVolumes());
              receive(host, "whole", Optional.of("fast"));
            },
            host -> receive(host, "change", Optional.empty()),
            false));
  }

  private static ZoneSpec withVolumes() {
    return CrashRows.spec()
        .with(ZoneProperties.DELEGATE_DATASET, true)
        .with(ZoneProperties.FILESYSTEMS, List.of(new Filesystem("", "/srv", "volume", List.of())));
  }

  private static Path file(Host host, String name) {
    return Path.of(String.valueOf(host.info().paths().get("state"))).resolveSibling(name);
  }

  /** A zone that is not here any more, in two files. */
  private static void sent(Host host) {
    sent(host, CrashRows.spec());
  }

  private static void sent(Host host, ZoneSpec spec) {
    host.zones().create(spec);
    host.snapshots().create(SnapshotRequest.of(ZONE, "s"));
    host.zones()
        .copyIn(ZONE, "/root", new ByteArrayInputStream(TestTar.of(Map.of("copied", new byte[9]))));
    host.snapshots().create(SnapshotRequest.of(ZONE, "newer"));
    send(host, "whole", SendRequest.of(ZONE, "s"));
    send(host, "change", SendRequest.of(ZONE, "newer", "s"));
    host.zones().delete(ZONE, true);
  }

  private static void send(Host host, String name, SendRequest request) {
    try (var to = Files.newOutputStream(file(host, name))) {
      host.transfers().send(request, to, Progress.NONE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void receive(Host host, String name, Optional<String> pool) {
    receive(host, name, new ReceiveRequest(Optional.empty(), pool, false));
  }

  /** A zone that is here, and in a file; large enough that what comes of it is marked. */
  private static void large(Host host) {
    host.zones().create(CrashRows.spec());
    byte[] contents = new byte[3 << 20];
    new Random(1970).nextBytes(contents);
    host.zones()
        .copyIn(ZONE, "/root", new ByteArrayInputStream(TestTar.of(Map.of("large", contents))));
    host.snapshots().create(SnapshotRequest.of(ZONE, "s"));
    send(host, "whole", SendRequest.of(ZONE, "s"));
  }

  /** What is kept of a stream that was cut in its middle. */
  private static void breaksOff(Host host) {
    try {
      byte[] whole = Files.readAllBytes(file(host, "whole"));
      var from = new ByteArrayInputStream(whole, 0, whole.length / 2);
      host.transfers().receive(from, ReceiveRequest.as(HALF).resumably(), Progress.NONE);
      throw new IllegalStateException("half a stream made a zone");
    } catch (PolderException e) {
      // what it is for
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ResumeToken token(Host host) {
    return host.transfers().partials().getFirst().token().orElseThrow();
  }

  private static boolean isRest(Host host) {
    try {
      return host.transfers().partials().isEmpty()
          || Files.readString(file(host, "token")).equals(token(host).text());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void rest(Host host) {
    try (var to = Files.newOutputStream(file(host, "rest"))) {
      Files.writeString(file(host, "token"), token(host).text());
      host.transfers().resume(token(host), false, to, Progress.NONE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What is kept of what broke off before; what a death leaves of a stream is another matter. */
  static List<String> seen(Host host) {
    return host.transfers().partials().stream()
        .filter(each -> each.zone().equals(HALF))
        .map(each -> "kept of " + each.zone())
        .toList();
  }

  private static void receive(Host host, String name, ReceiveRequest request) {
    try (var from = Files.newInputStream(file(host, name))) {
      host.transfers().receive(from, request, Progress.NONE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
