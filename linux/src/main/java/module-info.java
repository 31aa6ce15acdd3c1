import org.jspecify.annotations.NullMarked;

/** What Polder asks of the Linux kernel, typed. Knows nothing of zones. */
@NullMarked
@SuppressWarnings("module") // the named friends are built later
module polder.linux {
  requires static transitive org.jspecify;

  exports polder.linux to
      polder.engine,
      polder.cli,
      polder.daemon,
      polder.bench;
}
