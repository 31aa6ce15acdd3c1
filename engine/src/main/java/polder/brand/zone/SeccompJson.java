package polder.brand.zone;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import polder.linux.Capability;
import polder.linux.Errno;
import polder.linux.SeccompAction;
import polder.linux.SeccompCondition;
import polder.linux.SeccompProfile;
import polder.linux.SeccompRule;
import polder.linux.Syscalls;
import polder.model.Json;
import polder.model.PolderException;

/**
 * A seccomp profile in the JSON of the OCI runtime specification (config-linux, "seccomp"), with
 * the conditions on capabilities, architecture and kernel that Docker's profiles add.
 *
 * <p>Read strictly: an unknown member, action or operator is an error, never "no rule". A call's
 * name that x86-64 does not have is passed over where the rule would allow it, for then it stays
 * with the default; a rule that would forbid it is an error.
 */
final class SeccompJson {
  private static final Set<String> TOP =
      Set.of("defaultAction", "defaultErrnoRet", "architectures", "archMap", "flags", "syscalls");
  private static final Set<String> RULE =
      Set.of("names", "name", "action", "errnoRet", "args", "comment", "includes", "excludes");
  private static final Set<String> ARGUMENT = Set.of("index", "value", "valueTwo", "op");
  private static final Set<String> WHEN = Set.of("caps", "arches", "minKernel");

  private final Set<Capability> capabilities;

  private SeccompJson(Set<Capability> capabilities) {
    this.capabilities = capabilities;
  }

  /**
   * Reads a profile.
   *
   * @param capabilities of the processes that it is for
   * @throws IllegalArgumentException if it is not one; the message says where and why
   */
  static SeccompProfile read(String json, Set<Capability> capabilities) {
    try {
      return new SeccompJson(capabilities).profile(Json.object(json));
    } catch (PolderException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  private SeccompProfile profile(Map<String, Object> top) {
    refuseUnknown(top, TOP, "the profile");
    if (!list(top.get("flags")).isEmpty()) {
      throw new IllegalArgumentException("flags are not supported: leave them out");
    }
    Collection<Object> architectures = new ArrayList<>(list(top.get("architectures")));
    for (Object each : list(top.get("archMap"))) {
      architectures.add(text(Json.asObject(each).get("architecture"), "archMap.architecture"));
    }
    if (!architectures.isEmpty() && !architectures.contains("SCMP_ARCH_X86_64")) {
      throw new IllegalArgumentException("architectures: SCMP_ARCH_X86_64 is not among them");
    }
    SeccompAction otherwise =
        action(top.get("defaultAction"), top.get("defaultErrnoRet"), "defaultAction");
    List<SeccompRule> conditional = new ArrayList<>();
    List<SeccompRule> plain = new ArrayList<>();
    List<Object> rules = list(top.get("syscalls"));
    for (int i = 0; i < rules.size(); i++) {
      String where = "syscalls[%d]".formatted(i);
      Map<String, Object> rule = Json.asObject(rules.get(i));
      refuseUnknown(rule, RULE, where);
      if (applies(rule, where)) {
        SeccompRule read = rule(rule, otherwise, where);
        (read.conditions().isEmpty() ? plain : conditional).add(read);
      }
    }
    conditional.addAll(plain); // a rule with conditions is the more special one
    return SeccompProfile.of(conditional, otherwise);
  }

  private boolean applies(Map<String, Object> rule, String where) {
    return matches(rule.get("includes"), true, where + ".includes")
        && !matches(rule.get("excludes"), false, where + ".excludes");
  }

  /** Whether a condition holds; {@code whenEmpty} if there is none. */
  private boolean matches(@Nullable Object condition, boolean whenEmpty, String where) {
    if (condition == null) {
      return whenEmpty;
    }
    Map<String, Object> when = Json.asObject(condition);
    refuseUnknown(when, WHEN, where);
    if (when.isEmpty()) {
      return whenEmpty;
    }
    // all of an inclusion, any of an exclusion
    List<Boolean> parts = new ArrayList<>();
    for (Object name : list(when.get("caps"))) {
      parts.add(capabilities.contains(Capability.parse(text(name, where + ".caps"))));
    }
    if (when.containsKey("arches")) {
      parts.add(list(when.get("arches")).contains("amd64"));
    }
    if (when.containsKey("minKernel")) {
      parts.add(isAtLeast(text(when.get("minKernel"), where + ".minKernel")));
    }
    return whenEmpty ? !parts.contains(false) : parts.contains(true);
  }

  private static boolean isAtLeast(String version) {
    if (!version.matches("\\d{1,3}\\.\\d{1,4}")) {
      throw new IllegalArgumentException("minKernel '%s': write it as 4.8".formatted(version));
    }
    String[] own = System.getProperty("os.version").split("[^0-9]+", -1);
    String[] least = version.split("\\.", -1);
    int major = Integer.compare(Integer.parseInt(own[0]), Integer.parseInt(least[0]));
    return major != 0 ? major > 0 : Integer.parseInt(own[1]) >= Integer.parseInt(least[1]);
  }

  private static SeccompRule rule(Map<String, Object> rule, SeccompAction otherwise, String where) {
    SeccompAction action = action(rule.get("action"), rule.get("errnoRet"), where + ".action");
    List<Object> names = new ArrayList<>(list(rule.get("names")));
    if (rule.containsKey("name")) {
      names.add(text(rule.get("name"), where + ".name"));
    }
    if (names.isEmpty()) {
      throw new IllegalArgumentException(where + " names no system call");
    }
    Set<Integer> numbers = new HashSet<>();
    for (Object each : names) {
      String name = text(each, where + ".names");
      if (Syscalls.number(name).isPresent()) {
        numbers.add(Syscalls.number(name).getAsInt());
      } else if (!action.allows() && otherwise.allows()) {
        throw new IllegalArgumentException(
            "%s: no system call is named '%s', so it would stay allowed".formatted(where, name));
      }
    }
    return new SeccompRule(numbers, action, conditions(rule.get("args"), where + ".args"));
  }

  private static List<SeccompCondition> conditions(@Nullable Object args, String where) {
    List<SeccompCondition> conditions = new ArrayList<>();
    Set<Long> indexes = new HashSet<>();
    for (Object each : list(args)) {
      Map<String, Object> argument = Json.asObject(each);
      refuseUnknown(argument, ARGUMENT, where);
      long index = number(argument.get("index"), where + ".index");
      long value = number(argument.get("value"), where + ".value");
      if (!indexes.add(index)) {
        throw new IllegalArgumentException(
            "%s: argument %d is tested twice in one rule; write two rules".formatted(where, index));
      }
      conditions.add(
          condition((int) index, text(argument.get("op"), where + ".op"), value, argument, where));
    }
    return conditions;
  }

  private static SeccompCondition condition(
      int index, String operator, long value, Map<String, Object> argument, String where) {
    return switch (operator) {
      case "SCMP_CMP_NE" -> SeccompCondition.of(index, SeccompCondition.Test.NOT_EQUAL, value);
      case "SCMP_CMP_LT" -> SeccompCondition.of(index, SeccompCondition.Test.LESS, value);
      case "SCMP_CMP_LE" -> SeccompCondition.of(index, SeccompCondition.Test.LESS_OR_EQUAL, value);
      case "SCMP_CMP_EQ" -> SeccompCondition.of(index, SeccompCondition.Test.EQUAL, value);
      case "SCMP_CMP_GE" ->
          SeccompCondition.of(index, SeccompCondition.Test.GREATER_OR_EQUAL, value);
      case "SCMP_CMP_GT" -> SeccompCondition.of(index, SeccompCondition.Test.GREATER, value);
      case "SCMP_CMP_MASKED_EQ" ->
          SeccompCondition.masked(
              index, value, number(argument.get("valueTwo"), where + ".valueTwo"));
      default ->
          throw new IllegalArgumentException("%s.op: unknown '%s'".formatted(where, operator));
    };
  }

  private static SeccompAction action(@Nullable Object name, @Nullable Object errno, String where) {
    String word = text(name, where);
    int number = errno == null ? Errno.EPERM.number() : (int) number(errno, where + " errno");
    return switch (word) {
      case "SCMP_ACT_KILL", "SCMP_ACT_KILL_THREAD" -> SeccompAction.KILL_THREAD;
      case "SCMP_ACT_KILL_PROCESS" -> SeccompAction.KILL_PROCESS;
      case "SCMP_ACT_TRAP" -> SeccompAction.TRAP;
      case "SCMP_ACT_ERRNO" -> SeccompAction.errno(new Errno(number));
      case "SCMP_ACT_ALLOW" -> SeccompAction.ALLOW;
      case "SCMP_ACT_LOG" -> SeccompAction.LOG;
      default ->
          throw new IllegalArgumentException(
              ("%s: '%s' is not supported; use SCMP_ACT_ALLOW, _ERRNO, _KILL_PROCESS, _KILL_THREAD,"
                      + " _TRAP or _LOG")
                  .formatted(where, word));
    };
  }

  private static void refuseUnknown(Map<String, Object> object, Set<String> known, String where) {
    Set<String> unknown =
        object.keySet().stream().filter(key -> !known.contains(key)).collect(Collectors.toSet());
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException("%s has unknown members %s".formatted(where, unknown));
    }
  }

  private static List<Object> list(@Nullable Object tree) {
    return tree == null ? List.of() : Json.asList(tree);
  }

  private static String text(@Nullable Object value, String where) {
    if (value instanceof String text) {
      return text;
    }
    throw new IllegalArgumentException(where + " must be a text, not " + Json.kind(value));
  }

  private static long number(@Nullable Object value, String where) {
    if (value instanceof Long number) {
      return number;
    }
    throw new IllegalArgumentException(where + " must be an integer, not " + Json.kind(value));
  }
}
