package polder.engine;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.function.Predicate;
import polder.model.Progress;
import polder.model.ReceiveRequest;
import polder.model.SendRequest;
import polder.model.Transfers;
import polder.model.Zone;

/** Zones that leave this machine, and such that come to it. */
final class LocalTransfers implements Transfers {
  private final Turns turns;
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
      Creation creation,
      Snapping snapping,
      Further further,
      Predicate<String> isPool) {
    this.turns = turns;
    this.sending = new Sending(hall, snapping);
    this.receiving = new Receiving(hall, turns, creation, snapping, further, isPool);
  }

  @Override
  public void send(SendRequest request, OutputStream to, Progress progress) {
    Sending.Load load =
        turns.lockedBy("send", request.zone(), zone -> sending.prepare(zone, request));
    sending.write(load, request, to, progress);
  }

  @Override
  public Zone receive(InputStream from, ReceiveRequest request, Progress progress) {
    return receiving.receive(from, request, progress).view();
  }
}
