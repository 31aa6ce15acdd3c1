/**
 * Commands on networks, and on the cards by which zones are on them: each parses its options and
 * makes one call of {@code Host}.
 */
package polder.cli.network;
