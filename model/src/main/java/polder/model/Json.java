package polder.model;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.PrettyPrinter;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;

/**
 * JSON text to a tree and back.
 *
 * <p>A tree is made of {@code Map<String, Object>} in the text's order, {@code List<Object>},
 * {@code String}, {@code Long}, {@code Double}, {@code Boolean} and {@code null}. Duplicate names,
 * text after the value, numbers outside 64 bits and a depth over 64 are refused.
 */
public final class Json {
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(64)
                  .maxStringLength(4 << 20)
                  .maxNameLength(4096)
                  .build())
          .characterEscapes(new JsonEscapes())
          .build();

  private Json() {}

  /** Reads one value. */
  public static @Nullable Object read(String text) {
    try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
      return whole(parser);
    } catch (JacksonException e) {
      throw refusal(e);
    }
  }

  /** Reads one value from UTF-8 bytes; no other encoding is guessed (RFC 8259, section 8.1). */
  public static @Nullable Object read(byte[] bytes) {
    return read(bytes, 0, bytes.length);
  }

  /** Reads one value from {@code length} UTF-8 bytes. */
  public static @Nullable Object read(byte[] bytes, int offset, int length) {
    try {
      return read(
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(bytes, offset, length))
              .toString());
    } catch (CharacterCodingException e) {
      throw new PolderException(ErrorKind.INVALID, "not valid JSON: it is not UTF-8", e);
    }
  }

  /** Reads one value from a UTF-8 stream, to its end. */
  public static @Nullable Object read(InputStream stream) {
    try {
      return read(stream.readAllBytes());
    } catch (IOException e) {
      throw new PolderException(ErrorKind.HOST, "cannot read the JSON: " + e.getMessage(), e);
    }
  }

  /** Reads an object; anything else is refused. */
  public static Map<String, Object> object(byte[] bytes) {
    return asObject(read(bytes));
  }

  /** Reads an object; anything else is refused. */
  public static Map<String, Object> object(String text) {
    return asObject(read(text));
  }

  /** {@code tree} as an object; anything else is refused. */
  @SuppressWarnings("unchecked") // the reader makes no other maps
  public static Map<String, Object> asObject(@Nullable Object tree) {
    if (tree instanceof Map<?, ?> map) {
      return (Map<String, Object>) map;
    }
    throw new PolderException(ErrorKind.INVALID, "the JSON must be an object, not " + kind(tree));
  }

  /** {@code tree} as a list; anything else is refused. */
  @SuppressWarnings("unchecked") // the reader makes no other lists
  public static List<Object> asList(@Nullable Object tree) {
    if (tree instanceof List<?> list) {
      return (List<Object>) list;
    }
    throw new PolderException(ErrorKind.INVALID, "the JSON must be a list, not " + kind(tree));
  }

  /** The tree as one line of text. */
  public static String write(@Nullable Object tree) {
    return text(tree, false);
  }

  /** The tree as indented text, for people. */
  public static String pretty(@Nullable Object tree) {
    return text(tree, true);
  }

  /** The tree as one line of UTF-8, without closing {@code out}. */
  public static void write(@Nullable Object tree, OutputStream out) {
    try (JsonGenerator generator =
        FACTORY.createGenerator(ObjectWriteContext.empty(), new Unclosed(out))) {
      put(generator, tree);
    } catch (JacksonException e) {
      throw new PolderException(ErrorKind.HOST, "cannot write JSON: " + e.getOriginalMessage(), e);
    }
  }

  /** A word for the kind of a tree's root: "a string", "null". */
  public static String kind(@Nullable Object tree) {
    return switch (tree) {
      case null -> "null";
      case Map<?, ?> map -> "an object";
      case List<?> list -> "a list";
      case String text -> "a string";
      case Boolean value -> "a boolean";
      case Long value -> "a whole number";
      case Number value -> "a fraction";
      default -> tree.getClass().getSimpleName();
    };
  }

  private static @Nullable Object whole(JsonParser parser) {
    JsonToken first = parser.nextToken();
    if (first == null) {
      throw new PolderException(ErrorKind.INVALID, "the JSON is empty");
    }
    Object tree = value(parser, first);
    if (parser.nextToken() != null) {
      throw new PolderException(ErrorKind.INVALID, "the JSON goes on after its first value");
    }
    return tree;
  }

  private static @Nullable Object value(JsonParser parser, JsonToken token) {
    return switch (token) {
      case START_OBJECT -> {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
          String name = parser.currentName();
          map.put(name, value(parser, parser.nextToken()));
        }
        yield map;
      }
      case START_ARRAY -> {
        List<@Nullable Object> list = new ArrayList<>();
        for (JsonToken next = parser.nextToken();
            next != JsonToken.END_ARRAY;
            next = parser.nextToken()) {
          list.add(value(parser, next));
        }
        yield list;
      }
      case VALUE_STRING -> parser.getString();
      case VALUE_NUMBER_INT -> parser.getLongValue(); // refuses what 64 bits cannot hold
      case VALUE_NUMBER_FLOAT -> finite(parser.getDoubleValue());
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      default -> throw new PolderException(ErrorKind.INVALID, "the JSON has a stray " + token);
    };
  }

  private static double finite(double number) {
    if (Double.isInfinite(number)) {
      throw new PolderException(ErrorKind.INVALID, "the JSON has a number too large for 64 bits");
    }
    return number;
  }

  private static PolderException refusal(JacksonException e) {
    var at = e.getLocation();
    String said = e.getOriginalMessage().replaceAll("'[^']{2,}'", "…"); // it may be a secret
    return new PolderException(
        ErrorKind.INVALID,
        at == null || at.getLineNr() < 1
            ? "not valid JSON: " + said
            : "not valid JSON at line %d, column %d: %s"
                .formatted(at.getLineNr(), at.getColumnNr(), said),
        e);
  }

  private static String text(@Nullable Object tree, boolean indented) {
    StringWriter text = new StringWriter();
    ObjectWriteContext context = indented ? new Indented() : ObjectWriteContext.empty();
    try (JsonGenerator generator = FACTORY.createGenerator(context, text)) {
      put(generator, tree);
    }
    return text.toString();
  }

  private static void put(JsonGenerator generator, @Nullable Object tree) {
    switch (tree) {
      case null -> generator.writeNull();
      case Map<?, ?> map -> {
        generator.writeStartObject();
        map.forEach(
            (key, item) -> {
              generator.writeName(String.valueOf(key));
              put(generator, item);
            });
        generator.writeEndObject();
      }
      case Iterable<?> items -> {
        generator.writeStartArray();
        items.forEach(item -> put(generator, item));
        generator.writeEndArray();
      }
      case Boolean value -> generator.writeBoolean(value);
      case Integer value -> generator.writeNumber(value);
      case Long value -> generator.writeNumber(value);
      case Double value -> generator.writeNumber(value);
      default -> generator.writeString(tree.toString());
    }
  }

  private static final class Indented extends ObjectWriteContext.Base {
    @Override
    public PrettyPrinter getPrettyPrinter() {
      return new DefaultPrettyPrinter()
          .withObjectIndenter(new DefaultIndenter("  ", "\n"))
          .withArrayIndenter(new DefaultIndenter("  ", "\n"));
    }

    @Override
    public boolean hasPrettyPrinter() {
      return true;
    }
  }

  /** Flushes where the generator closes: the stream belongs to the caller. */
  private static final class Unclosed extends java.io.FilterOutputStream {
    Unclosed(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] buffer, int offset, int length) throws java.io.IOException {
      out.write(buffer, offset, length);
    }

    @Override
    public void close() throws java.io.IOException {
      flush();
    }
  }
}
