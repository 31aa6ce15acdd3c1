package polder.engine;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import polder.model.PartialReceive;
import polder.model.Progress;
import polder.model.ReceiveRequest;
import polder.model.ResumeToken;
import polder.model.SendRequest;
import polder.model.Transfers;
import polder.model.Zone;
import polder.model.ZoneRef;

/** Zones that leave this machine, and such that come to it. */
final class LocalTransfers implements Transfers {
  private final Turns turns;
  private final Partials partials;
  private final Sending sending;
  private final Receiving receiving;

  /**
   * Those of this host.
   *
   * @param isPool whether there is a pool of that name
   */
  LocalTransfers(
      Hall hall,
      Turns turns,
      Partials partials,
      Creation creation,
      Snapping snapping,
      Further further,
      Predicate<String> isPool) {
    this.turns = turns;
    this.partials = partials;
    this.sending = new Sending(hall, snapping);
    this.receiving = new Receiving(hall, turns, partials, creation, snapping, further, isPool);
  }

  @Override
  public void send(SendRequest request, OutputStream to, Progress progress) {
    Sending.Load load =
        turns.lockedBy("send", request.zone(), zone -> sending.prepare(zone, request));
    sending.write(load, request.compress(), Optional.empty(), to, progress);
  }

  @Override
  public void resume(ResumeToken token, boolean compress, OutputStream to, Progress progress) {
    Sending.Load load =
        turns.lockedBy(
            "send", ZoneRef.of(token.zone()), zone -> sending.prepareAgain(zone, token, compress));
    sending.write(load, compress, Optional.of(Resumption.of(token)), to, progress);
  }

  @Override
  public Zone receive(InputStream from, ReceiveRequest request, Progress progress) {
    return receiving.receive(from, request, progress).view();
  }

  @Override
  public List<PartialReceive> partials() {
    return partials.list();
  }

  @Override
  public void abort(UUID partial) {
    partials.abort(partial);
  }
}
