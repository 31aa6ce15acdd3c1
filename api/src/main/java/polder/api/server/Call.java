package polder.api.server;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import polder.model.ErrorKind;
import polder.model.Fault;
import polder.model.Json;
import polder.model.Nearest;
import polder.model.PolderException;
import polder.model.Type;
import polder.model.ZoneRef;

/**
 * A request that found its route: what was asked, checked as the route's table says.
 *
 * @param exchange the request
 * @param route its route
 * @param path the path's parameters
 * @param query the query's parameters, as JSON values
 */
record Call(Exchange exchange, Route route, Map<String, String> path, Map<String, Object> query) {
  /** The most that a JSON body may hold. */
  static final int LARGEST = 1 << 20;

  /** Checks the request against its route. */
  static Call of(Exchange exchange, Route route, Map<String, String> path) {
    if (exchange
        .header("Content-Encoding")
        .filter(encoding -> !encoding.equalsIgnoreCase("identity"))
        .isPresent()) {
      throw new Refusal(
          415, ErrorKind.INVALID, "a body with Content-Encoding is not taken; send it as it is");
    }
    if (exchange
        .header("Transfer-Encoding")
        .filter(encoding -> !encoding.equalsIgnoreCase("chunked"))
        .isPresent()) {
      throw new Refusal(
          501, ErrorKind.UNSUPPORTED, "Transfer-Encoding can be 'chunked' and nothing else");
    }
    return new Call(exchange, route, path, query(exchange.query(), route));
  }

  private static Map<String, Object> query(String raw, Route route) {
    List<Parameter> known =
        route.parameters().stream().filter(p -> p.place().equals("query")).toList();
    Map<String, Object> values = new LinkedHashMap<>();
    List<Fault> faults = new ArrayList<>();
    for (String pair : raw.isEmpty() ? new String[0] : raw.split("&", -1)) {
      int equals = pair.indexOf('=');
      String name = PercentCode.decode(equals < 0 ? pair : pair.substring(0, equals));
      String text = equals < 0 ? "true" : PercentCode.decode(pair.substring(equals + 1));
      Optional<Parameter> parameter = known.stream().filter(p -> p.name().equals(name)).findFirst();
      if (parameter.isEmpty()) {
        faults.add(new Fault(name, unknown(name, known)));
      } else if (values.containsKey(name)) {
        faults.add(new Fault(name, "is given twice"));
      } else {
        Object json = parameter.get().type().fromText(text);
        if (parameter.get().type().read(json, name, faults) != null) {
          values.put(name, json);
        }
      }
    }
    for (Parameter parameter : known) {
      if (parameter.required() && !values.containsKey(parameter.name())) {
        faults.add(new Fault(parameter.name(), "is missing"));
      }
    }
    if (!faults.isEmpty()) {
      throw new PolderException("the query is refused", faults);
    }
    return values;
  }

  private static String unknown(String name, List<Parameter> known) {
    List<String> names = known.stream().map(Parameter::name).toList();
    return names.isEmpty()
        ? "unknown; this takes no parameters"
        : "unknown; did you mean '%s'?".formatted(Nearest.of(name, names));
  }

  ZoneRef zone() {
    return new ZoneRef(part("zone"));
  }

  String part(String name) {
    @Nullable String value = path.get(name);
    if (value == null) {
      throw new IllegalStateException("%s has no {%s}".formatted(route.template(), name));
    }
    return value;
  }

  boolean flag(String name) {
    return Boolean.TRUE.equals(query.get(name));
  }

  String text(String name) {
    return String.valueOf(query.get(name));
  }

  /** A parameter of the query, if it is there. */
  <T> Optional<T> find(String name, Type<T> type) {
    return query.containsKey(name)
        ? Optional.ofNullable(type.read(query.get(name), name, new ArrayList<>()))
        : Optional.empty();
  }

  /** The body as JSON; {@link #LARGEST} bytes at most. */
  @Nullable Object json() throws IOException {
    media(Content.JSON);
    return Json.read(bytes());
  }

  /** The body as a JSON object; empty if there is no body. */
  Map<String, Object> jsonOrEmpty() throws IOException {
    byte[] bytes = bytes();
    if (bytes.length == 0) {
      return Map.of();
    }
    media(Content.JSON);
    return Json.asObject(Json.read(bytes));
  }

  /** The body as a stream of any length. */
  InputStream stream(String media) {
    media(media);
    return exchange.upload();
  }

  /** Refuses a body where none is due: it would be ignored, and somebody meant something by it. */
  void noBody() throws IOException {
    if (exchange.body().read() >= 0) {
      throw new Refusal(400, ErrorKind.INVALID, "this takes no body");
    }
  }

  private byte[] bytes() throws IOException {
    byte[] bytes = exchange.body().readNBytes(LARGEST + 1);
    if (bytes.length > LARGEST) {
      throw new Refusal(413, ErrorKind.INVALID, "the body is over 1 MiB");
    }
    return bytes;
  }

  private void media(String due) {
    String media =
        exchange
            .header("Content-Type")
            .orElse(due)
            .split(";", -1)[0]
            .strip()
            .toLowerCase(Locale.ROOT);
    boolean bytes = due.equals(Content.TAR) || due.equals(Content.STREAM);
    if (!media.equals(due) && !(bytes && octets(media))) {
      throw new Refusal(
          415, ErrorKind.INVALID, "the body must be %s, not %s".formatted(due, media));
    }
  }

  private static boolean octets(String media) {
    return media.equals("application/octet-stream")
        || media.equals("application/gzip")
        || media.equals("application/zstd")
        || media.equals("application/x-xz");
  }

  /** Whether the client would rather be told later. */
  boolean later() {
    return route.async()
        && exchange
            .header("Prefer")
            .map(p -> p.toLowerCase(Locale.ROOT).contains("respond-async"))
            .orElse(false);
  }

  void answer(@Nullable Object tree) {
    answer(route.answer().status(), Map.of(), tree);
  }

  void answer(int status, Map<String, String> headers, @Nullable Object tree) {
    answer(exchange, status, headers, tree);
  }

  static void answer(
      Exchange exchange, int status, Map<String, String> headers, @Nullable Object tree) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    Json.write(tree, body);
    body.write('\n');
    Map<String, String> all = new LinkedHashMap<>(headers);
    all.put("Content-Type", Content.JSON);
    exchange.answer(status, all, body.toByteArray());
  }

  void done() {
    exchange.answer(204, Map.of(), new byte[0]);
  }

  /** Lines of JSON, from now on. */
  OutputStream lines() throws IOException {
    return exchange.answer(200, Map.of("Content-Type", Content.LINES, "Cache-Control", "no-store"));
  }

  /** Writes one line of JSON. */
  static void line(OutputStream out, Object tree) throws IOException {
    out.write((Json.write(tree) + "\n").getBytes(StandardCharsets.UTF_8));
    out.flush();
  }
}
