package polder.cli.call;

/**
 * A command line to copy.
 *
 * @param line what to type
 * @param meaning what comes of it
 */
public record Example(String line, String meaning) {}
