package polder.model;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import polder.model.ObjectType.Field;

/**
 * What a guest's cloud-init is told when it boots, beside its name, its cards and their addresses.
 *
 * @param userData for cloud-init, word for word; 64 Ki characters at most
 * @param metaData more of what it may look up, beside {@code instance-id} and {@code
 *     local-hostname}
 */
public record CloudInit(String userData, Map<String, String> metaData) {
  /** What of the metadata follows from the vm. */
  public static final List<String> OWN = List.of("instance-id", "local-hostname");

  static final Type<CloudInit> TYPE = type();

  public CloudInit {
    metaData = Map.copyOf(metaData);
    for (String each : OWN) {
      if (metaData.containsKey(each)) {
        throw new PolderException(
            ErrorKind.INVALID,
            "'meta_data' cannot say '%s': it follows from the vm".formatted(each));
      }
    }
  }

  private static Type<CloudInit> type() {
    Property<String> user =
        Property.of(
                "user_data",
                Types.TEXT,
                "for cloud-init, word for word, such as a text that begins with #cloud-config")
            .otherwise("");
    Property<Map<String, String>> meta =
        Property.of(
                "meta_data",
                Types.map(Pattern.compile("[a-zA-Z][a-zA-Z0-9_.-]{0,63}"), Types.TEXT),
                "more metadata, from names to text")
            .otherwise(Map.of());
    return new ObjectType<>(
        "cloud-init {user_data, meta_data}",
        List.of(
            new Field<>(user, false, c -> Optional.of(c.userData()).filter(t -> !t.isEmpty())),
            new Field<>(meta, false, c -> Optional.of(c.metaData()).filter(m -> !m.isEmpty()))),
        v -> new CloudInit(v.get(user), v.get(meta)));
  }
}
