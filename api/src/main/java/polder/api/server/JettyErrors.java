package polder.api.server;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import polder.model.ErrorKind;
import polder.model.Json;
import polder.model.PolderException;
import polder.model.json.ErrorJson;

/** What Jetty refuses itself, as malformed, in our words and without its pages. */
final class JettyErrors extends ErrorHandler {
  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, Content.JSON);
    PolderException error =
        new PolderException(
            response.getStatus() >= 500 ? ErrorKind.HOST : ErrorKind.INVALID,
            "the request is not well-formed HTTP (status %d)".formatted(response.getStatus()));
    byte[] body = (Json.write(ErrorJson.write(error)) + "\n").getBytes(StandardCharsets.UTF_8);
    response.write(true, ByteBuffer.wrap(body), callback);
    return true;
  }
}
