package polder.cli.transfer;

import java.util.Optional;
import polder.cli.call.Arguments;
import polder.model.ReceiveRequest;
import polder.model.SendRequest;
import polder.model.SnapshotRef;
import polder.model.ZoneRef;

/** What the words of these commands ask for. */
final class Requests {
  private Requests() {}

  /** Of {@code ZONE[@NAME]} and the options that say how much of it. */
  static SendRequest send(Arguments arguments, boolean history, boolean compress) {
    String named = arguments.operand(0);
    Optional<SnapshotRef> snapshot =
        named.contains("@") ? Optional.of(SnapshotRef.of(named)) : Optional.empty();
    return new SendRequest(
        snapshot.map(SnapshotRef::zone).orElseGet(() -> new ZoneRef(named)),
        snapshot.map(SnapshotRef::name),
        arguments.value("--since"),
        history,
        arguments.has("--without-image"),
        compress);
  }

  static ReceiveRequest receive(Arguments arguments) {
    return new ReceiveRequest(
        arguments.value("--as"),
        arguments.value("--pool"),
        arguments.has("--force"),
        arguments.has("--resumable"));
  }
}
