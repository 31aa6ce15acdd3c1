package polder.api.client;

import java.io.InputStream;
import java.util.Map;
import java.util.Optional;

/**
 * An answer.
 *
 * @param status its status
 * @param headers by name in lower case
 * @param body to be read once, while the connection is open
 */
record Reply(int status, Map<String, String> headers, InputStream body) {
  Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name));
  }
}
