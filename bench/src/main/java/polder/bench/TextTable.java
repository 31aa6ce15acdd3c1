package polder.bench;

import java.util.List;
import java.util.Set;

/** Lines of cells as text, one below the other. */
public final class TextTable {
  private TextTable() {}

  /**
   * The table.
   *
   * @param lines the first is the head; all as long as it
   * @param left the columns that are set to the left, from 0 on; figures are set to the right
   */
  public static String of(List<List<String>> lines, Set<Integer> left) {
    StringBuilder text = new StringBuilder();
    for (List<String> line : lines) {
      StringBuilder out = new StringBuilder();
      for (int column = 0; column < line.size(); column++) {
        int at = column;
        int width = lines.stream().mapToInt(each -> each.get(at).length()).max().orElse(0);
        if (column > 0) {
          out.append("  ");
        }
        String cell = line.get(column);
        String space = " ".repeat(width - cell.length());
        out.append(left.contains(column) ? cell + space : space + cell);
      }
      text.append(out.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }
}
