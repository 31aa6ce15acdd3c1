package polder.brand.zone;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import polder.brand.Stdio;
import polder.linux.CgroupEntrance;
import polder.linux.Handover;

/**
 * All that a zone's first process is made from: everything looked up, opened and decided.
 *
 * @param hostname of the UTS namespace
 * @param domainname of the UTS namespace; empty for none
 * @param userNamespace whether it has ids of its own
 * @param root what its root is mounted from
 * @param readOnlyRoot whether the root cannot be written once all is in place
 * @param attachments what is mounted into the root, in this order
 * @param directories what is made in the root if it is not there
 * @param devices beside the default ones
 * @param sysctls by name with dots, beside the default ones
 * @param cgroup the way into its control group
 * @param stdio its streams; unused with a terminal
 * @param handover by which it gets more descriptors before it executes
 * @param terminal whether it gets one
 * @param first what the first process is
 * @param command what is executed
 * @param confinement who it is, and what it may do
 */
record Blueprint(
    String hostname,
    String domainname,
    boolean userNamespace,
    RootMount root,
    boolean readOnlyRoot,
    List<Attachment> attachments,
    List<String> directories,
    List<DeviceNode> devices,
    Map<String, String> sysctls,
    CgroupEntrance cgroup,
    Stdio stdio,
    Optional<Handover> handover,
    boolean terminal,
    First first,
    Command command,
    Confinement confinement) {
  /** What a zone's first process is. */
  enum First {
    /** Polder's built-in init, with the main process below it. */
    INIT,
    /** Polder's built-in init alone: a zone that is only entered. */
    IDLE,
    /** The program itself. */
    PROGRAM
  }

  Blueprint {
    attachments = List.copyOf(attachments);
    directories = List.copyOf(directories);
    devices = List.copyOf(devices);
    sysctls = Map.copyOf(sysctls);
  }
}
