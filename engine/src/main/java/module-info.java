import org.jspecify.annotations.NullMarked;

/** The engine and its workshops: storage, images, brands. The library that others embed. */
@NullMarked
@SuppressWarnings("module") // the named friend is built later
module polder.engine {
  requires static transitive org.jspecify;
  requires transitive polder.model;
  requires polder.linux;
  requires org.tukaani.xz;

  exports polder.engine;
  exports polder.storage to
      polder.bench;
}
