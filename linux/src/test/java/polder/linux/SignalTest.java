package polder.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SignalTest {
  @Test
  void readsWhatPeopleWrite() {
    for (String text : List.of("TERM", "SIGTERM", "sigterm", " term ", "15")) {
      assertEquals(Optional.of(Signal.TERM), Signal.parse(text), text);
    }
    assertEquals(Optional.of(new Signal(37)), Signal.parse("SIGRTMIN+3"));
    assertEquals(Optional.of(new Signal(63)), Signal.parse("RTMAX-1"));
    assertEquals(Optional.of(new Signal(29)), Signal.parse("SIGPOLL"));
    for (String text : List.of("", "SIG", "0", "65", "-1", "SIG15", "RTMIN+31", "RTMAX-31", "X")) {
      assertEquals(Optional.empty(), Signal.parse(text), text);
    }
  }

  @Test
  void readsItsOwnNames() {
    for (int number = 1; number <= 64; number++) {
      Signal signal = new Signal(number);
      if (number != 32 && number != 33) {
        assertEquals(Optional.of(signal), Signal.parse(signal.text()));
      }
      assertEquals(Optional.of(signal), Signal.parse(Integer.toString(number)));
    }
    assertThrows(IllegalArgumentException.class, () -> new Signal(0));
    assertEquals("SIGRTMIN+1", new Signal(35).text());
  }

  @Test
  void hasAShellCode() {
    assertEquals(137, new WaitStatus.Killed(Signal.KILL, false).shellCode());
    assertEquals(3, WaitStatus.ofWord(0x300).shellCode());
    assertEquals(new WaitStatus.Killed(new Signal(11), true), WaitStatus.ofWord(0x8b));
    assertEquals(255, new WaitStatus.Unknown().shellCode());
  }
}
