import org.jspecify.annotations.NullMarked;

/** polderd: opens a host and hangs the doors on it. */
@NullMarked
module polder.daemon {
  requires static transitive org.jspecify;
  requires polder.engine;
  requires polder.api;

  exports polder.daemon;
}
