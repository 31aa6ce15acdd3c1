package polder.model;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What values a property takes, and how they are read from and written to JSON.
 *
 * <p>JSON here is a tree of {@code Map<String, Object>}, {@code List<Object>}, {@code String},
 * {@code Long}, {@code Double}, {@code Boolean} and {@code null}, as {@link polder.model.Json}
 * reads it.
 */
public interface Type<T> {
  /**
   * Reads a value strictly; no coercion.
   *
   * @param faults where what is wrong is added, with {@code path}
   * @return the value, or null if a fault was added
   */
  @Nullable T read(@Nullable Object json, String path, List<Fault> faults);

  /** The value as a JSON tree. */
  Object write(T value);

  /** The JSON Schema (2020-12) of the values. */
  Map<String, Object> schema();

  /** A word for people: "boolean", "integer 1..65535", "list of string". */
  String word();

  /**
   * The JSON tree that {@code text}, typed on a command line, means for this type: {@code true},
   * {@code 5}, {@code a,b}, or JSON. What does not fit is passed on as a string, for {@link #read}
   * to refuse.
   */
  default Object fromText(String text) {
    return text;
  }
}
