package polder.model;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/**
 * What balance is to be made.
 *
 * @param name see {@link Balance#checkName}
 * @param listen where it is to be called: 1 to 16
 * @param to whom it is to lead to: 1 to 64
 * @param affinity what is to keep a caller at one member
 */
public record BalanceRequest(
    String name, List<BalanceListen> listen, List<BalanceTarget> to, Balance.Affinity affinity) {
  private static final int MOST_LISTENS = 16;
  private static final int MOST_TARGETS = 64;

  /** Checks what must hold between them; all faults at once. */
  public BalanceRequest {
    listen = List.copyOf(listen);
    to = List.copyOf(to);
    List<Fault> faults = new ArrayList<>();
    try {
      Balance.checkName(name);
    } catch (PolderException e) {
      faults.add(new Fault("name", String.valueOf(e.getMessage())));
    }
    checkListen(listen, faults);
    checkTargets(to, faults);
    if (!faults.isEmpty()) {
      throw new PolderException("the balance is refused", faults);
    }
  }

  static void checkListen(List<BalanceListen> listen, List<Fault> faults) {
    if (listen.isEmpty() || listen.size() > MOST_LISTENS) {
      faults.add(new Fault("listen", "must be 1 to " + MOST_LISTENS));
    }
    for (int i = 0; i < listen.size(); i++) {
      for (int j = 0; j < i; j++) {
        if (listen.get(i).meets(listen.get(j))) {
          faults.add(
              new Fault("listen[%d]".formatted(i), "'%s' is given twice".formatted(listen.get(i))));
        }
      }
    }
  }

  static void checkTargets(List<BalanceTarget> to, List<Fault> faults) {
    if (to.isEmpty() || to.size() > MOST_TARGETS) {
      faults.add(new Fault("to", "must be 1 to " + MOST_TARGETS));
    }
    HashSet<String> before = new HashSet<>();
    for (int i = 0; i < to.size(); i++) {
      if (!before.add(to.get(i).whom() + ":" + to.get(i).port())) {
        faults.add(new Fault("to[%d]".formatted(i), "'%s' is given twice".formatted(to.get(i))));
      }
    }
  }
}
