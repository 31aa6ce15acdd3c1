/**
 * Typed system calls over {@code java.lang.foreign}: mounts, namespaces, launching, control groups,
 * netlink, pidfds, terminals.
 *
 * <p>It may know nothing of zones, and nothing but the JDK. A method is one thing that we want of
 * the kernel; it throws {@link polder.linux.SyscallException} with the errno taken in the same
 * breath. No call here is {@code critical}. Nothing here changes the calling thread's namespaces or
 * credentials unless its name says so.
 */
package polder.linux;
