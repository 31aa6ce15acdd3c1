package polder.model;

import java.util.List;
import java.util.Locale;
import java.util.UUID;

/**
 * A zone that a balance leads to, or would.
 *
 * @param zone its identity
 * @param name what people call it
 * @param addresses by which it is reached: one of each family at most
 * @param port its own
 * @param weight how many shares it gets beside the others
 * @param state whether new flows go to it, and why not
 */
public record BalanceMember(
    UUID zone, String name, List<IpAddress> addresses, int port, int weight, State state) {
  /** Whether new flows go to a member, and why not. */
  public enum State {
    /** They do. */
    IN,
    /** It is drained: those that it has go on, and no new ones come. */
    DRAINED,
    /** It does not run. */
    STOPPED,
    /** It is paused. */
    PAUSED,
    /** Its healthcheck has not said yet that it is well. */
    STARTING,
    /** Its healthcheck says that it is not well. */
    UNHEALTHY,
    /** It has no address that this balance could lead to. */
    UNREACHABLE;

    /** As it is written. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public BalanceMember {
    addresses = List.copyOf(addresses);
  }

  /** Whether new flows go to it. */
  public boolean isIn() {
    return state == State.IN;
  }
}
