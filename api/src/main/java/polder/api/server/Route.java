package polder.api.server;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One thing that can be asked over HTTP; router, description and documentation are made from it.
 *
 * @param method the method
 * @param template the path, with {@code {name}} for one part and {@code {name...}} for the rest
 * @param summary what it does, in one line
 * @param parameters what path and query may hold
 * @param body what the client sends
 * @param answer what it gets
 * @param async whether {@code Prefer: respond-async} is understood
 * @param handler who does it
 */
record Route(
    String method,
    String template,
    String summary,
    List<Parameter> parameters,
    Content body,
    Content answer,
    boolean async,
    Handler handler) {
  /** Who does what is asked. */
  @FunctionalInterface
  interface Handler {
    void handle(Call call) throws IOException;
  }

  Route {
    parameters = List.copyOf(parameters);
  }

  static Route of(String method, String template, String summary, Handler handler) {
    List<Parameter> parameters = new ArrayList<>();
    for (String part : template.split("/", -1)) {
      switch (part) {
        case "{zone}" ->
            parameters.add(
                Parameter.path("zone", "alias, uuid, or the beginning of the uuid, 4 characters"));
        case "{reference...}" ->
            parameters.add(Parameter.path("reference", "an image's uuid, digest or name[:tag]"));
        case "{id}" -> parameters.add(Parameter.path("id", "the operation's identity"));
        default -> {}
      }
    }
    return new Route(
        method, template, summary, parameters, Content.NONE, Content.NONE, false, handler);
  }

  Route with(Parameter... more) {
    List<Parameter> all = new ArrayList<>(parameters);
    all.addAll(List.of(more));
    return new Route(method, template, summary, all, body, answer, async, handler);
  }

  Route takes(Content content) {
    return new Route(method, template, summary, parameters, content, answer, async, handler);
  }

  Route gives(Content content) {
    return new Route(method, template, summary, parameters, body, content, async, handler);
  }

  Route orLater() {
    return new Route(method, template, summary, parameters, body, answer, true, handler);
  }

  /** What the parts of {@code path} stand for, if it is one of ours. */
  Optional<Map<String, String>> match(List<String> path) {
    String[] parts = template.substring(1).split("/", -1);
    Map<String, String> values = new LinkedHashMap<>();
    for (int i = 0; i < parts.length; i++) {
      String part = parts[i];
      if (part.endsWith("...}")) {
        if (path.size() <= i || path.get(i).isEmpty()) {
          return Optional.empty();
        }
        values.put(
            part.substring(1, part.length() - 4), String.join("/", path.subList(i, path.size())));
        return Optional.of(values);
      }
      if (path.size() <= i
          || path.get(i).isEmpty()
          || !(part.startsWith("{") || part.equals(path.get(i)))) {
        return Optional.empty();
      }
      if (part.startsWith("{")) {
        values.put(part.substring(1, part.length() - 1), path.get(i));
      }
    }
    return path.size() == parts.length ? Optional.of(values) : Optional.empty();
  }
}
