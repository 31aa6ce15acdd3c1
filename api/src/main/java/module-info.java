import org.jspecify.annotations.NullMarked;

/** REST: the server, its description, and {@code RemoteHost}, its client. */
@NullMarked
module polder.api {
  requires static transitive org.jspecify;
  requires transitive polder.model;
  requires org.eclipse.jetty.server;
  requires org.eclipse.jetty.unixdomain.server;

  exports polder.api;
}
