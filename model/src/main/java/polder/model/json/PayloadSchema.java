package polder.model.json;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import polder.model.Brand;
import polder.model.Property;
import polder.model.ZoneProperties;

/** The payload's JSON Schema (2020-12), written from the table of properties. */
public final class PayloadSchema {
  private PayloadSchema() {}

  /** The schema, with its {@code $schema}, as a document of its own. */
  public static Map<String, Object> document() {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("$schema", "https://json-schema.org/draft/2020-12/schema");
    document.put("title", "Polder zone payload");
    document.putAll(object());
    return document;
  }

  /** The schema as a part of another document. */
  public static Map<String, Object> object() {
    Map<String, Object> properties = new LinkedHashMap<>();
    for (Property<?> property : ZoneProperties.list()) {
      if (property.refusal().isEmpty()) {
        properties.put(property.name(), describe(property));
      }
    }
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("type", "object");
    schema.put("properties", properties);
    schema.put("additionalProperties", false);
    return schema;
  }

  private static <T> Map<String, Object> describe(Property<T> property) {
    Map<String, Object> schema = new LinkedHashMap<>(property.type().schema());
    schema.put("description", property.meaning());
    property.standard().ifPresent(value -> schema.put("default", property.type().write(value)));
    List<Object> brands = new ArrayList<>();
    property.brands().stream().map(Brand::word).forEach(brands::add);
    if (brands.size() < Brand.values().length) {
      schema.put("x-brands", brands);
    }
    schema.put(
        "x-change", property.change().name().toLowerCase(java.util.Locale.ROOT)); // live, restart …
    if (!property.why().isEmpty()) {
      schema.put("x-why", property.why());
    }
    return schema;
  }
}
