package polder.image;

/** An image that stays while this is open. */
public interface ImageHold extends AutoCloseable {
  @Override
  void close();
}
