package polder.model;

import java.util.Optional;
import java.util.UUID;

/** Whom one side of a firewall rule speaks of. */
public sealed interface FirewallTarget {
  /** As it is written in a rule. */
  String text();

  /** Whether it can be a zone, so that a rule that names it is held by zones. */
  default boolean isInstance() {
    return switch (this) {
      case AllVms _, Tag _, Vm _ -> true;
      case Any _, Address _, Net _ -> false;
    };
  }

  /** Everybody. */
  record Any() implements FirewallTarget {
    @Override
    public String text() {
      return "any";
    }
  }

  /** Every zone, and every remote VM. */
  record AllVms() implements FirewallTarget {
    @Override
    public String text() {
      return "all vms";
    }
  }

  /** Who has that address. */
  record Address(IpAddress address) implements FirewallTarget {
    @Override
    public String text() {
      return "ip " + address;
    }
  }

  /** Who has an address in that network; its bits beyond the prefix are zeros. */
  record Net(Cidr cidr) implements FirewallTarget {
    public Net {
      cidr = cidr.network();
    }

    @Override
    public String text() {
      return "subnet " + cidr;
    }
  }

  /** Who has that tag; with that value, where one is given. */
  record Tag(String name, Optional<String> value) implements FirewallTarget {
    @Override
    public String text() {
      return "tag "
          + FirewallScanner.quote(name)
          + value.map(each -> " = " + FirewallScanner.quote(each)).orElse("");
    }
  }

  /** The zone, or the remote VM, with that uuid. */
  record Vm(UUID uuid) implements FirewallTarget {
    @Override
    public String text() {
      return "vm " + uuid;
    }
  }
}
