package polder.cli.zone;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import polder.cli.call.Caller;
import polder.cli.call.UsageException;
import polder.cli.call.Words;

/** {@code -e NAME=VALUE} and {@code -e NAME}, which passes the caller's own on. */
final class Environment {
  private Environment() {}

  static Map<String, String> of(Caller caller, List<String> words) {
    Map<String, String> environment = new LinkedHashMap<>();
    for (String word : words) {
      int equals = word.indexOf('=');
      if (equals == 0 || word.isEmpty()) {
        throw new UsageException(
            "-e takes NAME=VALUE or NAME, not '" + Words.printable(word) + "'");
      }
      if (equals > 0) {
        environment.put(word.substring(0, equals), word.substring(equals + 1));
      } else {
        String own = caller.environment().get(word);
        if (own != null) {
          environment.put(word, own);
        }
      }
    }
    return environment;
  }

  /** As {@link #of}, with the kind of the caller's terminal. */
  static Map<String, String> withTerm(Caller caller, List<String> words) {
    Map<String, String> environment = of(caller, words);
    caller.variable("TERM").ifPresent(term -> environment.putIfAbsent("TERM", term));
    return environment;
  }
}
