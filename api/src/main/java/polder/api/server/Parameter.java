package polder.api.server;

import polder.model.Type;
import polder.model.Types;

/**
 * What a request's path or query may hold.
 *
 * @param name its name; in a path's template {@code {name}}, or {@code {name...}} for all the rest
 * @param place {@code path} or {@code query}
 * @param type what it takes
 * @param required whether it must be there
 * @param meaning what it means, in one line
 */
record Parameter(String name, String place, Type<?> type, boolean required, String meaning) {
  static Parameter path(String name, String meaning) {
    return new Parameter(name, "path", Types.LINE, true, meaning);
  }

  static Parameter query(String name, Type<?> type, String meaning) {
    return new Parameter(name, "query", type, false, meaning);
  }

  static Parameter must(String name, Type<?> type, String meaning) {
    return new Parameter(name, "query", type, true, meaning);
  }
}
