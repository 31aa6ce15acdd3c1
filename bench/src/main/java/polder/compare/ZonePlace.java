package polder.compare;

import java.util.Optional;
import polder.model.Brand;
import polder.model.ZoneRef;

/** A zone, which shares the host's kernel. */
final class ZonePlace implements Place {
  private static final int WARM_UPS = 30;

  private final TrialHost host;
  private final Brand brand;
  private final ZoneRef zone;

  /** One of {@code brand}, made now. */
  ZonePlace(TrialHost host, Brand brand) {
    this.host = host;
    this.brand = brand;
    this.zone = host.create(brand.word(), host.worker(brand), Optional.empty());
  }

  @Override
  public String name() {
    return brand.word();
  }

  @Override
  public String what() {
    return brand == Brand.LX
        ? "a zone with a userland of its own"
        : "a zone with the host's userland";
  }

  @Override
  public int warmUps() {
    return WARM_UPS;
  }

  @Override
  public Running start() {
    return host.start(zone);
  }

  @Override
  public void close() {
    host.delete(zone);
  }
}
