package polder.image.http;

import java.time.Duration;

/**
 * How long a server may take.
 *
 * @param connect for a connection, TLS included
 * @param idle for the next {@link #LEAST} bytes, or the end of what it sends; a server that sends
 *     less is given up. Time that we take ourselves between two reads does not count.
 */
public record Pace(Duration connect, Duration idle) {
  /** How many bytes have to come in {@code idle}. */
  static final int LEAST = 4096;

  /** Ten seconds to connect, thirty for a sign of life. */
  public static final Pace USUAL = new Pace(Duration.ofSeconds(10), Duration.ofSeconds(30));

  public Pace {
    if (connect.toMillis() < 1 || idle.toMillis() < 1 || idle.toHours() > 24) {
      throw new IllegalArgumentException("time limits are from a millisecond to a day");
    }
  }
}
