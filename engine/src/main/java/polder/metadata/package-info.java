/**
 * Tells zones of themselves, and takes what they leave: SmartOS's metadata protocol.
 *
 * <p>A zone asks at a Unix socket, a vm's guest at its second serial port; for either there is one
 * {@link polder.metadata.Service}. Who asks is known by where it asks, not by what it says. What is
 * told is the engine's business: {@link polder.metadata.Metadata}.
 *
 * <p><b>All that comes is hostile.</b> A line is read strictly and has a length; a zone has so many
 * connections, and so many requests a second; all that is held for all of them together is bounded,
 * and who stops in the middle of something is hung up on. Who asks too much waits; it costs others
 * nothing.
 *
 * <p><b>Threads and locks.</b> One thread has all sockets and buffers to itself. What changes
 * something waits for the disk, so it is done on a virtual thread, of which a zone has as many as
 * connections. A zone that asks nothing costs a descriptor and no thread; nothing polls.
 *
 * <p><b>What survives what.</b> Nothing survives us: whoever comes after us binds and connects
 * anew.
 *
 * <p>It knows nothing of zones, records or paths.
 */
package polder.metadata;
