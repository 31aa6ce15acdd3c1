package polder.brand.zone;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import polder.brand.IdRange;
import polder.brand.Lan;
import polder.brand.Platform;
import polder.brand.Ready;
import polder.brand.RootFiles;
import polder.brand.Running;
import polder.brand.Stdio;
import polder.brand.ZoneProcess;
import polder.engine.Figures;
import polder.linux.Cgroup;
import polder.linux.CgroupHost;
import polder.linux.CgroupLimits;
import polder.linux.Fd;
import polder.linux.Launcher;
import polder.linux.Pipe;
import polder.linux.Signal;
import polder.linux.WaitStatus;
import polder.model.Brand;
import polder.model.ExecSpec;
import polder.model.ImageConfig;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;
import polder.storage.OverlayStorage;
import polder.storage.Root;

/** Zones of a test's own, without an engine: datasets, control groups and ids by hand. */
final class TestZones implements AutoCloseable {
  private static final AtomicInteger NEXT = new AtomicInteger();
  private static final long FIRST_ID = 1_800_000_000L;

  final Launcher launcher = Launcher.start();
  final Path folder;
  final OverlayStorage storage;
  final NativeBrand nativeBrand;
  final LxBrand lxBrand;
  private final List<Zone> zones = new ArrayList<>();

  TestZones() {
    try {
      folder = Files.createTempDirectory("polder-brand-");
      Files.createDirectory(folder.resolve("seccomp"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    storage = OverlayStorage.open(folder.resolve("zones"));
    nativeBrand = new NativeBrand(launcher, folder.resolve("seccomp"));
    lxBrand = new LxBrand(launcher, folder.resolve("seccomp"));
  }

  /** What a zone's main process said, and how it ended. */
  record Outcome(String out, String err, WaitStatus status) {
    int code() {
      return status.shellCode();
    }
  }

  /** A native zone that runs {@code command}. */
  static ZoneSpec nativeZone(String... command) {
    return spec(Brand.NATIVE).with(ZoneProperties.CMD, List.of(command));
  }

  /** An lx zone that runs {@code command}. */
  static ZoneSpec lxZone(String... command) {
    return spec(Brand.LX).with(ZoneProperties.CMD, List.of(command));
  }

  static ZoneSpec spec(Brand brand) {
    UUID uuid = UUID.randomUUID();
    return ZoneSpec.of(brand)
        .with(ZoneProperties.ZONE_UUID, uuid)
        .with(ZoneProperties.ALIAS, "t" + uuid.toString().substring(0, 8));
  }

  /** Makes a zone, which is taken away with this. */
  Zone zone(ZoneSpec spec, Path... layers) {
    return zone(spec, ImageConfig.NONE, layers);
  }

  Zone zone(ZoneSpec spec, ImageConfig config, Path... layers) {
    Zone zone = new Zone(spec, config, List.of(layers));
    zones.add(zone);
    return zone;
  }

  /** Makes a zone, runs it to its end, and takes it away. */
  Outcome run(ZoneSpec spec, Path... layers) {
    try (Zone zone = zone(spec, layers)) {
      return zone.run();
    }
  }

  @Override
  public void close() {
    List.copyOf(zones).forEach(Zone::close);
    nativeBrand.close();
    lxBrand.close();
    storage.close();
    launcher.close();
    try {
      new ProcessBuilder("rm", "-rf", "--one-file-system", folder.toString()).start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** One zone of the test's. */
  final class Zone implements AutoCloseable {
    final ZoneSpec spec;
    final ImageConfig config;
    final RootFiles root;
    final Cgroup cgroup;
    final Optional<IdRange> ids;
    final Map<String, Path> volumes = new HashMap<>();
    final ZoneBrand brand;
    final Pipe out = Pipe.open();
    final Pipe err = Pipe.open();

    Zone(ZoneSpec spec, ImageConfig config, List<Path> layers) {
      this.spec = spec;
      this.config = config;
      this.brand = spec.brand() == Brand.NATIVE ? nativeBrand : lxBrand;
      this.root =
          switch (storage.create(spec.uuid(), layers)) {
            case Root.Tree(var directory) -> new RootFiles.Tree(directory);
            case Root.Overlay(var list, var upper, var work) ->
                new RootFiles.Overlay(list, upper, work);
          };
      brand.install(spec, root);
      int number = NEXT.getAndIncrement();
      this.ids =
          spec.get(ZoneProperties.SECURITY).userns()
              ? Optional.of(new IdRange(FIRST_ID + number * 65536L, 65536))
              : Optional.empty();
      this.cgroup = CgroupHost.own().group("polder-brand-test/" + spec.uuid());
      cgroup.create();
    }

    void limit(CgroupLimits limits) {
      List<String> cannot = cgroup.limit(limits);
      if (!cannot.isEmpty()) {
        throw new IllegalStateException(cannot.toString());
      }
    }

    Ready prepare() {
      try (Fd in = nullDevice()) {
        Stdio stdio = new Stdio(in, out.writer(), err.writer());
        Ready ready =
            brand.prepare(
                spec,
                new Platform(
                    root,
                    volumes,
                    config,
                    ids,
                    cgroup,
                    stdio,
                    Lan.NONE,
                    Optional.empty(),
                    () -> {},
                    () -> {}));
        ((ZoneReady) ready).awaitBuilt();
        return ready;
      }
    }

    Running start() {
      try (Ready ready = prepare()) {
        return ready.go();
      }
    }

    Outcome run() {
      try (Running running = start()) {
        out.writer().close();
        err.writer().close();
        var stdout = CompletableFuture.supplyAsync(() -> drain(out.reader()));
        String stderr = drain(err.reader());
        WaitStatus status = running.pidfd().await(Figures.within(30)).orElseThrow();
        return new Outcome(stdout.join(), stderr, status);
      }
    }

    Outcome exec(Running running, ExecSpec exec) {
      try (ZoneProcess process = running.exec(exec, spec, config)) {
        var stdout = CompletableFuture.supplyAsync(() -> drain(process.output().orElseThrow()));
        String stderr = drain(process.error().orElseThrow());
        WaitStatus status = process.pidfd().await(Figures.within(30)).orElseThrow();
        return new Outcome(stdout.join(), stderr, status);
      }
    }

    /** Ends it, by force. */
    void stop(Running running) {
      running.pidfd().signal(Signal.KILL);
      var _ = running.pidfd().await(Figures.within(5)).orElseThrow();
      running.close();
    }

    /** Its directory of changes, or its tree. */
    Path files() {
      return switch (root) {
        case RootFiles.Tree(var directory) -> directory;
        case RootFiles.Overlay(var _, var upper, var _) -> upper;
      };
    }

    @Override
    public void close() {
      zones.remove(this);
      cgroup.killAll();
      cgroup.delete(Figures.within(5));
      storage.destroy(spec.uuid());
      out.close();
      err.close();
    }
  }

  static Fd nullDevice() {
    Pipe pipe = Pipe.open();
    pipe.writer().close();
    return pipe.reader();
  }

  static String drain(Fd fd) {
    try (InputStream in = fd.input()) {
      var bytes = new ByteArrayOutputStream();
      in.transferTo(bytes);
      return bytes.toString(StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
