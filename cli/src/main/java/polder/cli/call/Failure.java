package polder.cli.call;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Optional;
import polder.model.Fault;
import polder.model.PolderException;

/** Tells a failure to the caller: {@code polder: } and a sentence, never a stack trace. */
public final class Failure {
  /** Done. */
  public static final int DONE = 0;

  /** Failed. */
  public static final int FAILED = 1;

  /** The command line was wrong. */
  public static final int USAGE = 2;

  private Failure() {}

  /** Prints it on standard error; {@code POLDER_LOG=debug} adds where it came from. */
  public static void tell(Caller caller, Throwable failure) {
    StringBuilder text = new StringBuilder("polder: ");
    switch (failure) {
      case UsageException e -> text.append(e.sentence());
      case PolderException e when e.faults().size() > 1 -> list(text, e);
      case PolderException e -> text.append(e.getMessage());
      case IOException e -> text.append(sentence(e));
      default -> text.append("this is a defect of polder's: ").append(failure);
    }
    caller.out().flush();
    caller.err().line(Words.clean(text.toString()));
    if (caller.variable("POLDER_LOG").equals(Optional.of("debug"))) {
      StringWriter trace = new StringWriter();
      failure.printStackTrace(new PrintWriter(trace));
      caller.err().text(trace.toString());
    }
    caller.err().flush();
  }

  private static void list(StringBuilder text, PolderException e) {
    String all = String.valueOf(e.getMessage());
    List<Fault> faults = e.faults();
    int cut = all.indexOf(": " + faults.getFirst().sentence());
    text.append(cut > 0 ? all.substring(0, cut) : "the input is refused").append(':');
    for (Fault fault : faults) {
      text.append("\n  ").append(fault.sentence());
    }
  }

  private static String sentence(IOException e) {
    String file = e instanceof FileSystemException f ? f.getFile() + ": " : "";
    return switch (e) {
      case NoSuchFileException f -> file + "no such file or directory";
      case AccessDeniedException f -> file + "permission denied";
      case FileNotFoundException f -> String.valueOf(f.getMessage());
      case FileSystemException f ->
          file + (f.getReason() == null ? "the file system refused" : f.getReason());
      default ->
          e.getMessage() == null ? "input or output failed: " + e.getClass() : e.getMessage();
    };
  }
}
