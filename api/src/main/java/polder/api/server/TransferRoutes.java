package polder.api.server;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import polder.model.ErrorKind;
import polder.model.PolderException;
import polder.model.Progress;
import polder.model.ReceiveRequest;
import polder.model.ResumeToken;
import polder.model.SendRequest;
import polder.model.Transfers;
import polder.model.Types;
import polder.model.json.TransferJson;
import polder.model.json.ZoneJson;

/** Zones on their way out and in. */
final class TransferRoutes {
  private static final Content PARTIAL = Content.json("PartialReceive", TransferJson.PARTIAL);

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
        Route.of(
                "GET",
                "/v1/resume",
                "Sends the rest of a zone's stream that broke off",
                this::resume)
            .with(
                Parameter.query("token", Types.LINE, "where; what received the first of it tells"),
                Parameter.query("zstd", Types.BOOLEAN, "compressed"))
            .gives(Content.bytes(Content.STREAM)),
        Route.of("GET", "/v1/partials", "What is kept of streams that broke off", this::partials)
            .gives(PARTIAL.listed()),
        Route.of("DELETE", "/v1/partials/{id}", "Gives up what is kept of a stream", this::abort)
            .orLater(),
        Route.of("POST", "/v1/receive", "Takes in a zone that was sent", this::receive)
            .with(
                Parameter.query("as", Types.LINE, "its alias here; it is a zone of its own then"),
                Parameter.query("pool", Types.LINE, "where its disk is to lie"),
                Parameter.query("force", Types.BOOLEAN, "roll back a zone that was changed"),
                Parameter.query("resumable", Types.BOOLEAN, "keep what came if it breaks off"))
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

  private void resume(Call call) throws IOException {
    String token = call.find("token", Types.TEXT).orElse("");
    LateAnswer stream = new LateAnswer(call.exchange(), Content.STREAM);
    transfers.resume(ResumeToken.parse(token), call.flag("zstd"), stream, Progress.NONE);
    stream.finish();
  }

  private void partials(Call call) {
    call.answer(transfers.partials().stream().map(TransferJson::write).toList());
  }

  private void abort(Call call) {
    UUID id = id(call.part("id"));
    operations.answer(
        call,
        "give up stream",
        progress -> {
          transfers.abort(id);
          return null;
        });
  }

  private static UUID id(String text) {
    try {
      return UUID.fromString(text);
    } catch (IllegalArgumentException e) {
      throw new PolderException(
          ErrorKind.INVALID, "'%s' is no id: see 'polder receive --list'".formatted(text), e);
    }
  }

  private void receive(Call call) {
    Optional<String> as = call.find("as", Types.TEXT);
    ReceiveRequest request =
        new ReceiveRequest(
            as, call.find("pool", Types.TEXT), call.flag("force"), call.flag("resumable"));
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
