package polder.cli.call;

import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Function;
import polder.model.ErrorKind;
import polder.model.Host;
import polder.model.Json;
import polder.model.PolderException;

/** One act on several things, one after another: what fails is told, and the others go on. */
public final class Each {
  private Each() {}

  /**
   * Acts on each of {@code things}.
   *
   * @param things read before this, so that all names are good before anything is done
   * @param told what a person is told of each when it is done
   * @param act answers what {@code --json} prints
   * @return 0, or 1 if one failed
   * @throws PolderException UNREACHABLE if the host is not there: then the others would fail, too
   */
  public static <T> int of(
      Caller caller,
      Arguments arguments,
      List<T> things,
      Function<T, String> told,
      BiFunction<Host, T, Map<String, Object>> act) {
    int code = Failure.DONE;
    try (Host host = caller.hosts().connect()) {
      for (T thing : things) {
        try {
          Map<String, Object> result = act.apply(host, thing);
          if (arguments.has("--json")) {
            caller.out().line(Json.write(result));
          } else {
            caller.tell(told.apply(thing));
          }
        } catch (PolderException e) {
          if (e.kind() == ErrorKind.UNREACHABLE) {
            throw e;
          }
          Failure.tell(caller, e);
          code = Failure.FAILED;
        }
      }
    }
    return code;
  }

  /** Takes each of {@code things} away; a person is told "deleted", {@code kind} and its text. */
  public static <T> int delete(
      Caller caller,
      Arguments arguments,
      String kind,
      List<T> things,
      BiConsumer<Host, T> deletion) {
    return of(
        caller,
        arguments,
        things,
        thing -> "deleted %s %s".formatted(kind, thing),
        (host, thing) -> {
          deletion.accept(host, thing);
          return Map.of(kind, thing.toString(), "deleted", true);
        });
  }
}
