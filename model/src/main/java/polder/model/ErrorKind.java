package polder.model;

/** What kind of failure it was: programs decide by it, doors turn it into codes of their own. */
public enum ErrorKind {
  /** The request itself is wrong; nothing was changed. */
  INVALID,
  /** What was named is not there. */
  NOT_FOUND,
  /** What was to be made is there already. */
  EXISTS,
  /** It is in a state, or in use in a way, that does not allow this. */
  WRONG_STATE,
  /** The caller may not. */
  DENIED,
  /** Space, ids or another limit of the host is used up. */
  NO_ROOM,
  /** It did not happen within the time given. */
  TIMED_OUT,
  /** This host, driver or version cannot do it. */
  UNSUPPORTED,
  /** The host cannot do this now, for what is said; it will when that is mended. */
  UNAVAILABLE,
  /** The host cannot be reached. */
  UNREACHABLE,
  /** The host failed: the kernel, the disk, or Polder. */
  HOST
}
