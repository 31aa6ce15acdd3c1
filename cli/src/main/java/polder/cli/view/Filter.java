package polder.cli.view;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import polder.cli.call.UsageException;
import polder.cli.call.Words;

/**
 * A condition on a JSON tree, as {@code list} and {@code lookup} take it: {@code FIELD=VALUE} or
 * {@code FIELD=~REGEX}, where the expression may match anywhere in the value.
 *
 * @param field a key as {@link Tree} reads it
 * @param test what a value must be
 */
public record Filter(String field, Predicate<String> test) {
  /** Reads one condition. */
  public static Filter of(String text) {
    int equals = text.indexOf('=');
    if (equals < 1) {
      throw new UsageException(
          "'" + Words.printable(text) + "' is no filter: use FIELD=VALUE or FIELD=~REGEX");
    }
    String field = text.substring(0, equals);
    String value = text.substring(equals + 1);
    if (!value.startsWith("~")) {
      return new Filter(field, value::equals);
    }
    try {
      return new Filter(field, Pattern.compile(value.substring(1)).asPredicate());
    } catch (PatternSyntaxException e) {
      throw new UsageException(
          "'"
              + Words.printable(value.substring(1))
              + "' is no regular expression: "
              + e.getDescription());
    }
  }

  /** Reads several; all must hold. */
  public static List<Filter> all(List<String> texts) {
    List<Filter> filters = new ArrayList<>();
    for (String text : texts) {
      filters.add(of(text));
    }
    return filters;
  }

  /** Whether one of the tree's values at the field fits. */
  public boolean matches(Object tree) {
    for (Object value : Tree.find(tree, field)) {
      if (test.test(value.toString())) {
        return true;
      }
    }
    return false;
  }
}
