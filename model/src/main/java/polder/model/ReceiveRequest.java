package polder.model;

import java.util.Optional;

/**
 * How a zone is to be taken in.
 *
 * @param as its alias here; it gets a uuid of its own then, and is another zone than the one sent
 * @param pool where its disk is to lie; as its payload says if absent, or in the default pool if
 *     there is none of that name
 * @param force roll a zone that was changed back to where the stream begins
 */
public record ReceiveRequest(Optional<String> as, Optional<String> pool, boolean force) {
  /** As it was sent. */
  public static final ReceiveRequest AS_SENT =
      new ReceiveRequest(Optional.empty(), Optional.empty(), false);

  public ReceiveRequest {
    pool.ifPresent(Pool::checkName);
  }

  /** As a zone of its own. */
  public static ReceiveRequest as(String alias) {
    return new ReceiveRequest(Optional.of(alias), Optional.empty(), false);
  }
}
