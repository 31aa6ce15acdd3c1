package polder.brand;

import java.util.List;
import java.util.Optional;
import polder.linux.Cgroup;
import polder.linux.Directory;
import polder.linux.ProcessIdentity;
import polder.model.Fault;
import polder.model.Finding;
import polder.model.PolderException;
import polder.model.ZoneSpec;

/** One way of running a zone. */
public interface Brand extends AutoCloseable {
  /** Says what in {@code spec} it cannot do on this host, a fault for each; empty if it can. */
  List<Fault> verify(ZoneSpec spec);

  /**
   * Gives a zone's new files what they lack: after the dataset is made, before the first start.
   * Again after a crash, it finds what it did.
   */
  void install(ZoneSpec spec, RootFiles root);

  /**
   * Gives a copy of another zone's root what tells it from that one: after the dataset is made,
   * before the first start. May be repeated.
   *
   * @param root the whole root, as the zone will see it
   */
  void renew(ZoneSpec spec, Directory root);

  /**
   * Makes everything up to the zone's first process, which waits.
   *
   * @throws PolderException with the step that failed; nothing is left then
   */
  Ready prepare(ZoneSpec spec, Platform platform);

  /**
   * Finds a zone that runs, after our own restart; empty if {@code first} has ended.
   *
   * @param cgroup the control group that it was prepared with
   */
  Optional<Running> find(ZoneSpec spec, ProcessIdentity first, Cgroup cgroup);

  /**
   * Says what it tried on this host, and how that went.
   *
   * @param ids ids that are nobody's meanwhile
   */
  default List<Finding> doctor(IdRange ids) {
    return List.of();
  }

  /** Lets go of what it keeps between starts; zones run on. */
  @Override
  void close();
}
