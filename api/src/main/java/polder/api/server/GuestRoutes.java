package polder.api.server;

import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import polder.model.GuestPart;
import polder.model.Guests;
import polder.model.Type;
import polder.model.Types;

/** What can be asked of the machines of vms. */
final class GuestRoutes {
  private static final String PNG = "image/png";
  private static final Type<List<String>> PARTS =
      Types.list(Types.word(GuestPart.words().toArray(String[]::new)));

  private final Guests guests;

  GuestRoutes(Guests guests) {
    this.guests = guests;
  }

  List<Route> list() {
    return List.of(
        Route.of(
                "GET",
                "/v1/zones/{zone}/guest",
                "What the machine of a vm that runs says of itself, as QEMU answers",
                this::info)
            .with(Parameter.query("parts", PARTS, "these parts of it only"))
            .gives(Content.json("GuestInfo", Map.of("type", "object"))),
        Route.of(
            "POST",
            "/v1/zones/{zone}/guest/reset",
            "Presses the machine's reset button",
            this::reset),
        Route.of(
            "POST",
            "/v1/zones/{zone}/guest/nmi",
            "Sends the machine an interrupt that cannot be masked",
            this::nmi),
        Route.of("GET", "/v1/zones/{zone}/guest/screen", "What is on its screen", this::screenshot)
            .gives(Content.bytes(PNG)));
  }

  private void info(Call call) {
    Set<GuestPart> parts = EnumSet.noneOf(GuestPart.class);
    call.find("parts", PARTS)
        .ifPresent(words -> words.forEach(word -> parts.add(GuestPart.of(word))));
    call.answer(guests.info(call.zone(), parts));
  }

  private void reset(Call call) {
    guests.reset(call.zone());
    call.done();
  }

  private void nmi(Call call) {
    guests.nmi(call.zone());
    call.done();
  }

  private void screenshot(Call call) throws IOException {
    LateAnswer png = new LateAnswer(call.exchange(), PNG);
    guests.screenshot(call.zone(), png);
    png.finish();
  }
}
