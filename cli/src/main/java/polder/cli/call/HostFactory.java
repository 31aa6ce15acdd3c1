package polder.cli.call;

import polder.model.Host;

/** The way to a host. */
@FunctionalInterface
public interface HostFactory {
  /**
   * Connects to the host, and starts its daemon where it may.
   *
   * @throws polder.model.PolderException UNREACHABLE if no host answers
   */
  Host connect();

  /** Begins in the background what connecting takes, where somebody is about to connect. */
  default void prepare() {}
}
