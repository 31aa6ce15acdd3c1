package polder.bench;

/** What a JVM costs that does nothing. */
public final class Hello {
  private Hello() {}

  /** Prints hello. */
  public static void main(String[] words) {
    System.out.println("hello");
  }
}
