package polder.network;

import java.util.Optional;
import polder.linux.Fd;
import polder.model.Network;

/** Is told where networks are, as they come about, change and go. */
public interface NetworkWatch {
  /** Nobody. */
  NetworkWatch NOBODY =
      new NetworkWatch() {
        @Override
        public void raised(Network network, Place place) {}

        @Override
        public void failed(Network network, String why) {}

        @Override
        public void lowered(Network network) {}
      };

  /**
   * Where the host is on a network.
   *
   * @param space the namespace that its addresses there are in; it stays the network's
   * @param device its interface there; empty if there is no other
   * @param identity another number if all of it was made anew
   */
  record Place(Fd space, Optional<String> device, long identity) {}

  /** A network is there, or is there otherwise. */
  void raised(Network network, Place place);

  /** A network is there, but nothing of ours could be put on it. */
  void failed(Network network, String why);

  /** A network is taken away. */
  void lowered(Network network);
}
