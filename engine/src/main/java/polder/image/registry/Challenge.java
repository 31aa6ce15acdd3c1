package polder.image.registry;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import polder.image.http.Headers;

/**
 * What a server wants to know before it answers: RFC 9110, section 11.6.1.
 *
 * @param scheme in lower case: {@code bearer}, {@code basic}
 * @param parameters names in lower case
 */
record Challenge(String scheme, Map<String, String> parameters) {
  private static final int MOST = 16; // challenges, and parameters of each

  Challenge {
    parameters = Map.copyOf(parameters);
  }

  Optional<String> parameter(String name) {
    return Optional.ofNullable(parameters.get(name));
  }

  /** All challenges of an answer; what cannot be read ends the list. */
  static List<Challenge> of(Headers headers) {
    List<Challenge> all = new ArrayList<>();
    for (String field : headers.all("WWW-Authenticate")) {
      new Reader(field).addTo(all);
    }
    return all;
  }

  private static final class Reader {
    private final String text;
    private int at;

    Reader(String text) {
      this.text = text;
    }

    void addTo(List<Challenge> all) {
      while (all.size() < MOST) {
        skip(" \t,");
        String scheme = token().toLowerCase(Locale.ROOT);
        if (scheme.isEmpty()) {
          return;
        }
        Map<String, String> parameters = new LinkedHashMap<>();
        while (parameters.size() < MOST) {
          int before = at;
          skip(" \t,");
          String name = token().toLowerCase(Locale.ROOT);
          skip(" \t");
          if (name.isEmpty() || at >= text.length() || text.charAt(at) != '=') {
            at = before; // the next scheme, or the end
            break;
          }
          at++;
          skip(" \t");
          parameters.putIfAbsent(name, value());
        }
        all.add(new Challenge(scheme, parameters));
      }
    }

    private void skip(String characters) {
      while (at < text.length() && characters.indexOf(text.charAt(at)) >= 0) {
        at++;
      }
    }

    private String token() {
      int from = at;
      while (at < text.length() && " \t,=\"".indexOf(text.charAt(at)) < 0) {
        at++;
      }
      return text.substring(from, at);
    }

    private String value() {
      if (at >= text.length() || text.charAt(at) != '"') {
        return token();
      }
      StringBuilder value = new StringBuilder();
      for (at++; at < text.length() && text.charAt(at) != '"'; at++) {
        if (text.charAt(at) == '\\' && at + 1 < text.length()) {
          at++;
        }
        value.append(text.charAt(at));
      }
      at = Math.min(at + 1, text.length());
      return value.toString();
    }
  }
}
