/**
 * polderd. It opens the engine's host, which finds the zones that run, and then the doors; on
 * SIGTERM it closes them in the other order and zones run on. It may be killed at any time.
 *
 * <p>There is no configuration file: where things lie is {@code POLDER_HOME}'s, how much is logged
 * {@code POLDER_LOG}'s, and the rest the zones' own.
 */
package polder.daemon;
