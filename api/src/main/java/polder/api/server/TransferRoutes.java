package polder.api.server;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import polder.model.Progress;
import polder.model.ReceiveRequest;
import polder.model.SendRequest;
import polder.model.Transfers;
import polder.model.Types;
import polder.model.json.ZoneJson;

/** Zones on their way out and in. */
final class TransferRoutes {
  private final Transfers transfers;
  private final Operations operations;

  TransferRoutes(Transfers transfers, Operations operations) {
    this.transfers = transfers;
    this.operations = operations;
  }

  List<Route> list() {
    return List.of(
        Route.of("GET", "/v1/zones/{zone}/stream", "Sends a zone: payload and disk", this::send)
            .with(
                Parameter.query("snapshot", Types.LINE, "which snapshot; one taken now if absent"),
                Parameter.query("since", Types.LINE, "only what has changed since this snapshot"),
                Parameter.query("history", Types.BOOLEAN, "all snapshots up to that one too"),
                Parameter.query("without_image", Types.BOOLEAN, "not what is as in its image"),
                Parameter.query("zstd", Types.BOOLEAN, "compressed"))
            .gives(Content.bytes(Content.STREAM)),
        Route.of("POST", "/v1/receive", "Takes in a zone that was sent", this::receive)
            .with(
                Parameter.query("as", Types.LINE, "its alias here; it is a zone of its own then"),
                Parameter.query("pool", Types.LINE, "where its disk is to lie"),
                Parameter.query("force", Types.BOOLEAN, "roll back a zone that was changed"))
            .takes(Content.bytes(Content.STREAM))
            .gives(ZoneRoutes.ZONE.status(201))
            .orLater());
  }

  private void send(Call call) throws IOException {
    SendRequest request =
        new SendRequest(
            call.zone(),
            call.find("snapshot", Types.TEXT),
            call.find("since", Types.TEXT),
            call.flag("history"),
            call.flag("without_image"),
            call.flag("zstd"));
    LateAnswer stream = new LateAnswer(call.exchange(), Content.STREAM);
    transfers.send(request, stream, Progress.NONE);
    stream.finish();
  }

  private void receive(Call call) {
    Optional<String> as = call.find("as", Types.TEXT);
    ReceiveRequest request =
        new ReceiveRequest(as, call.find("pool", Types.TEXT), call.flag("force"));
    UploadStream upload = new UploadStream(call.stream(Content.STREAM));
    if (!call.later()) {
      call.answer(ZoneJson.write(transfers.receive(upload, request, Progress.NONE)));
      return;
    }
    // the request lasts as long as its body; what is left to do after that is the operation's
    Operation operation =
        operations.start(
            "receive",
            progress -> {
              try (upload) {
                return ZoneJson.write(transfers.receive(upload, request, progress));
              }
            });
    upload.await();
    Operations.answerLater(call, operation);
  }
}
