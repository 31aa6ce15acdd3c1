package polder.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Filters in force: each call is made by a process that has loaded them. */
@Tag("kernel")
class SeccompKernelTest {
  private static final int X32_GETPID = 0x40000000 | 39;

  private static Launcher launcher;

  @BeforeAll
  static void start() {
    launcher = Launcher.start();
  }

  @AfterAll
  static void stop() {
    launcher.close();
  }

  @Test
  @DisplayName("S-SEC-01 what the profile refuses fails with its errno, numbers 0 to 600")
  void refusesForReal() {
    SeccompFilter filter = SeccompFilter.of(SeccompProfile.docker());
    int refused = 0;
    for (int number = 0; number <= 600; number++) {
      SeccompAction action = filter.decide(number, SeccompFilter.X86_64, -1, -1, -1, -1, -1, -1);
      if (!action.allows()) {
        Errno errno = errno(filter, number, -1, -1, -1, -1, -1, -1);
        assertEquals(action, SeccompAction.errno(errno), "call " + number);
        refused++;
      }
    }
    assertTrue(refused > 67 + 200, "only " + refused + " calls were refused");
  }

  @Test
  void refusesByArgumentsForReal() {
    SeccompFilter filter = SeccompFilter.of(SeccompProfile.zone());

    assertEquals(Errno.EPERM, errno(filter, number("socket"), 38, 5, 0));
    assertEquals(Errno.EPERM, errno(filter, number("socket"), 1L << 32 | 40, 1, 0));
    assertEquals(Errno.EPERM, errno(filter, number("clone"), 0x10000000, 0, 0, 0, 0));
    assertEquals(Errno.EPERM, errno(filter, number("personality"), 0x40000));
    assertEquals(Errno.EINVAL, errno(filter, number("socket"), 1, 99, 0)); // the kernel's own
    assertEquals(Errno.EINVAL, errno(filter, number("reboot"), 0, 0, 0));
  }

  @Test
  void programsRunUnderIt() {
    for (SeccompProfile profile : List.of(SeccompProfile.zone(), SeccompProfile.docker())) {
      ProgramBuilder p = confined(SeccompFilter.of(profile));
      p.exec(
          "/bin/sh",
          List.of("sh", "-c", "grep -q '^Seccomp:.2' /proc/self/status && ls / | sort > /dev/null"),
          List.of("PATH=/usr/bin:/bin"));
      assertEquals(new WaitStatus.Exited(0), run(p));
    }
  }

  @Test
  @DisplayName("S-SEC-02 the x32 bit is no way around")
  void aCallOfX32IsUnknown(@TempDir Path folder) throws Exception {
    Path program =
        Gcc.compile(
            folder,
            """
            #include <errno.h>
            #include <unistd.h>
            #include <sys/syscall.h>
            int main(void) { return syscall(%dL) == -1 && errno == ENOSYS ? 0 : 4; }
            """
                .formatted(X32_GETPID));
    ProgramBuilder x32 = confined(SeccompFilter.of(SeccompProfile.zone()));
    x32.exec(program.toString(), List.of("probe"), List.of());

    assertEquals(new WaitStatus.Exited(0), run(x32));
  }

  @Test
  @DisplayName("S-SEC-02 the i386 entry is no way around")
  void theEntryOfI386IsShut(@TempDir Path folder) throws Exception {
    Path program =
        Gcc.compile(
            folder,
            """
            int main(void) {
              long result;
              __asm__ volatile("int $0x80" : "=a"(result) : "a"(20)); /* getpid of i386 */
              return 3;
            }
            """);
    ProgramBuilder free = Program.builder(Set.of());
    free.exec(program.toString(), List.of("probe"), List.of());
    assumeTrue(
        run(free).equals(new WaitStatus.Exited(3)),
        "this machine has no i386 entry: without a filter, too, the call ends the program");
    ProgramBuilder i386 = confined(SeccompFilter.of(SeccompProfile.zone()));
    i386.exec(program.toString(), List.of("probe"), List.of());

    assertEquals(128 + 31, run(i386).shellCode(), "SIGSYS");
  }

  private static ProgramBuilder confined(SeccompFilter filter) {
    ProgramBuilder p = Program.builder(Set.of());
    p.process().noNewPrivileges();
    p.process().seccomp(filter.bytes(), 0);
    return p;
  }

  private static WaitStatus run(ProgramBuilder p) {
    try (Child child = launcher.launch(p.build())) {
      child.awaitStarted();
      return child.pidfd().await();
    }
  }

  /** How the call fails for a process under the filter. */
  private static Errno errno(SeccompFilter filter, int number, long... arguments) {
    ProgramBuilder p = confined(filter);
    Operand[] operands = new Operand[arguments.length];
    for (int i = 0; i < arguments.length; i++) {
      operands[i] = Operand.of(arguments[i]);
    }
    p.call("the call", number, operands);
    p.exec("/bin/true", List.of("true"), List.of());
    try (Child child = launcher.launch(p.build())) {
      return assertThrows(LaunchException.class, child::awaitStarted, "call " + number)
          .errno()
          .orElseThrow();
    }
  }

  private static int number(String name) {
    return Syscalls.number(name).orElseThrow();
  }
}
