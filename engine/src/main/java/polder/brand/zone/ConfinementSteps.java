package polder.brand.zone;

import java.util.List;
import polder.linux.Capability;
import polder.linux.ProcessSteps;
import polder.linux.ProgramBuilder;

/**
 * The steps that make a process what its {@link Confinement} says, in two parts: what can be done
 * before it waits for go, and what comes last before it executes.
 *
 * <p>Without no_new_privs the kernel takes a filter only from CAP_SYS_ADMIN, so that is held until
 * the filter is in place. What a process holds after execve(2) comes from the bounding set alone:
 * all of that for root, nothing for others. The built-in init executes nothing, so the sets are
 * made right for it before.
 */
final class ConfinementSteps {
  private static final int UMASK = 022;
  private static final int LAST_CAPABILITY = Capability.CHECKPOINT_RESTORE.number();

  private ConfinementSteps() {}

  /** What needs nothing but the process itself. */
  static void begin(ProgramBuilder program, Confinement confinement) {
    ProcessSteps process = program.process();
    process.umask(UMASK);
    for (ResourceLimit limit : confinement.limits()) {
      process.limit(limit.resource(), limit.soft(), limit.hard());
    }
    process.newSessionKeyring();
    program.tolerateAll(); // a kernel without keyrings has none to leak
  }

  /** User, working directory, capabilities, filter. Only execve(2) and a session may follow. */
  static void finish(ProgramBuilder program, Confinement confinement, String workdir) {
    ProcessSteps process = program.process();
    Account account = confinement.account();
    boolean root = account.uid() == 0;
    long mask = Capability.mask(confinement.capabilities());
    List<Integer> groups = account.groups().stream().map(Long::intValue).toList();
    process.setGroups(groups);
    process.setGid((int) account.gid());
    process.boundingSet(mask, LAST_CAPABILITY);
    process.clearAmbient();
    boolean needsPrivilege = confinement.filter().isPresent() && !confinement.noNewPrivileges();
    if (!root && needsPrivilege) {
      process.keepCapabilities(true);
    }
    process.setUid((int) account.uid());
    new RootSteps(program).work(workdir);
    if (confinement.noNewPrivileges()) {
      process.noNewPrivileges();
    }
    if (!root && needsPrivilege) {
      long administrator = Capability.SYS_ADMIN.bit();
      process.capabilities(administrator, administrator, 0);
    }
    confinement.filter().ifPresent(filter -> process.seccomp(filter.bytes(), 0));
    long held = root ? mask : 0;
    process.capabilities(held, held, 0);
  }
}
