package polder.model.json;

import static polder.model.json.Strict.must;
import static polder.model.json.Strict.or;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import polder.model.ErrorKind;
import polder.model.Fault;
import polder.model.Json;
import polder.model.ObjectType;
import polder.model.PolderException;
import polder.model.Property;
import polder.model.Type;
import polder.model.Types;

/** A failure as one host tells it to another. */
public final class ErrorJson {
  private static final Type<Fault> FAULT = fault();

  /** A failure. */
  public static final Type<PolderException> ERROR = error();

  private ErrorJson() {}

  /** Reads a failure strictly. */
  public static PolderException read(@Nullable Object tree) {
    return Strict.read(ERROR, tree, "error");
  }

  /** The failure as a JSON tree: kind, message, faults; no cause and no stack. */
  public static Map<String, Object> write(PolderException error) {
    return Json.asObject(ERROR.write(error));
  }

  /** The word for a kind: its name in lower case. */
  public static String word(ErrorKind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  private static Type<Fault> fault() {
    Property<String> path = Property.of("path", Strict.RAW, "where; empty for the whole");
    Property<String> message = Property.of("message", Strict.RAW, "what is wrong");
    return new ObjectType<>(
        "fault",
        List.of(must(path, Fault::path), must(message, Fault::message)),
        v -> new Fault(v.get(path), v.get(message)));
  }

  private static Type<PolderException> error() {
    Property<ErrorKind> kind =
        Property.of(
            "kind",
            Types.mapped(
                Types.word(
                    Arrays.stream(ErrorKind.values()).map(ErrorJson::word).toArray(String[]::new)),
                word -> ErrorKind.valueOf(word.toUpperCase(Locale.ROOT)),
                ErrorJson::word),
            "what kind of failure, for programs");
    Property<String> message = Property.of("message", Strict.RAW, "one sentence, for people");
    Property<List<Fault>> faults =
        Property.of("faults", Types.list(FAULT), "what is wrong with the input, a line each")
            .otherwise(List.of());
    return new ObjectType<>(
        "error",
        List.of(
            must(kind, PolderException::kind),
            must(message, e -> String.valueOf(e.getMessage())),
            or(faults, PolderException::faults)),
        v -> new PolderException(v.get(kind), v.get(message), v.get(faults)));
  }
}
