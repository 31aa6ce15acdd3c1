package polder.api.server;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** A request of Jetty's. */
final class JettyExchange implements Exchange {
  private static final int UPLOAD = 20; // times the patience for a body that is read at once

  private final Request request;
  private final Response response;
  private final Callback callback;
  private final Executor workers;
  private final Duration idle;
  private final InputStream body;
  private volatile @Nullable PacedBody paced;
  private boolean answered;
  private boolean completed;

  JettyExchange(
      Request request, Response response, Callback callback, Executor workers, Duration idle) {
    this.idle = idle;
    this.request = request;
    this.response = response;
    this.callback = callback;
    this.workers = workers;
    this.body = Request.asInputStream(request);
  }

  @Override
  public String method() {
    return request.getMethod();
  }

  @Override
  public String path() {
    return Optional.ofNullable(request.getHttpURI().getPath()).orElse("/");
  }

  @Override
  public String query() {
    return Optional.ofNullable(request.getHttpURI().getQuery()).orElse("");
  }

  @Override
  public Optional<String> header(String name) {
    List<String> values = request.getHeaders().getValuesList(name);
    return values.isEmpty() ? Optional.empty() : Optional.of(String.join(",", values));
  }

  @Override
  public InputStream body() {
    return paced(idle);
  }

  @Override
  public InputStream upload() {
    return paced(idle.multipliedBy(UPLOAD));
  }

  private InputStream paced(Duration patience) {
    PacedBody begun = paced;
    if (begun == null) {
      long start = System.nanoTime();
      begun = new PacedBody(body, patience, () -> System.nanoTime() - start);
      paced = begun;
    }
    return begun;
  }

  /** Nothing came or went for a while: whether that is the client's fault. */
  boolean idle() {
    PacedBody begun = paced;
    return begun != null && begun.overdue();
  }

  @Override
  public void answer(int status, Map<String, String> headers, byte[] bytes) {
    begin(status, headers);
    completed = true;
    response.write(true, ByteBuffer.wrap(bytes), callback);
  }

  @Override
  public OutputStream answer(int status, Map<String, String> headers) {
    begin(status, headers);
    return Content.Sink.asOutputStream(response);
  }

  private void begin(int status, Map<String, String> headers) {
    answered = true;
    response.setStatus(status);
    headers.forEach((name, value) -> response.getHeaders().put(name, value));
  }

  @Override
  public void hijack(String protocol, HijackHandler handler) {
    EndPoint endPoint = request.getConnectionMetaData().getConnection().getEndPoint();
    begin(101, Map.of());
    response.getHeaders().put(HttpHeader.UPGRADE, protocol);
    response.getHeaders().put(HttpHeader.CONNECTION, HttpHeader.UPGRADE.asString());
    JettyHijack connection = new JettyHijack(endPoint, workers, handler);
    request.setAttribute(HttpStream.UPGRADE_CONNECTION_ATTRIBUTE, connection);
    Request.addCompletionListener(
        request,
        failure -> {
          if (failure != null) {
            connection.abandon();
          }
        });
  }

  @Override
  public boolean answered() {
    return answered;
  }

  @Override
  public void abort(Throwable cause) {
    if (!completed) {
      completed = true;
      callback.failed(cause);
    }
  }

  /** The handler returned: the answer is whole. */
  void finish() {
    if (!completed) {
      completed = true;
      callback.succeeded();
    }
  }
}
