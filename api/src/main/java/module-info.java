import org.jspecify.annotations.NullMarked;

/** REST: the server, its description, its client, and a host in memory. */
@NullMarked
module polder.api {
  requires static transitive org.jspecify;
  requires transitive polder.model;

  exports polder.api.fake;
}
