/**
 * A host over a socket. Made to start fast: no library but the JSON reader, no system call of its
 * own, a connection for each request and a thread only where something streams.
 */
package polder.api.client;
