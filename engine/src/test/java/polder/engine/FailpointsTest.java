package polder.engine;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import polder.linux.Errno;
import polder.linux.SyscallException;
import polder.model.PolderException;

class FailpointsTest {
  @Test
  void failsAtTheNumberedPlaceForAsOftenAsAsked() {
    Failpoints points = Failpoints.parse("create.2=1*error(ENOSPC); start.*=error(EIO)");
    Failpoints.Places first = points.of("create");
    first.pass("one");
    SyscallException e = assertThrows(SyscallException.class, () -> first.pass("two"));
    assertEquals(Errno.ENOSPC, e.errno());
    Failpoints.Places second = points.of("create");
    second.pass("one");
    assertDoesNotThrow(() -> second.pass("two"));
    assertThrows(SyscallException.class, () -> points.of("start").pass("any"));
    assertDoesNotThrow(() -> points.of("delete").pass("any"));
    assertEquals(6, points.passed());
    assertTrue(points.names().contains("create.2"));
  }

  @Test
  void countsAllPlacesFromWhereItIsArmed() {
    Failpoints points = Failpoints.unarmed();
    points.of("create").pass("before");
    points.arm("any.2+=error(EIO)");
    Failpoints.Places create = points.of("create");
    create.pass("one");
    Failpoints.Places start = points.of("start");
    assertThrows(SyscallException.class, () -> start.pass("two"));
    assertThrows(SyscallException.class, () -> create.pass("three"));
    points.arm("");
    assertDoesNotThrow(() -> create.pass("four"));
  }

  @Test
  void refusesWhatItDoesNotUnderstand() {
    assertThrows(PolderException.class, () -> Failpoints.parse("create=kill"));
    assertThrows(PolderException.class, () -> Failpoints.parse("create.1=error(ENONSENSE)"));
  }
}
