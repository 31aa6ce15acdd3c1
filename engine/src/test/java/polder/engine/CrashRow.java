package polder.engine;

import java.util.ArrayList;
import java.util.List;
import polder.model.AdoptRequest;
import polder.model.Adoptee;
import polder.model.Finding;
import polder.model.Host;
import polder.model.Progress;

/**
 * One way of asking for one operation, for the tests that break it off at each of its steps.
 *
 * @param operation what of the model's interfaces it asks for, such as {@code Zones.start}; or, of
 *     what the engine does unasked, its name, such as {@code takeover}
 * @param how which way of asking
 * @param prepare brings about what it begins with, on an empty host
 * @param act asks for it, and returns when it is done
 * @param undone whether an error in it leaves what was before; else, as with a signal, it may be
 *     done and told as failed
 */
record CrashRow(String operation, String how, Work prepare, Work act, boolean undone) {
  /** What is done with a host. */
  @FunctionalInterface
  interface Work {
    void on(Host host);
  }

  String name() {
    return how.isEmpty() ? operation : operation + " " + how;
  }

  /** What is wrong with a host, but for what it has yet to take over. */
  List<Finding> wrong(Host host) {
    List<Finding> found = new ArrayList<>(host.fsck());
    if (operation.equals("Pools.adopt")) {
      AdoptRequest look = new AdoptRequest(List.of(), false, true);
      for (Adoptee each : host.pools().adopt("fast", look, Progress.NONE).objects()) {
        if (each.fate() == Adoptee.Fate.ADOPTABLE) {
          found.removeIf(finding -> finding.name().equals("dataset " + each.uuid()));
        }
      }
    }
    return found;
  }

  /** Whether what is broken off is the opening of the host itself. */
  boolean opens() {
    return operation.equals("takeover");
  }

  @Override
  public String toString() {
    return name();
  }
}
