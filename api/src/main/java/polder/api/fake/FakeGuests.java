package polder.api.fake;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import polder.model.GuestPart;
import polder.model.Guests;
import polder.model.ZoneRef;

/** The machines of the fake host's vms: they have nothing to tell, and an empty screen. */
final class FakeGuests implements Guests {
  private static final byte[] PICTURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

  private final FakeZones zones;

  FakeGuests(FakeZones zones) {
    this.zones = zones;
  }

  private FakeZone guest(String verb, ZoneRef vm) {
    FakeZone zone = zones.find(vm);
    zone.spec().demandGuest(verb);
    if (!zone.running()) {
      throw zone.wrongState("does not run: start it first");
    }
    if (zone.paused()) {
      throw zone.wrongState("is paused: resume it first");
    }
    return zone;
  }

  @Override
  public Map<String, Object> info(ZoneRef vm, Set<GuestPart> parts) {
    return zones.locked(
        () -> {
          FakeZone _ = guest("ask the machine of", vm);
          Map<String, Object> told = new LinkedHashMap<>();
          for (GuestPart part : parts.isEmpty() ? EnumSet.allOf(GuestPart.class) : parts) {
            told.put(part.word(), Map.of());
          }
          return told;
        });
  }

  @Override
  public void reset(ZoneRef vm) {
    tell("reset", "zone.reset", vm);
  }

  @Override
  public void nmi(ZoneRef vm) {
    tell("interrupt", "zone.nmi", vm);
  }

  private void tell(String verb, String kind, ZoneRef vm) {
    FakeZone _ =
        zones.locked(
            () -> {
              FakeZone zone = guest(verb, vm);
              zones.tell(kind, zone, Map.of());
              return zone;
            });
  }

  @Override
  public void screenshot(ZoneRef vm, OutputStream png) {
    FakeZone _ = zones.locked(() -> guest("look at the screen of", vm));
    try {
      png.write(PICTURE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
