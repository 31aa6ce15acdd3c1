package polder.cli.view;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import polder.cli.call.Output;
import polder.cli.call.Words;

/** Rows in columns, aligned for people or separated for programs. */
public final class Table {
  private final List<String> columns;
  private final List<List<String>> rows = new ArrayList<>();

  /** An empty table; {@code columns} are the headings, in lower case. */
  public Table(List<String> columns) {
    this.columns = List.copyOf(columns);
  }

  /** Adds a row; one text for each column. */
  public void row(List<String> cells) {
    if (cells.size() != columns.size()) {
      throw new IllegalArgumentException(cells.size() + " cells for " + columns.size());
    }
    rows.add(each(cells, Words::clean));
  }

  /** Adds a row. */
  public void row(String... cells) {
    row(List.of(cells));
  }

  /**
   * Prints it for people: columns as wide as their widest cell, numbers to the right.
   *
   * @param heading whether the first line names the columns
   * @param width of the terminal; longer lines are cut there. 0: nothing is cut
   */
  public void print(Output out, boolean heading, int width) {
    List<List<String>> shown = new ArrayList<>();
    for (List<String> row : rows) {
      shown.add(each(row, Words::printable));
    }
    int[] widths = new int[columns.size()];
    boolean[] numbers = new boolean[columns.size()];
    for (int i = 0; i < widths.length; i++) {
      widths[i] = heading ? columns.get(i).length() : 0;
      numbers[i] = !rows.isEmpty();
      for (List<String> row : shown) {
        String cell = row.get(i);
        widths[i] = Math.max(widths[i], cell.codePointCount(0, cell.length()));
        numbers[i] &= isNumber(cell);
      }
    }
    StringBuilder text = new StringBuilder();
    if (heading) {
      append(text, columns.stream().map(c -> c.toUpperCase(Locale.ROOT)).toList(), widths, numbers);
      cut(text, 0, width);
    }
    for (List<String> row : shown) {
      int start = text.length();
      append(text, row, widths, numbers);
      cut(text, start, width);
    }
    out.text(text.toString());
  }

  /** By a loop: in a JVM that has just started a stream costs ten times as much. */
  private static List<String> each(List<String> cells, UnaryOperator<String> change) {
    List<String> changed = new ArrayList<>(cells.size());
    for (String cell : cells) {
      changed.add(change.apply(cell));
    }
    return changed;
  }

  private static void append(
      StringBuilder text, List<String> row, int[] widths, boolean[] numbers) {
    for (int i = 0; i < widths.length; i++) {
      String cell = row.get(i);
      int room = widths[i] - cell.codePointCount(0, cell.length());
      if (numbers[i]) {
        text.repeat(' ', room).append(cell);
      } else {
        text.append(cell);
        if (i + 1 < widths.length) {
          text.repeat(' ', room);
        }
      }
      text.append(i + 1 < widths.length ? "  " : "");
    }
    while (!text.isEmpty() && text.charAt(text.length() - 1) == ' ') {
      text.setLength(text.length() - 1);
    }
    text.append('\n');
  }

  private static void cut(StringBuilder text, int start, int width) {
    int length = text.length() - start - 1;
    if (width > 1 && length > width) {
      text.setLength(start + width - 1);
      text.append("…\n");
    }
  }

  private static boolean isNumber(String cell) {
    if (cell.isEmpty() || cell.equals("-")) {
      return true;
    }
    for (int i = 0; i < cell.length(); i++) {
      char c = cell.charAt(i);
      if ((c < '0' || c > '9') && c != '.') {
        return false;
      }
    }
    return true;
  }

  /** Prints it for programs: cells separated by colons, a colon or backslash in one escaped. */
  public void printParsable(Output out) {
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      for (int i = 0; i < row.size(); i++) {
        String cell = row.get(i).equals("-") ? "" : row.get(i);
        text.append(i == 0 ? "" : ":").append(cell.replace("\\", "\\\\").replace(":", "\\:"));
      }
      text.append('\n');
    }
    out.text(text.toString());
  }
}
