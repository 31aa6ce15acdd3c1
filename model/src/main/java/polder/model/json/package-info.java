/**
 * Reads and writes JSON (RFC 8259) as plain trees, strictly.
 *
 * <p>Streaming jackson-core only: binding costs the command line 45 ms a start, and the property
 * table reads its own types.
 */
package polder.model.json;
