package polder.engine;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import polder.brand.Running;
import polder.image.CopyIn;
import polder.image.CopyOut;
import polder.image.Ids;
import polder.image.Limits;
import polder.linux.Directory;
import polder.linux.FilePath;
import polder.model.ErrorKind;
import polder.model.PolderException;
import polder.model.Progress;
import polder.storage.StoppedRoot;

/** Copies files into zones and out of them. */
final class Copying {
  private final Hall hall;

  Copying(Hall hall) {
    this.hall = hall;
  }

  /** What is done with a zone's root. */
  @FunctionalInterface
  private interface Work {
    void with(Directory root, Ids ids);
  }

  void in(LocalZone zone, String directory, InputStream tar) {
    FilePath path = path(directory);
    Work unpack = (root, ids) -> CopyIn.unpack(tar, root, path, ids, Limits.DEFAULT, Progress.NONE);
    inRoot(
        "copy into",
        zone,
        (root, ids) ->
            hall.executor()
                .once("copy-in", "copy into zone " + zone.uuid(), () -> unpack.with(root, ids)));
  }

  void out(LocalZone zone, String source, OutputStream tar) {
    FilePath path = path(source);
    inRoot("copy out of", zone, (root, ids) -> CopyOut.pack(root, path, tar, ids, Progress.NONE));
  }

  private static FilePath path(String text) {
    if (!text.startsWith("/") || text.indexOf('\0') >= 0) {
      throw new PolderException(
          ErrorKind.INVALID, "'%s' must be an absolute path in the zone".formatted(text));
    }
    return FilePath.of(text);
  }

  private void inRoot(String verb, LocalZone zone, Work work) {
    try {
      zone.record().spec().refuseGuests(verb);
      Optional<Directory> live = liveRoot(zone);
      if (live.isPresent()) {
        try (Directory root = live.get()) {
          work.with(root, ids(zone));
        }
        return;
      }
      zone.lock(); // all the while: it must not be started with its root open here
      try {
        stopped(zone, work);
      } finally {
        zone.unlock();
      }
    } catch (RuntimeException e) {
      throw Failures.of("%s zone '%s'".formatted(verb, zone.name()), e);
    }
  }

  private void stopped(LocalZone zone, Work work) {
    if (zone.life().isPresent()) {
      throw new PolderException(
          ErrorKind.WRONG_STATE,
          "zone '%s' was started meanwhile; try again".formatted(zone.name()));
    }
    try (Directory root = StoppedRoot.open(Creation.root(hall, zone.uuid()))) {
      work.with(root, Ids.AS_THEY_ARE);
    }
  }

  private static Optional<Directory> liveRoot(LocalZone zone) {
    zone.lock();
    try {
      return zone.life().flatMap(Life::running).map(Running::root);
    } finally {
      zone.unlock();
    }
  }

  private static Ids ids(LocalZone zone) {
    return zone.record()
        .ids()
        .map(range -> new Ids(range.base(), range.count()))
        .orElse(Ids.AS_THEY_ARE);
  }
}
