package polder.cli.network;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import polder.cli.call.Arguments;
import polder.cli.call.Caller;
import polder.cli.call.Command;
import polder.cli.call.Failure;
import polder.cli.call.Operand;
import polder.cli.call.Usage;
import polder.model.ErrorKind;
import polder.model.MacAddress;
import polder.model.Nic;
import polder.model.PolderException;
import polder.model.Zone;
import polder.model.ZoneRef;

/** {@code polder nic remove}. */
public final class NicRemove implements Command {
  @Override
  public Usage usage() {
    return Usage.of("nic remove", "take network cards from a zone")
        .text(
            "If the zone runs they are gone when the command ends, and with them their addresses,"
                + " routes and published ports: all of them, or none. A vm's card is taken while it"
                + " is stopped.")
        .operand("ZONE", Operand.Kind.ZONE)
        .operands("MAC|INTERFACE", Operand.Kind.TEXT, 1, Integer.MAX_VALUE)
        .example("polder nic remove web eth1", "by what it is called inside")
        .example("polder nic remove web 02:08:20:1a:2b:3c", "by its hardware address");
  }

  @Override
  public int run(Caller caller, Arguments arguments) {
    ZoneRef reference = new ZoneRef(arguments.operand(0));
    Zone zone = caller.ask(host -> host.zones().get(reference));
    List<String> macs = new ArrayList<>();
    List<String> unknown = new ArrayList<>();
    for (String word : arguments.operandsFrom(1)) {
      find(zone, word).ifPresentOrElse(mac -> macs.add(mac.value()), () -> unknown.add(word));
    }
    if (!unknown.isEmpty()) {
      throw new PolderException(
          ErrorKind.NOT_FOUND,
          "zone '%s' has no network card '%s'; it has %s"
              .formatted(zone.name(), String.join("', '", unknown), all(zone)));
    }
    List<String> gone = macs.stream().distinct().toList();
    Nics.update(caller, reference, Map.of("remove_nics", gone));
    if (arguments.has("--json")) {
      Nics.print(caller, caller.ask(host -> Nics.of(host.zones().get(reference))));
    } else {
      caller.tell("removed %s of %s".formatted(String.join(", ", gone), zone.name()));
    }
    return Failure.DONE;
  }

  private static Optional<MacAddress> find(Zone zone, String word) {
    return Nics.of(zone).stream()
        .filter(nic -> nic.name().equals(Optional.of(word)) || nic.mac().equals(mac(word)))
        .findFirst()
        .flatMap(Nic::mac);
  }

  private static Optional<MacAddress> mac(String word) {
    try {
      return Optional.of(MacAddress.of(word));
    } catch (PolderException e) {
      return Optional.empty();
    }
  }

  private static String all(Zone zone) {
    List<Nic> nics = Nics.of(zone);
    return nics.isEmpty()
        ? "none"
        : nics.stream()
            .map(
                nic ->
                    nic.name().orElse("")
                        + " ("
                        + nic.mac().map(MacAddress::value).orElse("")
                        + ")")
            .collect(Collectors.joining(", "));
  }
}
