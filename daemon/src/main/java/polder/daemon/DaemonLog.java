package polder.daemon;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.jspecify.annotations.Nullable;

/**
 * The daemon's log, on standard error: with journald's priority before each line where journald
 * reads it (sd-daemon(3)), else with time and level.
 *
 * <p>Control characters are shown, not sent: a zone's words must not forge lines.
 */
final class DaemonLog extends Handler {
  private final PrintStream out;
  private final boolean journal;

  DaemonLog(PrintStream out, boolean journal) {
    this.out = out;
    this.journal = journal;
  }

  /** Sends all loggers here; {@code POLDER_LOG} is debug, info (the default), warning or error. */
  static void install(Map<String, String> environment) {
    LogManager.getLogManager().reset();
    Logger root = Logger.getLogger("");
    root.addHandler(
        new DaemonLog(
            new PrintStream(System.err, true, StandardCharsets.UTF_8),
            environment.containsKey("JOURNAL_STREAM")));
    Level level = level(environment.getOrDefault("POLDER_LOG", "info"));
    root.setLevel(level.intValue() > Level.WARNING.intValue() ? level : Level.WARNING);
    POLDER.setLevel(level);
  }

  /** Kept, or the log manager forgets its level. */
  private static final Logger POLDER = Logger.getLogger("polder");

  private static Level level(String word) {
    return switch (word.toLowerCase(Locale.ROOT)) {
      case "debug" -> Level.FINE;
      case "warning" -> Level.WARNING;
      case "error" -> Level.SEVERE;
      default -> Level.INFO;
    };
  }

  @Override
  public void publish(LogRecord record) {
    if (!isLoggable(record)) {
      return;
    }
    StringBuilder text = new StringBuilder();
    text.append(record.getLoggerName()).append(": ");
    text.append(new SimpleFormatter().formatMessage(record));
    @Nullable Throwable thrown = record.getThrown();
    if (thrown != null) {
      StringWriter stack = new StringWriter();
      thrown.printStackTrace(new PrintWriter(stack, true));
      text.append('\n').append(stack.toString().stripTrailing());
    }
    String prefix = prefix(record);
    StringBuilder lines = new StringBuilder();
    for (String line : text.toString().split("\n", -1)) {
      lines.append(prefix).append(visible(line)).append('\n');
    }
    out.print(lines);
  }

  private String prefix(LogRecord record) {
    int level = record.getLevel().intValue();
    if (journal) {
      int priority =
          level >= Level.SEVERE.intValue()
              ? 3
              : level >= Level.WARNING.intValue() ? 4 : level >= Level.INFO.intValue() ? 6 : 7;
      return "<" + priority + ">";
    }
    String word =
        level >= Level.SEVERE.intValue()
            ? "error"
            : level >= Level.WARNING.intValue()
                ? "warning"
                : level >= Level.INFO.intValue() ? "info" : "debug";
    Instant time = record.getInstant().truncatedTo(ChronoUnit.MILLIS);
    return time + " " + word + " ";
  }

  private static String visible(String line) {
    StringBuilder visible = new StringBuilder(line.length());
    line.codePoints()
        .forEach(
            c -> {
              if (Character.isISOControl(c) && c != '\t') {
                visible.append("\\u%04x".formatted(c));
              } else {
                visible.appendCodePoint(c);
              }
            });
    return visible.toString();
  }

  @Override
  public void flush() {
    out.flush();
  }

  @Override
  public void close() {}
}
