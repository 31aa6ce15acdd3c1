package polder.brand.zone;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import polder.linux.Capability;
import polder.linux.SeccompFilter;

/**
 * What a process of a zone is, and what it may do. The same rules for the first one and for those
 * that enter.
 *
 * @param account who it is
 * @param capabilities what it can have at most; root has them
 * @param filter which system calls; empty for all
 * @param noNewPrivileges whether set-uid programs gain nothing
 * @param limits its resource limits
 */
record Confinement(
    Account account,
    Set<Capability> capabilities,
    Optional<SeccompFilter> filter,
    boolean noNewPrivileges,
    List<ResourceLimit> limits) {
  Confinement {
    capabilities =
        capabilities.isEmpty() ? EnumSet.noneOf(Capability.class) : EnumSet.copyOf(capabilities);
    limits = List.copyOf(limits);
  }
}
