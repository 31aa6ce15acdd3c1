/**
 * The REST door's server.
 *
 * <p>{@link polder.api.server.ApiServer} opens it. A request becomes an {@code Exchange}, the table
 * of {@code Routes} finds who does it, a {@code Call} checks it against the table, and one place
 * turns failures into answers. Only {@code Jetty…} knows who serves HTTP. Answers that go on are
 * counted in {@code Streams}; work that goes on is kept in {@code Operations}; neither survives the
 * daemon, and need not: the zones do.
 */
package polder.api.server;
