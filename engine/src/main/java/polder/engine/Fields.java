package polder.engine;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import polder.model.Json;

/** The fields of a JSON object that we wrote ourselves: what is not as we write it is damage. */
record Fields(Map<String, Object> tree) {
  long number(String name) {
    return optionalNumber(name).orElseThrow(() -> wrong(name));
  }

  Optional<Long> optionalNumber(String name) {
    return typed(name, Long.class);
  }

  /** A number from {@code least} that is an int. */
  int count(String name, int least) {
    return optionalCount(name, least).orElseThrow(() -> wrong(name));
  }

  Optional<Integer> optionalCount(String name, int least) {
    Optional<Long> number = optionalNumber(name);
    if (number.filter(n -> n < least || n > Integer.MAX_VALUE).isPresent()) {
      throw wrong(name);
    }
    return number.map(Long::intValue);
  }

  String text(String name) {
    return optionalText(name).orElseThrow(() -> wrong(name));
  }

  Optional<String> optionalText(String name) {
    return typed(name, String.class);
  }

  private <T> Optional<T> typed(String name, Class<T> type) {
    Optional<Object> value = Optional.ofNullable(tree.get(name));
    if (value.isPresent() && !type.isInstance(value.get())) {
      throw wrong(name);
    }
    return value.map(type::cast);
  }

  boolean flag(String name) {
    return tree.get(name) instanceof Boolean flag && flag;
  }

  UUID uuid(String name) {
    try {
      return UUID.fromString(text(name));
    } catch (IllegalArgumentException e) {
      throw wrong(name);
    }
  }

  List<UUID> uuids(String name) {
    if (!(tree.get(name) instanceof List<?> all)) {
      throw wrong(name);
    }
    try {
      return all.stream().map(String::valueOf).map(UUID::fromString).toList();
    } catch (IllegalArgumentException e) {
      throw wrong(name);
    }
  }

  Instant time(String name) {
    try {
      return Instant.parse(text(name));
    } catch (DateTimeException e) {
      throw wrong(name);
    }
  }

  Map<String, Object> object(String name) {
    return Json.asObject(tree.get(name));
  }

  static RuntimeException wrong(String name) {
    return Document.damaged("its field '%s' is missing or is not what we write".formatted(name));
  }
}
