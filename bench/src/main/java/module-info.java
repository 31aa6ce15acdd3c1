import org.jspecify.annotations.NullMarked;

/** Side-by-side benchmarks against peers. */
@NullMarked
module polder.bench {
  requires static transitive org.jspecify;
  requires polder.api;
  requires polder.engine;
  requires polder.linux;

  exports polder.bench;
  exports polder.compare;
}
