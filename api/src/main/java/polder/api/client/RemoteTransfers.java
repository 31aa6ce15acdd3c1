package polder.api.client;

import static polder.api.client.Caller.encode;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import polder.model.ErrorKind;
import polder.model.Json;
import polder.model.PartialReceive;
import polder.model.PolderException;
import polder.model.Progress;
import polder.model.ReceiveRequest;
import polder.model.ResumeToken;
import polder.model.SendRequest;
import polder.model.Transfers;
import polder.model.Zone;
import polder.model.json.TransferJson;
import polder.model.json.ZoneJson;

/** Zones that leave the host at the far end, and such that come to it. */
final class RemoteTransfers implements Transfers {
  private final Caller caller;

  RemoteTransfers(Caller caller) {
    this.caller = caller;
  }

  @Override
  public void send(SendRequest request, OutputStream to, Progress progress) {
    StringBuilder target =
        new StringBuilder("/v1/zones/").append(encode(request.zone().text())).append("/stream");
    target.append("?history=").append(request.history());
    target.append("&without_image=").append(request.withoutImage());
    target.append("&zstd=").append(request.compress());
    request.snapshot().ifPresent(name -> target.append("&snapshot=").append(encode(name)));
    request.since().ifPresent(name -> target.append("&since=").append(encode(name)));
    download(target.toString(), to, progress);
  }

  @Override
  public void resume(ResumeToken token, boolean compress, OutputStream to, Progress progress) {
    download("/v1/resume?token=" + token.text() + "&zstd=" + compress, to, progress);
  }

  private void download(String target, OutputStream to, Progress progress) {
    Caller.Open open = caller.open("GET", target, Map.of(), null);
    try (HttpConnection _ = open.connection()) {
      InputStream from = open.reply().body();
      byte[] buffer = new byte[1 << 17];
      long had = 0;
      for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
        keep(to, buffer, n);
        had += n;
        progress.report("sending", had, -1);
      }
      keep(to, buffer, 0);
    } catch (IOException e) {
      throw Caller.lost(e);
    }
  }

  /** Writes and shows it: what fails here is the caller's own, and not the daemon's. */
  private static void keep(OutputStream to, byte[] bytes, int count) {
    try {
      to.write(bytes, 0, count);
      if (count == 0) {
        to.flush();
      }
    } catch (IOException e) {
      throw new PolderException(
          ErrorKind.UNREACHABLE, "cannot write what the daemon sent: " + e.getMessage(), e);
    }
  }

  /** Waits for the first byte: a sender who goes on looks through what it leaves out before it. */
  private static InputStream begun(InputStream from) {
    BufferedInputStream begun = new BufferedInputStream(from, 1 << 17);
    try {
      begun.mark(1);
      var _ = begun.read();
      begun.reset();
      return begun;
    } catch (IOException e) {
      throw new PolderException(
          ErrorKind.UNREACHABLE, "cannot read the stream: " + e.getMessage(), e);
    }
  }

  @Override
  public List<PartialReceive> partials() {
    return Json.asList(caller.call("GET", "/v1/partials", null)).stream()
        .map(TransferJson::read)
        .toList();
  }

  @Override
  public void abort(UUID partial) {
    caller.call("DELETE", "/v1/partials/" + partial, null);
  }

  /** Asks to be told later: so the progress of what follows the upload can be seen. */
  @Override
  public Zone receive(InputStream from, ReceiveRequest request, Progress progress) {
    StringBuilder target = new StringBuilder("/v1/receive?force=").append(request.force());
    request.as().ifPresent(alias -> target.append("&as=").append(encode(alias)));
    request.pool().ifPresent(pool -> target.append("&pool=").append(encode(pool)));
    target.append("&resumable=").append(request.resumable());
    InputStream begun = begun(from);
    @Nullable Object tree =
        caller.upload(
            "POST",
            target.toString(),
            Map.of("Prefer", "respond-async", "Content-Type", "application/vnd.polder.stream"),
            new CountedUpload(begun, progress));
    return ZoneJson.read(Outcome.of(caller, Json.asObject(tree), progress));
  }
}
