package polder.brand;

import polder.linux.Fd;

/**
 * The zone's ends of its first process's streams. They stay the caller's, who closes them once the
 * zone is prepared. With a terminal they are unused.
 *
 * @param in standard input
 * @param out standard output
 * @param err standard error
 */
public record Stdio(Fd in, Fd out, Fd err) {}
