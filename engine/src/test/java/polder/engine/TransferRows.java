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
import polder.model.Filesystem;
import polder.model.Host;
import polder.model.Progress;
import polder.model.ReceiveRequest;
import polder.model.SendRequest;
import polder.model.SnapshotRequest;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;
import polder.model.ZoneSpec;

/** The operations on zones that come from elsewhere; see {@link CrashRows}. */
final class TransferRows {
  private static final ZoneRef ZONE = ref(CrashRows.spec().name());

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
    try (var from = Files.newInputStream(file(host, name))) {
      host.transfers()
          .receive(from, new ReceiveRequest(Optional.empty(), pool, false), Progress.NONE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
