package polder.model;

/**
 * Where a zone stands.
 *
 * <pre>
 *   configured ── install ──► installed ── boot ──► ready ── init ──► running
 *        ▲                        ▲                                      │ stop
 *        └────── taken back ──┐   └──────────── gone ◄── shutting_down ◄─┘
 *                           failed  (what broke is told; delete or start it again)
 * </pre>
 */
public enum ZoneState {
  /** Its record is written; its root is not there yet. */
  CONFIGURED,
  /** Complete and not running; shown as {@code stopped}. */
  INSTALLED,
  /** Mounts, control groups and first process are there; its program has not begun. */
  READY,
  /** Its first process runs. */
  RUNNING,
  /** It was asked to stop and has not gone yet. */
  SHUTTING_DOWN,
  /** Something broke that needs an administrator's eye. */
  FAILED;

  /** The word that lists and payloads show. */
  public String word() {
    return switch (this) {
      case CONFIGURED -> "configured";
      case INSTALLED -> "stopped";
      case READY -> "ready";
      case RUNNING -> "running";
      case SHUTTING_DOWN -> "shutting_down";
      case FAILED -> "failed";
    };
  }

  /** The state that {@code word} means; {@code installed} is understood too. */
  public static ZoneState of(String word) {
    for (ZoneState state : values()) {
      if (state.word().equals(word)) {
        return state;
      }
    }
    if (word.equals("installed")) {
      return INSTALLED;
    }
    throw new PolderException(ErrorKind.INVALID, "'%s' is no zone state".formatted(word));
  }
}
