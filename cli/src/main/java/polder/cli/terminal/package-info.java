/**
 * The caller's terminal and streams while they belong to a process in a zone.
 *
 * <p>The only package of the command line that touches {@code polder.linux}, and only when a
 * terminal is really needed: the first foreign call costs 18 ms.
 */
package polder.cli.terminal;
