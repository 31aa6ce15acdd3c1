/**
 * How polder is called: words, options, streams, and what every command is made of.
 *
 * <p>The parser is our own: picocli costs 50 ms of a 30 ms JVM even with an ahead-of-time cache,
 * and the table that it would need for help, manual pages and completions is {@link
 * polder.cli.call.Usage}.
 */
package polder.cli.call;
