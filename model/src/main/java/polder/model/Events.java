package polder.model;

/** What happened on a host, kept so that a reader who was away misses nothing. */
public interface Events {
  /** The number of the newest event; 0 if there was none. */
  long newest();

  /**
   * The events after {@code cursor}, oldest first, and with {@code follow} those to come.
   *
   * @throws PolderException NOT_FOUND if events after {@code cursor} are no longer kept
   */
  Cursor<Event> since(long cursor, boolean follow);
}
