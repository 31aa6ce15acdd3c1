import org.jspecify.annotations.NullMarked;

/** polderd: opens a host and hangs the doors on it. */
@NullMarked
module polder.daemon {
  requires static transitive org.jspecify;
  requires transitive polder.model;
  requires polder.engine;
  requires polder.api;
  requires polder.linux;
  requires java.logging;
  requires jdk.unsupported; // sun.misc.Signal: SIGTERM, without a shutdown hook's races
  requires org.eclipse.jetty.server; // polder.api's server does not pull them in
  requires org.eclipse.jetty.unixdomain.server;

  exports polder.daemon;
}
