package polder.model;

import java.util.List;

/** What a host says to the publication of ports. */
public interface HostPorts {
  /** A host on which nobody listens. */
  HostPorts FREE =
      new HostPorts() {
        @Override
        public boolean can(PublishedPort.Protocol protocol) {
          return true;
        }

        @Override
        public List<PublishedPort> listening() {
          return List.of();
        }
      };

  /** Whether its kernel can pass that protocol on. */
  boolean can(PublishedPort.Protocol protocol);

  /** Where programs of the host's own listen; as if each had published its port. */
  List<PublishedPort> listening();
}
