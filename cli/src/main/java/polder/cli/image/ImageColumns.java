package polder.cli.image;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import polder.cli.call.UsageException;
import polder.cli.call.Words;
import polder.cli.view.Amount;
import polder.cli.view.Tree;
import polder.model.Image;
import polder.model.Json;
import polder.model.Nearest;
import polder.model.json.ImageJson;

/** The columns of a list of images: their fields, and imgadm's words for them. */
final class ImageColumns {
  static final String DEFAULT = "uuid,name,tag,arch,size,imported";

  private static final List<String> KNOWN =
      List.of(
          "uuid",
          "digest",
          "name",
          "tag",
          "size",
          "imported",
          "os",
          "arch",
          "config",
          "layers",
          "version",
          "type",
          "published_at",
          "published",
          "published_date",
          "origin",
          "description",
          "homepage",
          "requirements");

  private ImageColumns() {}

  /** Reads {@code name,tag,config.user}; a word that no image has is refused. */
  static List<String> of(String text) {
    List<String> columns = List.of(text.split(",", -1));
    for (String column : columns) {
      String head = column.split("[.]", -1)[0];
      if (!KNOWN.contains(head)) {
        throw new UsageException(
            "images have no '%s'; did you mean '%s'?"
                .formatted(Words.printable(head), Nearest.of(head, KNOWN)));
      }
    }
    return columns;
  }

  /** An image with what else is said of it beside its own fields. */
  static Map<String, Object> tree(Image image) {
    Map<String, Object> tree = new LinkedHashMap<>(ImageJson.write(image));
    Json.asObject(tree.getOrDefault("about", Map.of())).forEach(tree::putIfAbsent);
    image.about().published().ifPresent(at -> tree.put("published", at.toString()));
    image
        .about()
        .published()
        .ifPresent(at -> tree.put("published_date", at.toString().substring(0, 10)));
    return tree;
  }

  /** The text of a cell. */
  static String cell(Map<String, Object> tree, String column, boolean parsable) {
    return column.equals("size") && !parsable && tree.get("size") instanceof Long size
        ? Amount.bytes(size)
        : Tree.text(tree, column);
  }
}
