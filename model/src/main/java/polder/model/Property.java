package polder.model;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One property of a payload: its name, what it takes, when a change of it takes hold, and what it
 * means.
 *
 * <p>{@link ZoneProperties} is the one table of them. Validator, planner, JSON Schema and manual
 * all read it, so they cannot drift apart.
 *
 * @param <T> the type of its values
 */
public final class Property<T> {
  private final String name;
  private final Type<T> type;
  private final String meaning;
  private final Set<Brand> brands;
  private final @Nullable T standard;
  private final Change change;
  private final String why;
  private final @Nullable String refusal;

  private Property(
      String name,
      Type<T> type,
      String meaning,
      Set<Brand> brands,
      @Nullable T standard,
      Change change,
      String why,
      @Nullable String refusal) {
    this.name = name;
    this.type = type;
    this.meaning = meaning;
    this.brands = brands;
    this.standard = standard;
    this.change = change;
    this.why = why;
    this.refusal = refusal;
  }

  /** A property of all brands, without a default, that takes hold at the next start. */
  public static <T> Property<T> of(String name, Type<T> type, String meaning) {
    return new Property<>(
        name, type, meaning, EnumSet.allOf(Brand.class), null, Change.RESTART, "", null);
  }

  /** As this one, for these brands only. */
  public Property<T> only(Brand first, Brand... more) {
    return new Property<>(
        name, type, meaning, EnumSet.of(first, more), standard, change, why, refusal);
  }

  /** As this one, {@code value} where none is given. */
  public Property<T> otherwise(T value) {
    return new Property<>(name, type, meaning, brands, value, change, why, refusal);
  }

  /** As this one; a change takes hold at once. */
  public Property<T> live() {
    return new Property<>(name, type, meaning, brands, standard, Change.LIVE, "", refusal);
  }

  /** As this one, decided at creation for the reason given. */
  public Property<T> fixed(String reason) {
    return new Property<>(name, type, meaning, brands, standard, Change.FIXED, reason, refusal);
  }

  /**
   * As this one; a change is kept but does nothing inside an existing zone, for the reason given.
   */
  public Property<T> inert(String reason) {
    return new Property<>(name, type, meaning, brands, standard, Change.NONE, reason, refusal);
  }

  /** As this one: known, and refused for the reason given. */
  public Property<T> refused(String reason) {
    return new Property<>(name, type, meaning, brands, standard, change, why, reason);
  }

  /** The name in a payload. */
  public String name() {
    return name;
  }

  /** What it takes. */
  public Type<T> type() {
    return type;
  }

  /** What it means, in one line. */
  public String meaning() {
    return meaning;
  }

  /** The brands that know it. */
  public Set<Brand> brands() {
    return EnumSet.copyOf(brands);
  }

  /** The value where none is given. */
  public Optional<T> standard() {
    return Optional.ofNullable(standard);
  }

  /** When a change takes hold in a running zone. */
  public Change change() {
    return change;
  }

  /** Why {@link #change()} is what it is; empty where that goes without saying. */
  public String why() {
    return why;
  }

  /** Why this version does not take it at all; empty where it does. */
  public Optional<String> refusal() {
    return Optional.ofNullable(refusal);
  }

  @Override
  public String toString() {
    return name;
  }
}
