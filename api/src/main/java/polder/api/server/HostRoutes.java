package polder.api.server;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import polder.model.Host;
import polder.model.Types;
import polder.model.json.HostJson;
import polder.model.json.PayloadSchema;

/** What can be asked of the host itself. */
final class HostRoutes {
  private static final Content FINDINGS = Content.json("Finding", HostJson.FINDING).listed();
  private static final Content OPERATION = Content.json("Operation", operation());

  private final Host host;
  private final Operations operations;
  private final Streams streams;
  private final Supplier<Map<String, Object>> description;

  HostRoutes(
      Host host,
      Operations operations,
      Streams streams,
      Supplier<Map<String, Object>> description) {
    this.host = host;
    this.operations = operations;
    this.streams = streams;
    this.description = description;
  }

  List<Route> list() {
    return List.of(
        Route.of("GET", "/v1/info", "What the host says of itself", this::info)
            .gives(Content.json("HostInfo", HostJson.INFO)),
        Route.of("GET", "/v1/doctor", "What this host can do and what it lacks", this::doctor)
            .gives(FINDINGS),
        Route.of(
                "GET", "/v1/fsck", "What is wrong or left over; nothing if all is well", this::fsck)
            .gives(FINDINGS),
        Route.of("GET", "/v1/schema", "The payload's JSON Schema", this::schema)
            .gives(Content.json("", Map.of("type", "object"))),
        Route.of("GET", "/v1/openapi.json", "This description", this::describe)
            .gives(Content.json("", Map.of("type", "object"))),
        Route.of("GET", "/v1/events", "What happened, oldest first", this::events)
            .with(
                Parameter.query(
                    "since", Types.integer(0, Long.MAX_VALUE), "only those after this cursor"),
                Parameter.query("follow", Types.BOOLEAN, "go on with what comes"))
            .gives(Content.json("Event", HostJson.EVENT).lines()),
        Route.of("GET", "/v1/events/newest", "The newest event's cursor", this::newest)
            .gives(Content.field("newest", Map.of("type", "integer"))),
        Route.of("GET", "/v1/operations", "Long work, running and just ended", this::operations)
            .gives(OPERATION.listed()),
        Route.of("GET", "/v1/operations/{id}", "One operation", this::operation)
            .with(
                Parameter.query(
                    "wait", Types.integer(0, 60), "seconds to wait for its end, if it runs"))
            .gives(OPERATION));
  }

  private void info(Call call) {
    call.answer(HostJson.write(host.info()));
  }

  private void doctor(Call call) {
    call.answer(host.doctor().stream().map(HostJson::write).toList());
  }

  private void fsck(Call call) {
    call.answer(host.fsck().stream().map(HostJson::write).toList());
  }

  private void schema(Call call) {
    call.answer(PayloadSchema.document());
  }

  private void describe(Call call) {
    call.answer(description.get());
  }

  private void events(Call call) throws IOException {
    long since = call.find("since", Types.integer(0, Long.MAX_VALUE)).orElse(0L);
    LineStream.send(
        call, streams, host.events().since(since, call.flag("follow")), HostJson::write);
  }

  private void newest(Call call) {
    call.answer(Map.of("newest", host.events().newest()));
  }

  private void operations(Call call) {
    call.answer(operations.list());
  }

  private void operation(Call call) {
    Operation operation = operations.get(call.part("id"));
    call.find("wait", Types.integer(0, 60)).ifPresent(s -> operation.await(s * 1000));
    call.answer(operation.write());
  }

  private static Map<String, Object> operation() {
    Map<String, Object> text = Map.of("type", "string");
    return Map.of(
        "type",
        "object",
        "properties",
        new java.util.TreeMap<>(
            Map.of(
                "id",
                text,
                "what",
                text,
                "state",
                Map.of("type", "string", "enum", List.of("running", "done", "failed")),
                "started",
                text,
                "ended",
                text,
                "progress",
                Map.of("type", "object"),
                "result",
                Map.of("description", "what the request answers when done at once"),
                "error",
                Map.of("$ref", "#/components/schemas/Error"))),
        "required",
        List.of("id", "what", "state", "started"));
  }
}
