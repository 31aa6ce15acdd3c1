package polder.daemon;

import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import polder.engine.HostPaths;
import polder.engine.Polder;

/** polderd, which uses up all of one thing as soon as a file appears. */
public final class ExhaustedDaemon {
  private static final List<Object> KEPT = new ArrayList<>();

  private ExhaustedDaemon() {}

  /** With heap, metaspace, direct or threads, and the file's name. */
  public static void main(String[] args) {
    DaemonLog.install(System.getenv());
    Thread.ofPlatform().daemon().start(() -> exhaust(args[0], Path.of(args[1])));
    HostPaths paths = HostPaths.fromEnvironment();
    System.exit(Daemon.run(() -> Polder.open(paths), paths.socket()));
  }

  private static void exhaust(String what, Path sign) {
    try {
      while (!Files.exists(sign)) {
        Thread.sleep(20);
      }
      while (true) {
        try {
          more(what);
        } catch (OutOfMemoryError e) {
          Thread.sleep(10); // whoever wants some next finds none
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void more(String what) {
    switch (what) {
      case "heap" -> KEPT.add(new byte[1 << 16]);
      case "direct" -> KEPT.add(ByteBuffer.allocateDirect(1 << 13));
      case "threads" ->
          KEPT.add(
              Thread.ofPlatform()
                  .daemon()
                  .start(
                      () -> {
                        try {
                          Thread.sleep(60_000);
                        } catch (InterruptedException e) {
                          Thread.currentThread().interrupt();
                        }
                      }));
      case "metaspace" -> {
        Loader loader = new Loader();
        for (int i = 0; i < 100; i++) {
          KEPT.add(loader.define("Waste" + i));
        }
      }
      default -> throw new IllegalArgumentException(what);
    }
  }

  private static final class Loader extends ClassLoader {
    Class<?> define(String name) {
      byte[] bytes =
          ClassFile.of()
              .build(
                  ClassDesc.of(name),
                  type -> {
                    for (int i = 0; i < 200; i++) {
                      type.withField("f" + i, ClassDesc.of("java.lang.String"), 0);
                    }
                  });
      return defineClass(name, bytes, 0, bytes.length);
    }
  }
}
