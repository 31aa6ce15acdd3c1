package polder.linux;

import java.util.List;
import java.util.Set;

/**
 * A line of {@code /proc/PID/mountinfo}: proc_pid_mountinfo(5).
 *
 * @param id the mount's number, used again after it is gone
 * @param parent the mount it is on
 * @param device "major:minor"
 * @param root what of its file system is seen, such as "/"
 * @param place where it is, seen from the process's root
 * @param options the mount's own, such as "ro" and "nosuid"
 * @param propagation such as "shared:7"; empty for a private mount
 * @param type the file system, such as "ext4"
 * @param source what the file system is made from, such as "/dev/vda"
 * @param fileSystemOptions those of the file system, such as "rw" and "size=64k"
 */
public record MountEntry(
    int id,
    int parent,
    String device,
    String root,
    String place,
    Set<String> options,
    List<String> propagation,
    String type,
    String source,
    Set<String> fileSystemOptions) {
  public MountEntry {
    options = Set.copyOf(options);
    propagation = List.copyOf(propagation);
    fileSystemOptions = Set.copyOf(fileSystemOptions);
  }

  /** Whether nothing can be written here: the mount or its whole file system is read-only. */
  public boolean readOnly() {
    return options.contains("ro") || fileSystemOptions.contains("ro");
  }
}
