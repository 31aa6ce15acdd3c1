package polder.image.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The fields of a request or an answer, in order. Names have no case. */
public final class Headers {
  /** None. */
  public static final Headers NONE = new Headers(List.of());

  private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

  private record Field(String name, String value) {}

  private final List<Field> fields;

  private Headers(List<Field> fields) {
    this.fields = List.copyOf(fields);
  }

  /** These and one more. */
  public Headers with(String name, String value) {
    if (!NAME.matcher(name).matches() || !isValue(value)) {
      throw new IllegalArgumentException("the field '%s' cannot be sent".formatted(name));
    }
    List<Field> more = new ArrayList<>(fields);
    more.add(new Field(name, value));
    return new Headers(more);
  }

  /** Whether a value has no character that ends a field or hides in it: RFC 9110, section 5.5. */
  static boolean isValue(String value) {
    return value.chars().allMatch(c -> (c >= ' ' && c != 0x7f && c <= 0xff) || c == '\t');
  }

  static boolean isName(String name) {
    return NAME.matcher(name).matches();
  }

  /** The first value of that name. */
  public Optional<String> first(String name) {
    return fields.stream().filter(f -> f.name.equalsIgnoreCase(name)).map(Field::value).findFirst();
  }

  /** All values of that name. */
  public List<String> all(String name) {
    return fields.stream().filter(f -> f.name.equalsIgnoreCase(name)).map(Field::value).toList();
  }

  void writeTo(StringBuilder text) {
    for (Field field : fields) {
      text.append(field.name).append(": ").append(field.value).append("\r\n");
    }
  }

  static final class Builder {
    private final List<Field> fields = new ArrayList<>();

    void add(String name, String value) {
      fields.add(new Field(name, value));
    }

    int count() {
      return fields.size();
    }

    Headers build() {
      return new Headers(fields);
    }
  }
}
