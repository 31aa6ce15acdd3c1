package polder.api.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import polder.model.ErrorKind;
import polder.model.PolderException;
import polder.model.json.ErrorJson;

/** The table of all that can be asked, and the one place where failures become answers. */
final class Routes {
  private final List<Route> routes;
  private final Failures failures;

  Routes(List<Route> routes, Failures failures) {
    this.routes = List.copyOf(routes);
    this.failures = failures;
  }

  List<Route> list() {
    return routes;
  }

  /** Answers a request, whatever happens. */
  void serve(Exchange exchange) {
    try {
      find(exchange).handle();
    } catch (Refusal e) {
      fail(exchange, e.status(), e.headers(), e.error(), e);
    } catch (PolderException e) {
      fail(exchange, Status.of(e.kind()), Map.of(), e, e);
    } catch (PacedBody.TooSlow e) {
      fail(
          exchange,
          408,
          Map.of("Connection", "close"),
          new PolderException(ErrorKind.TIMED_OUT, String.valueOf(e.getMessage())),
          e);
    } catch (IOException | UncheckedIOException e) {
      // the client broke off; an answer, if it reads one, does no harm
      fail(
          exchange,
          400,
          Map.of(),
          new PolderException(ErrorKind.INVALID, "the request broke off"),
          e);
    } catch (Throwable e) {
      fail(
          exchange,
          500,
          Map.of(),
          failures.unexpected(exchange.method() + " " + exchange.path(), e),
          e);
    }
  }

  private record Match(Route route, Exchange exchange, Map<String, String> path) {
    void handle() throws IOException {
      Call call = Call.of(exchange, route, path);
      if (route.body().none()) {
        call.noBody();
      }
      route.handler().handle(call);
    }
  }

  private Match find(Exchange exchange) {
    List<String> parts = PercentCode.parts(exchange.path());
    List<String> methods = new ArrayList<>();
    for (Route route : routes) {
      Optional<Map<String, String>> path = route.match(parts);
      if (path.isPresent()) {
        if (route.method().equals(exchange.method())) {
          return new Match(route, exchange, path.get());
        }
        methods.add(route.method());
      }
    }
    if (methods.isEmpty()) {
      throw new Refusal(
          404, ErrorKind.NOT_FOUND, "there is nothing at this path; see /v1/openapi.json");
    }
    throw new Refusal(
        405,
        ErrorKind.INVALID,
        "this path takes %s, not %s".formatted(String.join(", ", methods), exchange.method()),
        Map.of("Allow", String.join(", ", methods)));
  }

  private static void fail(
      Exchange exchange,
      int status,
      Map<String, String> headers,
      PolderException error,
      Throwable cause) {
    if (exchange.answered()) {
      exchange.abort(cause); // half an answer must not look like a whole one
    } else {
      Call.answer(exchange, status, headers, ErrorJson.write(error));
    }
  }
}
