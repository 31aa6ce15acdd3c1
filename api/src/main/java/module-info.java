import org.jspecify.annotations.NullMarked;

/**
 * REST: the server, its description, its client, and a host in memory.
 *
 * <p>Jetty is optional: who only wants the client (the command line does, and starts with every
 * call) does not load it. Who opens a server requires {@code org.eclipse.jetty.server} and {@code
 * org.eclipse.jetty.unixdomain.server} too.
 */
@NullMarked
module polder.api {
  requires static transitive org.jspecify;
  requires transitive polder.model;
  requires static org.eclipse.jetty.server;
  requires static org.eclipse.jetty.unixdomain.server;

  exports polder.api.client;
  exports polder.api.fake;
  exports polder.api.server;
}
