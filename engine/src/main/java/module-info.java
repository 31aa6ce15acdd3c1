import org.jspecify.annotations.NullMarked;

/** The engine and its workshops: storage, images, brands. The library that others embed. */
@NullMarked
module polder.engine {
  requires static transitive org.jspecify;
  requires transitive polder.model;
  requires polder.linux;
  requires org.tukaani.xz;

  exports polder.engine;
}
