/**
 * HTTP/1.1 as registries speak it (RFC 9110, RFC 9112), over sockets of our own.
 *
 * <p>Whatever comes from a server is hostile: the head of an answer is bounded, its framing is read
 * strictly, and its body is a stream that is never held in memory. Time is bounded by {@link
 * polder.image.http.Pace}, below TLS, so that a server can neither stall nor trickle. A name is
 * looked up once for a connection; the addresses are looked at, and exactly those are connected to.
 *
 * <p>Redirects and authorization are for the caller: nothing here follows or repeats anything, but
 * for a request on a connection that the server had closed meanwhile.
 *
 * <p>A {@link polder.image.http.Http} holds the connections that are idle, under one lock, and
 * closes them with itself. It starts no thread.
 */
@NullMarked
package polder.image.http;

import org.jspecify.annotations.NullMarked;
