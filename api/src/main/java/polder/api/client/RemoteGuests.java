package polder.api.client;

import java.io.OutputStream;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import polder.model.GuestPart;
import polder.model.Guests;
import polder.model.Json;
import polder.model.Progress;
import polder.model.ZoneRef;

/** The machines of vms of the host at the far end. */
final class RemoteGuests implements Guests {
  private final Caller caller;

  RemoteGuests(Caller caller) {
    this.caller = caller;
  }

  @Override
  public Map<String, Object> info(ZoneRef vm, Set<GuestPart> parts) {
    String words = parts.stream().map(GuestPart::word).sorted().collect(Collectors.joining(","));
    String query = words.isEmpty() ? "" : "?parts=" + words;
    return Json.asObject(caller.call("GET", path(vm) + query, null));
  }

  @Override
  public void reset(ZoneRef vm) {
    caller.call("POST", path(vm) + "/reset", null);
  }

  @Override
  public void nmi(ZoneRef vm) {
    caller.call("POST", path(vm) + "/nmi", null);
  }

  @Override
  public void screenshot(ZoneRef vm, OutputStream png) {
    new Download(caller, path(vm) + "/screen", "the screen of " + vm.text()).to(png, Progress.NONE);
  }

  private static String path(ZoneRef vm) {
    return "/v1/zones/" + Caller.encode(vm.text()) + "/guest";
  }
}
