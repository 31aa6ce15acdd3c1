package polder.metadata;

/** That one zone can ask. Closed, it cannot any more; its sockets are closed soon after. */
public interface Service extends AutoCloseable {
  @Override
  void close();
}
