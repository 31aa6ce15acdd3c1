package polder.linux;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Turns a profile into BPF: the call's number is found by binary search among ranges of numbers
 * that are treated alike.
 *
 * <p>The kernel runs the filter once for each call number when it is loaded, and once for each call
 * after that, so a tree of about seven comparisons beats a list of hundreds.
 *
 * <p>BPF jumps forward only. So the program is written from its end: what is jumped to exists
 * already, and a place in it is the count of instructions from there to the end.
 */
final class SeccompCompiler {
  static final int NUMBER = 0; // offsets in struct seccomp_data, linux/seccomp.h
  static final int ARCHITECTURE = 4;
  static final int ARGUMENTS = 16;

  private static final int X32_BIT = 0x40000000; // __X32_SYSCALL_BIT, asm/unistd.h

  /** From the end to the beginning. */
  private final List<BpfInstruction> reversed = new ArrayList<>();

  private final Map<SeccompAction, Integer> returns = new HashMap<>();

  private SeccompCompiler() {}

  /** A range of call numbers from {@code first} to before the next one's, and what decides them. */
  private record Range(int first, List<SeccompRule> rules) {}

  static List<BpfInstruction> compile(SeccompProfile profile) {
    return new SeccompCompiler().program(profile);
  }

  private List<BpfInstruction> program(SeccompProfile profile) {
    List<Range> ranges = ranges(profile);
    SeccompAction enosys = SeccompAction.errno(Errno.ENOSYS);
    Map<List<SeccompRule>, Integer> chains = new HashMap<>();
    int tree = search(ranges, profile, chains);
    int x32 = branch(BpfInstruction.JUMP_GREATER_OR_EQUAL, X32_BIT, finish(enosys), tree);
    int native64 = load(NUMBER, x32);
    int start =
        branch(
            BpfInstruction.JUMP_EQUAL, SeccompFilter.X86_64, native64, finish(profile.foreign()));
    load(ARCHITECTURE, start);
    List<BpfInstruction> program = new ArrayList<>(reversed);
    Collections.reverse(program);
    return program;
  }

  /** Numbers that the same rules decide, as few ranges as can be, from 0 up without a gap. */
  private static List<Range> ranges(SeccompProfile profile) {
    TreeMap<Integer, List<SeccompRule>> byNumber = new TreeMap<>();
    for (SeccompRule rule : profile.rules()) {
      for (int number : rule.syscalls()) {
        byNumber.computeIfAbsent(number, n -> new ArrayList<>()).add(plain(rule));
      }
    }
    List<Range> ranges = new ArrayList<>();
    int next = 0;
    for (Map.Entry<Integer, List<SeccompRule>> each : byNumber.entrySet()) {
      if (each.getKey() > next) {
        add(ranges, new Range(next, List.of()), profile);
      }
      add(ranges, new Range(each.getKey(), decided(each.getValue())), profile);
      next = each.getKey() + 1;
    }
    add(ranges, new Range(next, List.of()), profile);
    return ranges;
  }

  /** The rule without its numbers, so that rules which do the same are equal. */
  private static SeccompRule plain(SeccompRule rule) {
    return new SeccompRule(Set.of(), rule.action(), rule.conditions());
  }

  /** Rules up to the first that always holds: those after it are never asked. */
  private static List<SeccompRule> decided(List<SeccompRule> rules) {
    for (int i = 0; i < rules.size(); i++) {
      if (rules.get(i).conditions().isEmpty()) {
        return List.copyOf(rules.subList(0, i + 1));
      }
    }
    return List.copyOf(rules);
  }

  private static void add(List<Range> ranges, Range range, SeccompProfile profile) {
    List<SeccompRule> rules = range.rules();
    if (rules.isEmpty()) {
      rules = List.of(new SeccompRule(Set.of(), profile.otherwise(), List.of()));
    }
    if (ranges.isEmpty() || !ranges.getLast().rules().equals(rules)) {
      ranges.add(new Range(range.first(), rules));
    }
  }

  private int search(
      List<Range> ranges, SeccompProfile profile, Map<List<SeccompRule>, Integer> chains) {
    if (ranges.size() == 1) {
      return chain(ranges.getFirst().rules(), profile, chains);
    }
    int middle = ranges.size() / 2;
    int above = search(ranges.subList(middle, ranges.size()), profile, chains);
    int below = search(ranges.subList(0, middle), profile, chains);
    return branch(BpfInstruction.JUMP_GREATER_OR_EQUAL, ranges.get(middle).first(), above, below);
  }

  /** The rules of one range, one after the other. */
  private int chain(
      List<SeccompRule> rules, SeccompProfile profile, Map<List<SeccompRule>, Integer> chains) {
    if (rules.getFirst().conditions().isEmpty()) {
      return finish(rules.getFirst().action());
    }
    Integer known = chains.get(rules);
    if (known != null) {
      return known;
    }
    int otherwise = finish(profile.otherwise());
    for (SeccompRule rule : rules.reversed()) {
      int then = finish(rule.action());
      for (SeccompCondition condition : rule.conditions().reversed()) {
        then = condition(condition, then, otherwise);
      }
      otherwise = then;
    }
    chains.put(rules, otherwise);
    return otherwise;
  }

  private int condition(SeccompCondition condition, int yes, int no) {
    return switch (condition.test()) {
      case EQUAL -> equal(condition, yes, no);
      case NOT_EQUAL -> equal(condition, no, yes);
      case GREATER -> order(BpfInstruction.JUMP_GREATER, condition, yes, no);
      case LESS_OR_EQUAL -> order(BpfInstruction.JUMP_GREATER, condition, no, yes);
      case GREATER_OR_EQUAL -> order(BpfInstruction.JUMP_GREATER_OR_EQUAL, condition, yes, no);
      case LESS -> order(BpfInstruction.JUMP_GREATER_OR_EQUAL, condition, no, yes);
    };
  }

  private int equal(SeccompCondition condition, int yes, int no) {
    int lower = argument(condition, false, equals(lower(condition.value()), yes, no));
    if (upper(condition.mask()) == 0 && upper(condition.value()) == 0) {
      return lower;
    }
    return argument(condition, true, equals(upper(condition.value()), lower, no));
  }

  /** The upper halves decide unless they are equal. */
  private int order(int jump, SeccompCondition condition, int yes, int no) {
    int lower = argument(condition, false, branch(jump, lower(condition.value()), yes, no));
    int same = equals(upper(condition.value()), lower, no);
    int upper = branch(BpfInstruction.JUMP_GREATER, upper(condition.value()), yes, same);
    return argument(condition, true, upper);
  }

  private int equals(int value, int yes, int no) {
    return branch(BpfInstruction.JUMP_EQUAL, value, yes, no);
  }

  /** Loads one half of the argument, under its mask, and goes on at {@code next}. */
  private int argument(SeccompCondition condition, boolean upper, int next) {
    int mask = upper ? upper(condition.mask()) : lower(condition.mask());
    int at = next;
    if (mask != -1) {
      at = emit(new BpfInstruction(BpfInstruction.AND, 0, 0, mask), at);
    }
    // the two halves of a word of 64 bits lie as on every little-endian machine
    int offset = ARGUMENTS + condition.index() * Long.BYTES + (upper ? Integer.BYTES : 0);
    return load(offset, at);
  }

  private int load(int offset, int next) {
    return emit(new BpfInstruction(BpfInstruction.LOAD, 0, 0, offset), next);
  }

  /** A place that returns {@code action}, shared where a jump still reaches it. */
  private int finish(SeccompAction action) {
    Integer known = returns.get(action);
    if (known != null && here() - known < BpfInstruction.MAX_SKIP / 2) {
      return known;
    }
    int place = append(new BpfInstruction(BpfInstruction.RETURN, 0, 0, action.value()));
    returns.put(action, place);
    return place;
  }

  private int branch(int jump, int value, int yes, int no) {
    if (yes == no) {
      return yes;
    }
    int nearYes = near(yes);
    int nearNo = near(no);
    nearYes = near(nearYes); // the second may have moved the first out of reach
    return append(new BpfInstruction(jump, here() - nearYes, here() - nearNo, value));
  }

  /** An instruction that goes on at {@code next}, with a jump between them if need be. */
  private int emit(BpfInstruction instruction, int next) {
    if (next != here()) {
      append(new BpfInstruction(BpfInstruction.JUMP, 0, 0, here() - next));
    }
    return append(instruction);
  }

  /** {@code place}, or a jump to it that can be reached from an instruction written next. */
  private int near(int place) {
    if (here() - place <= BpfInstruction.MAX_SKIP - 2) {
      return place;
    }
    return append(new BpfInstruction(BpfInstruction.JUMP, 0, 0, here() - place));
  }

  private int append(BpfInstruction instruction) {
    reversed.add(instruction);
    return here();
  }

  /** The place of the instruction written last; the next one written falls through to it. */
  private int here() {
    return reversed.size();
  }

  private static int upper(long value) {
    return (int) (value >>> Integer.SIZE);
  }

  private static int lower(long value) {
    return (int) value;
  }
}
