package polder.linux;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernel")
class PtyKernelTest {
  @Test
  void carriesAllEightBitsBothWaysInRawMode() {
    byte[] all = new byte[256];
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) i;
    }
    try (Pty pty = Pty.open();
        Terminal.Mode _ = pty.terminal().makeRaw()) {
      pty.master().write(all, 0, all.length);
      assertArrayEquals(all, read(pty.peer(), all.length));
      pty.peer().write(all, 0, all.length);
      assertArrayEquals(all, read(pty.master(), all.length));
    }
  }

  @Test
  void isAsBeforeWhenRawModeEnds() {
    try (Pty pty = Pty.open()) {
      Terminal terminal = Terminal.of(pty.peer()).orElseThrow();
      byte[] before = terminal.mode();
      try (Terminal.Mode _ = terminal.makeRaw()) {
        assertFalse(Arrays.equals(before, terminal.mode()));
      }
      assertArrayEquals(before, terminal.mode());
    }
  }

  @Test
  void bothEndsKnowTheWindow() {
    try (Pty pty = Pty.open()) {
      pty.terminal().resize(new WindowSize(65535, 80));

      assertEquals(new WindowSize(65535, 80), Terminal.of(pty.peer()).orElseThrow().size());
      assertThrows(IllegalArgumentException.class, () -> new WindowSize(65536, 0));
      assertThrows(IllegalArgumentException.class, () -> new WindowSize(0, -1));
    }
  }

  @Test
  void isTheTerminalOfAProgram() {
    try (Launcher launcher = Launcher.start();
        Pty pty = Pty.open()) {
      pty.terminal().resize(new WindowSize(33, 99));
      ProgramBuilder p = Program.builder(Set.of());
      Operand peer = p.pass(pty.peer());
      p.process().newSession();
      p.process().takeTerminal(peer);
      p.process().stdio(peer, peer, peer);
      p.exec(
          "/bin/sh",
          List.of("sh", "-c", "stty size; tty > /dev/null && read x && echo got $x > /dev/tty"),
          List.of("PATH=/usr/bin:/bin"));
      try (Child child = launcher.launch(p.build())) {
        child.awaitStarted();
        pty.peer().close();
        byte[] typed = "word\n".getBytes(StandardCharsets.US_ASCII);
        pty.master().write(typed, 0, typed.length);
        String shown = readToEnd(pty.master());
        assertTrue(shown.contains("33 99") && shown.contains("got word"), shown);
        assertEquals(new WaitStatus.Exited(0), child.pidfd().await());
      }
    }
  }

  @Test
  void otherDescriptorsAreNoTerminals() {
    try (Pipe pipe = Pipe.open()) {
      assertTrue(Terminal.of(pipe.reader()).isEmpty());
      Fd copy = pipe.reader().duplicate();
      assertThrows(SyscallException.class, () -> Pty.of(copy));
      assertFalse(copy.isOpen());
    }
  }

  private static byte[] read(Fd fd, int length) {
    byte[] bytes = new byte[length];
    int got = 0;
    while (got < length) {
      got += fd.read(bytes, got, length - got);
    }
    return bytes;
  }

  /** Reads until the program's end is gone, which on a pty is EIO. */
  private static String readToEnd(Fd master) {
    StringBuilder text = new StringBuilder();
    byte[] buffer = new byte[4096];
    try {
      int got = master.read(buffer, 0, buffer.length);
      while (got > 0) {
        text.append(new String(buffer, 0, got, StandardCharsets.UTF_8));
        got = master.read(buffer, 0, buffer.length);
      }
    } catch (SyscallException e) {
      assertEquals(Errno.EIO, e.errno());
    }
    return text.toString();
  }
}
