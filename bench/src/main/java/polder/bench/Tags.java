package polder.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import polder.model.FirewallPayload;
import polder.model.FirewallRequest;
import polder.model.FirewallSentence;
import polder.model.Host;
import polder.model.Patch;
import polder.model.PolderException;
import polder.model.ZoneProperties;
import polder.model.ZoneRef;

/** Zones that run behind a thousand rules, each of which asks for the same tag. */
final class Tags implements AutoCloseable {
  private static final int ZONES = 500;
  private static final int RULES = 1000;
  private static final int FIRST_PORT = 2000;

  private final Host host;
  private final List<ZoneRef> zones = new ArrayList<>();
  private final List<String> rules = new ArrayList<>();
  private boolean tagged;

  private Tags(Stage stage) {
    this.host = ZoneHost.of(stage).host();
    int count = stage.crowd(ZONES);
    try {
      make(stage, count);
    } catch (PolderException e) {
      close();
      throw new Missing(String.valueOf(e.getMessage()));
    }
  }

  private void make(Stage stage, int count) {
    Cards cards = Cards.of(stage);
    for (int i = 0; i < count; i++) {
      ZoneRef zone =
          ZoneRef.of(
              host.zones()
                  .create(
                      cards
                          .zone("bench-tag-" + i, true)
                          .with(ZoneProperties.FIREWALL_ENABLED, true))
                  .uuid());
      zones.add(zone);
      host.zones().start(zone);
      stage.checkGoing();
    }
    List<FirewallRequest> sentences = new ArrayList<>();
    for (int i = 0; i < 2 * count && i < RULES; i++) {
      String text = "FROM tag bench TO all vms ALLOW tcp PORT " + (FIRST_PORT + i);
      sentences.add(FirewallRequest.of(FirewallSentence.of(text)));
    }
    host.firewall()
        .add(new FirewallPayload(sentences, List.of()), false)
        .rules()
        .forEach(rule -> rules.add(rule.uuid().toString()));
  }

  /** One zone gets the tag, or loses it: all the others let it in, or no longer. */
  static Contender change(Stage stage) {
    Tags own = stage.prop(Tags.class, Tags::new);
    return () ->
        Contender.milliseconds(
            () -> {
              Map<String, Object> change =
                  own.tagged
                      ? Map.of("remove_tags", List.of("bench"))
                      : Map.of("set_tags", Map.of("bench", true));
              own.host.zones().update(own.zones.getFirst(), new Patch(change), false);
              own.tagged = !own.tagged;
            });
  }

  @Override
  public void close() {
    zones.forEach(zone -> host.zones().delete(zone, true)); // first: rules for nobody are cheap
    rules.forEach(host.firewall()::delete);
  }
}
