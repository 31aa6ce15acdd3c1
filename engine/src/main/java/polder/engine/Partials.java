package polder.engine;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import polder.linux.SyscallException;
import polder.model.ErrorKind;
import polder.model.PartialReceive;
import polder.model.PolderException;
import polder.model.ReceiveRequest;
import polder.storage.stream.StreamInput;
import polder.storage.stream.StreamMark;

/**
 * What is kept of streams that broke off, until the rest comes, somebody gives it up, or a week has
 * passed since the last of it came.
 *
 * <p>It is the stream itself that is kept, and not what was made of it: so a zone comes about in
 * the same way whether its stream broke off or not, and is whole or not there.
 */
final class Partials {
  static final Duration AGE = Duration.ofDays(7);

  private static final System.Logger LOG = System.getLogger("polder.engine");
  private static final Duration BETWEEN_LOOKS = Duration.ofHours(1);

  private final Hall hall;
  private final Leftovers leftovers;
  private final Set<UUID> busy = ConcurrentHashMap.newKeySet();

  Partials(Hall hall, Leftovers leftovers) {
    this.hall = hall;
    this.leftovers = leftovers;
  }

  List<PartialReceive> list() {
    return hall.partials().list().stream()
        .map(record -> record.view(busy.contains(record.id())))
        .toList();
  }

  /** A stream of which nothing came before. */
  Arriving anew(ReceiveRequest request) {
    return Arriving.anew(hall, request, busy::add, this::ended);
  }

  /** The rest of a stream that broke off here. Nothing of what it says is believed. */
  Arriving more(StreamInput stream, ReceiveRequest request) throws IOException {
    Resumption told = Resumption.read(stream.head());
    PartialRecord first = hall.partials().find(told.partial()).orElseThrow(() -> missing(told));
    take(first);
    boolean mine = false;
    try {
      PartialRecord record = hall.partials().find(told.partial()).orElseThrow(() -> missing(told));
      refuse(record, told.mark(), request);
      mine = true;
      return begun(Arriving.more(hall, record, request.force(), this::ended), stream);
    } finally {
      if (!mine) {
        busy.remove(first.id());
      }
    }
  }

  private static Arriving begun(Arriving arriving, StreamInput stream) throws IOException {
    try {
      arriving.goOn(stream);
      return arriving;
    } catch (SyscallException e) { // such as a full pool, where a file is not made shorter either
      PolderException told = arriving.told(stream, Failures.of("go on with the stream", e));
      arriving.close();
      throw told;
    } catch (RuntimeException | IOException e) {
      arriving.close();
      throw e;
    }
  }

  private void take(PartialRecord record) {
    if (!busy.add(record.id())) {
      throw new PolderException(
          ErrorKind.WRONG_STATE,
          "more of stream %s comes already: wait for it, or end that".formatted(record.id()));
    }
  }

  private static void refuse(PartialRecord record, StreamMark mark, ReceiveRequest request) {
    if (record.isEmpty() || !record.mark().equals(mark)) {
      throw new PolderException(
          ErrorKind.INVALID,
          "the stream goes on from another place than what is kept of it: take the token that 'polder receive --list' shows now");
    }
    boolean other =
        request.as().filter(alias -> !record.as().equals(Optional.of(alias))).isPresent()
            || request.pool().filter(pool -> !record.pool().equals(pool)).isPresent();
    if (other) {
      throw new PolderException(
          ErrorKind.INVALID,
          "the stream goes on as it was begun, with the alias and pool of then: leave --as and --pool out, or give it up");
    }
  }

  private static PolderException missing(Resumption told) {
    return missing(told.partial());
  }

  private static PolderException missing(UUID id) {
    return new PolderException(
        ErrorKind.NOT_FOUND,
        "nothing is kept here of stream %s: see 'polder receive --list', or send the zone from its beginning"
            .formatted(id));
  }

  void abort(UUID id) {
    PartialRecord record = hall.partials().find(id).orElseThrow(() -> missing(id));
    take(record);
    try {
      hall.disk().demandWritable("give up stream " + id);
      if (hall.partials().find(id).isEmpty()) {
        throw missing(id);
      }
      forget(record);
      hall.events()
          .add("receive.abort", Optional.empty(), record.name(), Map.of("id", id.toString()));
    } catch (RuntimeException e) {
      throw Failures.of("give up stream " + id, e);
    } finally {
      busy.remove(id);
    }
  }

  /** First what takes the room, then what names it. */
  private void forget(PartialRecord record) {
    hall.executor()
        .once(
            "receive-forget",
            "take away what was kept of stream " + record.id(),
            () -> {
              hall.storage().destroy(record.id());
              hall.storage().sync();
            });
    hall.executor()
        .once(
            "receive-forget",
            "forget stream " + record.id(),
            () -> hall.disk().spend(() -> hall.partials().remove(record.id())));
  }

  private void ended(PartialRecord record) {
    try {
      if (record.isEmpty() && hall.partials().find(record.id()).isPresent()) {
        forget(record);
      }
    } catch (RuntimeException e) { // the zone is there, or it is told why it is not
      LOG.log(System.Logger.Level.WARNING, "stream %s: %s".formatted(record.id(), e.getMessage()));
      leftovers.later("take away what was kept of stream " + record.id(), () -> forget(record));
    } finally {
      busy.remove(record.id());
    }
  }

  /** Takes away what an engine before left that nobody needs, and from now on what is too old. */
  void settle() {
    for (PartialRecord record : hall.partials().list()) {
      attempt(record, record.isEmpty() || isDone(record));
    }
    look();
  }

  private void look() {
    Instant limit = Instant.now().minus(AGE);
    for (PartialRecord record : hall.partials().list()) {
      attempt(record, record.came().isBefore(limit));
    }
    hall.timers().after(BETWEEN_LOOKS, this::look);
  }

  private void attempt(PartialRecord record, boolean needless) {
    if (!needless || !busy.add(record.id())) {
      return;
    }
    try {
      forget(record);
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.WARNING, "stream %s: %s".formatted(record.id(), e.getMessage()));
    } finally {
      busy.remove(record.id());
    }
  }

  /** Whether the zone has all of it: then we died before it was taken away. */
  private boolean isDone(PartialRecord record) {
    try {
      return hall.table().find(record.zone()).filter(LocalZone::isMade).isPresent()
          && hall.storage().snapshots(record.zone()).stream()
              .anyMatch(snapshot -> snapshot.id().equals(record.plan().snapshot()));
    } catch (PolderException e) {
      return false; // its pool is missing: it is looked at at the next start
    }
  }
}
