package polder.engine;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import polder.linux.Directory;
import polder.linux.FileName;
import polder.linux.RegularFile;
import polder.linux.SyscallException;
import polder.model.ErrorKind;
import polder.model.PolderException;
import polder.model.ReceiveRequest;
import polder.storage.Root;
import polder.storage.stream.KeptStream;
import polder.storage.stream.StreamInput;
import polder.storage.stream.StreamMark;

/**
 * One stream while it comes, and what is kept of it if that was asked for.
 *
 * <p>The record is written first, and says that nothing is there; then the dataset is made, and
 * what comes is put into a file in it. From time to time that is brought to the disk, and the
 * record says how much it is. So whatever we die of, what the record tells of is there; and what it
 * does not tell of is cut off when the stream goes on.
 */
final class Arriving implements AutoCloseable {
  private static final FileName FILE = FileName.of("stream");
  private static final int OWNER_ONLY = 0600;

  private static final Set<ErrorKind> REFUSALS =
      Set.of(
          ErrorKind.INVALID,
          ErrorKind.EXISTS,
          ErrorKind.NOT_FOUND,
          ErrorKind.WRONG_STATE,
          ErrorKind.UNSUPPORTED);

  private final Hall hall;
  private final ReceiveRequest request;
  private final boolean fresh;
  private final Consumer<UUID> begun;
  private final Consumer<PartialRecord> ended;
  private @Nullable PartialRecord record;
  private @Nullable KeptStream kept;
  private boolean over;

  private Arriving(
      Hall hall,
      ReceiveRequest request,
      @Nullable PartialRecord record,
      Consumer<UUID> begun,
      Consumer<PartialRecord> ended) {
    this.hall = hall;
    this.request = request;
    this.record = record;
    this.fresh = record == null;
    this.begun = begun;
    this.ended = ended;
  }

  /**
   * One of which nothing came before.
   *
   * @param begun is told what it is called, before anything is kept of it
   * @param ended is told when no more of it comes
   */
  static Arriving anew(
      Hall hall, ReceiveRequest request, Consumer<UUID> begun, Consumer<PartialRecord> ended) {
    return new Arriving(hall, request, null, begun, ended);
  }

  /** The rest of one that broke off; {@code ended} as before. */
  static Arriving more(
      Hall hall, PartialRecord record, boolean force, Consumer<PartialRecord> ended) {
    ReceiveRequest request =
        new ReceiveRequest(record.as(), Optional.of(record.pool()), force || record.force(), true);
    return new Arriving(hall, request, record, id -> {}, ended);
  }

  /** What was asked for, when the first of it came. */
  ReceiveRequest request() {
    return request;
  }

  /** Which zone it goes to here, if that is settled. */
  Optional<UUID> zone() {
    return Optional.ofNullable(record).map(PartialRecord::zone);
  }

  /** Reads what came before first, and keeps what comes now. */
  void goOn(StreamInput stream) throws IOException {
    PartialRecord found = record;
    if (found == null) {
      return;
    }
    KeptStream file = new KeptStream(open(found), this::note);
    kept = file;
    stream.behind(file, found.mark(), found.length());
  }

  /** Begins to keep what comes, if that was asked for; it is settled where it goes. */
  void begin(StreamInput stream, StreamHead head, UUID zone, String name, String pool) {
    if (!request.resumable() || record != null) {
      return;
    }
    StreamPlan plan = plan(head);
    Instant now = Instant.now();
    PartialRecord made =
        new PartialRecord(
            UUID.randomUUID(),
            zone,
            name,
            pool,
            request.as(),
            request.force(),
            plan,
            now,
            now,
            0,
            PartialRecord.NOTHING);
    begun.accept(made.id());
    record = made;
    step("receive-keep", made, () -> hall.partials().put(made));
    step(
        "receive-keep",
        made,
        () -> {
          hall.storage().create(made.id(), List.of());
          hall.storage().sync(); // else the file's own sync would be of a file that is nowhere
        });
    KeptStream file = new KeptStream(open(made), this::note);
    kept = file;
    stream.keep(file);
  }

  /**
   * What its sender needs to go on.
   *
   * @throws PolderException UNSUPPORTED if it does not say
   */
  static StreamPlan plan(StreamHead head) {
    return head.plan()
        .orElseThrow(
            () ->
                new PolderException(
                    ErrorKind.UNSUPPORTED,
                    "the stream is of an earlier version, and cannot be gone on with if it breaks off: receive it without --resumable"));
  }

  private void step(String operation, PartialRecord of, Runnable work) {
    hall.executor().once(operation, "keep what comes of stream " + of.id(), work);
  }

  private RegularFile open(PartialRecord of) {
    Optional<Root> root = hall.storage().find(of.id());
    if (root.isEmpty() || !(root.get() instanceof Root.Tree(var path))) {
      throw new PolderException(
          ErrorKind.HOST,
          "what was kept of the stream is gone: give it up with 'polder receive --abort %s'"
              .formatted(of.id()));
    }
    try (Directory dataset = Directory.open(path)) {
      return dataset.openOrCreate(FILE, OWNER_ONLY);
    }
  }

  private void note(StreamMark mark, long length) {
    PartialRecord now = Objects.requireNonNull(record).at(mark, length);
    step("receive-mark", now, () -> hall.partials().put(now));
    record = now;
  }

  /** All of it is there, or nobody needs it: what was kept goes. */
  void over() {
    over = true;
  }

  /** What to tell of a failure: with what is kept, or that it is not. */
  PolderException told(StreamInput stream, PolderException failure) {
    if (fresh && !stream.isBroken() && REFUSALS.contains(failure.kind())) {
      over(); // it did not break off: who asked is told what to ask for instead
    }
    mark();
    PartialRecord now = record;
    if (now == null || now.isEmpty() || over) {
      return failure;
    }
    return new PolderException(
        failure.kind(),
        "%s; the %d bytes of it that came are kept: 'polder receive --list' shows how to go on"
            .formatted(failure.getMessage(), now.length()),
        failure);
  }

  private void mark() {
    try {
      if (kept != null && !over) {
        kept.mark();
      }
    } catch (SyscallException | PolderException e) {
      // then it goes on from the mark before
    }
  }

  @Override
  public void close() {
    mark();
    if (kept != null) {
      kept.close();
    }
    PartialRecord last = record;
    if (last != null) {
      ended.accept(over ? last.at(PartialRecord.NOTHING, 0) : last);
    }
  }
}
