package polder.linux;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Makes one control group, hierarchy by hierarchy. */
final class CgroupMaker {
  private static final int ATTEMPTS = 100;

  private final CgroupHost host;
  private final String path;

  /** For the group at {@code path} below the roots. */
  CgroupMaker(CgroupHost host, String path) {
    this.host = host;
    this.path = path;
  }

  /**
   * Makes the group, and those above it where they are missing, in the hierarchy of {@code root};
   * if that fails, it is not there.
   *
   * @throws SyscallException EEXIST if it is there
   */
  void make(CgroupFolder root) {
    for (int attempt = 0; ; attempt++) {
      long result = make(root, folder(root));
      if (result == 0) {
        if (root.unified()) {
          try {
            handDown(root);
          } catch (SyscallException e) {
            folder(root).remove();
            throw e;
          }
        }
        return;
      }
      // its parents are missing, or were empty and have just been removed
      if (result != -Errno.ENOENT.number() || attempt == ATTEMPTS) {
        Kernel.check(result, () -> "make control group " + folder(root).path());
      }
      makeParents(root);
    }
  }

  private void makeParents(CgroupFolder root) {
    for (CgroupFolder parent : parents(root)) {
      long result = make(root, parent);
      if (result == -Errno.ENOENT.number()) {
        return; // somebody removes while we make: from the top again
      }
      if (result == 0 && isCpuset(root)) {
        new CpusetController(parent).handDown();
      }
    }
  }

  /** The folders on the way, without the root and the last one. */
  private List<CgroupFolder> parents(CgroupFolder root) {
    List<CgroupFolder> parents = new ArrayList<>();
    for (Path at = Path.of(path).getParent(); at != null; at = at.getParent()) {
      parents.addFirst(new CgroupFolder(root.path().resolve(at), root.unified()));
    }
    return parents;
  }

  private long make(CgroupFolder root, CgroupFolder folder) {
    long result = folder.make();
    if (result == 0 && isCpuset(root) && !new CpusetController(folder).isSet()) {
      inherit(root, folder);
    }
    return result;
  }

  private boolean isCpuset(CgroupFolder root) {
    return root.path().equals(host.version1().get("cpuset"));
  }

  /**
   * Gives {@code folder} what those above it have, and first those above it: somebody who makes
   * them at the same time may have got no further than making them.
   */
  private void inherit(CgroupFolder root, CgroupFolder folder) {
    CgroupFolder above = root;
    for (CgroupFolder parent : parents(root)) {
      if (!folder.path().startsWith(parent.path()) || folder.path().equals(parent.path())) {
        break;
      }
      new CpusetController(parent).inherit(above);
      above = parent;
    }
    new CpusetController(folder).inherit(above);
  }

  /** In version 2 a group has only the controllers that its parents hand down. */
  private void handDown(CgroupFolder root) {
    Set<String> wanted = new TreeSet<>(host.unifiedControllers());
    wanted.retainAll(CgroupHost.WANTED);
    if (wanted.isEmpty()) {
      return;
    }
    List<CgroupFolder> givers = new ArrayList<>(parents(root));
    givers.addFirst(root);
    for (CgroupFolder giver : givers) {
      Set<String> missing = new TreeSet<>(wanted);
      missing.removeAll(Set.of(giver.read("cgroup.subtree_control").split(" ", -1)));
      for (String each : missing) {
        giver.write("cgroup.subtree_control", "+" + each);
      }
    }
  }

  private CgroupFolder folder(CgroupFolder root) {
    return new CgroupFolder(root.path().resolve(path), root.unified());
  }
}
