package polder.image.registry;

import java.util.Optional;
import java.util.regex.Pattern;
import polder.image.oci.Digest;

/**
 * An image as a user names it, with Docker's rules for what is left out: {@code debian} is {@code
 * docker.io/library/debian:latest}.
 *
 * @param registry where it is
 * @param repository its name there, such as {@code library/debian}
 * @param tag which one; empty only where there is a digest
 * @param digest exactly which one; comes before the tag
 */
public record Reference(
    RegistryName registry, String repository, Optional<String> tag, Optional<Digest> digest) {
  private static final int LONGEST = 1024; // of all of it
  private static final int LONGEST_NAME = 255; // distribution's limit, registry included
  private static final Pattern REPOSITORY = Pattern.compile(path("[a-z0-9]+"));
  private static final Pattern TAG = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}");
  private static final Pattern DIGITS = Pattern.compile("[0-9a-f]{64}");

  private static String path(String word) {
    String part = word + "((\\.|_|__|-+)" + word + ")*+";
    return part + "(/" + part + ")*+";
  }

  public Reference {
    if (registry.value().length() + 1 + repository.length() > LONGEST_NAME) {
      throw Refused.invalid(
          "image '%s': its name is longer than %d characters",
          Refused.shown(repository), LONGEST_NAME);
    }
    if (!REPOSITORY.matcher(repository).matches()) {
      throw Refused.invalid(
          "image '%s': use a-z, 0-9, inner '.', '_', '-' and '/', as in debian:12 or"
              + " registry.example:5000/team/app",
          Refused.shown(repository));
    }
    if (tag.isPresent() && !TAG.matcher(tag.get()).matches()) {
      throw Refused.invalid(
          "image tag '%s': use letters, digits, '.', '_', '-', 128 at most",
          Refused.shown(tag.get()));
    }
    if (tag.isEmpty() && digest.isEmpty()) {
      tag = Optional.of("latest");
    }
  }

  /**
   * Reads {@code [REGISTRY/]NAME[:TAG][@DIGEST]}.
   *
   * @throws polder.model.PolderException INVALID
   */
  public static Reference of(String text) {
    if (text.isEmpty() || text.length() > LONGEST) {
      throw Refused.invalid("an image's reference has 1 to %d characters", LONGEST);
    }
    int at = text.indexOf('@');
    Optional<Digest> digest =
        at < 0 ? Optional.empty() : Optional.of(new Digest(text.substring(at + 1)));
    String rest = at < 0 ? text : text.substring(0, at);
    int colon = rest.lastIndexOf(':');
    boolean tagged = colon > rest.lastIndexOf('/');
    Optional<String> tag = tagged ? Optional.of(rest.substring(colon + 1)) : Optional.empty();
    String name = tagged ? rest.substring(0, colon) : rest;
    if (DIGITS.matcher(name).matches()) {
      throw Refused.invalid(
          "image '%s': a name cannot be 64 digits; a digest is written NAME@sha256:DIGITS", name);
    }
    int slash = name.indexOf('/');
    String first = slash < 0 ? "" : name.substring(0, slash);
    if (isRegistry(first)) {
      RegistryName registry = new RegistryName(first);
      return new Reference(registry, inLibrary(registry, name.substring(slash + 1)), tag, digest);
    }
    return new Reference(
        RegistryName.DOCKER_HUB, inLibrary(RegistryName.DOCKER_HUB, name), tag, digest);
  }

  private static boolean isRegistry(String first) {
    return first.contains(".")
        || first.contains(":")
        || first.equals("localhost")
        || first.chars().anyMatch(Character::isUpperCase);
  }

  private static String inLibrary(RegistryName registry, String name) {
    boolean official = registry.equals(RegistryName.DOCKER_HUB) && !name.contains("/");
    return official ? "library/" + name : name;
  }

  /** As people say it: without what Docker's rules would add, but for the tag. */
  public String familiar() {
    String name = registry + "/" + repository;
    if (registry.equals(RegistryName.DOCKER_HUB)) {
      name = repository.startsWith("library/") ? repository.substring(8) : repository;
    }
    return name + suffix();
  }

  /** What is asked for: the digest if there is one, else the tag. */
  String wanted() {
    return digest.map(Digest::value).or(() -> tag).orElseThrow();
  }

  private String suffix() {
    return tag.map(t -> ":" + t).orElse("") + digest.map(d -> "@" + d).orElse("");
  }

  @Override
  public String toString() {
    return registry + "/" + repository + suffix();
  }
}
