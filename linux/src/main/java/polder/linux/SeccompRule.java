package polder.linux;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What is done with some system calls when all conditions hold.
 *
 * @param syscalls their numbers, 0 to {@link #MAX_NUMBER}
 * @param action what is done with them
 * @param conditions all must hold; none means always
 */
public record SeccompRule(
    Set<Integer> syscalls, SeccompAction action, List<SeccompCondition> conditions) {
  /** The highest number that is looked at; above it are the calls of the x32 ABI. */
  public static final int MAX_NUMBER = 0x3fffffff;

  public SeccompRule {
    syscalls = Set.copyOf(syscalls);
    conditions = List.copyOf(conditions);
    for (int number : syscalls) {
      if (number < 0 || number > MAX_NUMBER) {
        throw new IllegalArgumentException("no system call has number " + number);
      }
    }
  }

  /**
   * A rule for the calls with these names.
   *
   * @throws IllegalArgumentException if one of them is not in {@link Syscalls}
   */
  public static SeccompRule of(
      SeccompAction action, List<String> names, SeccompCondition... conditions) {
    return new SeccompRule(
        names.stream().map(SeccompRule::number).collect(Collectors.toSet()),
        action,
        List.of(conditions));
  }

  private static int number(String name) {
    return Syscalls.number(name)
        .orElseThrow(
            () -> new IllegalArgumentException("no system call is named '" + name + "' here"));
  }
}
