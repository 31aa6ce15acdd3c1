package polder.api.client;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import polder.model.Json;
import polder.model.Progress;
import polder.model.json.ErrorJson;

/** What becomes of an operation that goes on at the far end. */
final class Outcome {
  private Outcome() {}

  /** Its result, when it has ended. */
  static @Nullable Object of(Caller caller, Map<String, Object> first, Progress progress) {
    Map<String, Object> operation = first;
    while (String.valueOf(operation.get("state")).equals("running")) {
      if (operation.get("progress") instanceof Map<?, ?> now
          && now.get("done") instanceof Long done
          && now.get("total") instanceof Long total) {
        progress.report(String.valueOf(now.get("what")), done, total);
      }
      operation =
          Json.asObject(
              caller.call(
                  "GET",
                  "/v1/operations/"
                      + Caller.encode(String.valueOf(operation.get("id")))
                      + "?wait=1",
                  null));
    }
    @Nullable Object error = operation.get("error");
    if (error != null) {
      throw ErrorJson.read(error);
    }
    return operation.get("result");
  }
}
