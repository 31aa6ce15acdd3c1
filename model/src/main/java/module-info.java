import org.jspecify.annotations.NullMarked;

/** The words of Polder: specs, names, states, errors and {@code Host}. Does no I/O. */
@NullMarked
module polder.model {
  requires static transitive org.jspecify;
  requires tools.jackson.core;

  exports polder.model;
  exports polder.model.json;
}
