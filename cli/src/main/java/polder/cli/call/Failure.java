package polder.cli.call;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
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
    List<String> lines =
        switch (failure) {
          case UsageException e -> List.of(e.sentence());
          case PolderException e when e.faults().size() > 1 -> list(e);
          case IOException e -> List.of(sentence(e));
          case PolderException e -> List.of(String.valueOf(e.getMessage()));
          default -> List.of("this is a defect of polder's: " + failure);
        };
    caller.out().flush();
    String indent = "polder: ";
    for (String line : lines) {
      caller.err().line(indent + Words.clean(line));
      indent = "  ";
    }
    if (caller.variable("POLDER_LOG").equals(Optional.of("debug"))) {
      StringWriter trace = new StringWriter();
      failure.printStackTrace(new PrintWriter(trace));
      trace.toString().lines().forEach(line -> caller.err().line(Words.coloured(line)));
    }
    caller.err().flush();
  }

  private static List<String> list(PolderException e) {
    String all = String.valueOf(e.getMessage());
    List<Fault> faults = e.faults();
    int cut = all.indexOf(": " + faults.getFirst().sentence());
    List<String> lines = new ArrayList<>();
    lines.add((cut > 0 ? all.substring(0, cut) : "the input is refused") + ":");
    faults.forEach(fault -> lines.add(fault.sentence()));
    return lines;
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
