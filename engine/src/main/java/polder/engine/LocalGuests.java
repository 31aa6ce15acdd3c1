package polder.engine;

import java.io.IOException;
import java.io.OutputStream;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import polder.brand.Guest;
import polder.model.ErrorKind;
import polder.model.GuestPart;
import polder.model.Guests;
import polder.model.PolderException;
import polder.model.ZoneRef;

/**
 * The machines of this host's vms. A zone's lock is not held while its QEMU is asked, which may not
 * answer.
 */
final class LocalGuests implements Guests {
  private final Hall hall;
  private final Turns turns;

  LocalGuests(Hall hall, Turns turns) {
    this.hall = hall;
    this.turns = turns;
  }

  @Override
  public Map<String, Object> info(ZoneRef vm, Set<GuestPart> parts) {
    return guest("ask the machine of", turns.find(vm))
        .info(parts.isEmpty() ? EnumSet.allOf(GuestPart.class) : parts);
  }

  @Override
  public void reset(ZoneRef vm) {
    press("reset", vm, Guest::reset, "zone.reset");
  }

  @Override
  public void nmi(ZoneRef vm) {
    press("interrupt", vm, Guest::nmi, "zone.nmi");
  }

  @Override
  public void screenshot(ZoneRef vm, OutputStream png) {
    byte[] picture = guest("look at the screen of", turns.find(vm)).screen();
    try {
      png.write(picture);
    } catch (IOException e) {
      throw new PolderException(
          ErrorKind.HOST, "cannot write the picture of a screen: " + e.getMessage(), e);
    }
  }

  private Guest guest(String verb, LocalZone zone) {
    return turns.locked(
        verb,
        zone,
        () -> {
          zone.record().spec().demandGuest(verb);
          return zone.demandAwake(verb).running().orElseThrow().guest().orElseThrow();
        });
  }

  private void press(String verb, ZoneRef vm, Consumer<Guest> button, String kind) {
    LocalZone zone = turns.find(vm);
    Guest guest = guest(verb, zone);
    try {
      hall.executor()
          .once(
              "guest-" + verb,
              "%s the machine of %s".formatted(verb, zone.uuid()),
              () -> button.accept(guest));
    } catch (RuntimeException e) {
      throw Failures.of("%s zone '%s'".formatted(verb, zone.name()), e);
    }
    hall.events().add(kind, Optional.of(zone.uuid()), zone.name(), Map.of());
  }
}
