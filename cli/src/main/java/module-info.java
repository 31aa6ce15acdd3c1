import org.jspecify.annotations.NullMarked;

/** The command line. */
@NullMarked
module polder.cli {
  requires static transitive org.jspecify;
  requires polder.model;
  requires polder.api;
  requires polder.linux;
  requires jdk.unsupported; // sun.misc.Signal, for the window's size and Ctrl-C

  exports polder.cli;
}
