package polder.engine;

import java.util.Optional;
import java.util.UUID;
import polder.model.Brand;

/** One thing to do for a zone: data, so that a plan can be printed, kept and compared. */
sealed interface Step {
  /** What it does, as one sentence for people. */
  String describe();

  /** Steps that make a dataset of another zone's. */
  sealed interface OfAnother extends Make {
    /** All processes of the zone that it is made of. */
    record Freeze(UUID from) implements OfAnother {
      @Override
      public String describe() {
        return "have zone %s stand still".formatted(from);
      }
    }

    /** The dataset that holds its root; of another zone's, as it is or was at a snapshot. */
    record Copy(UUID zone, UUID from, Optional<String> snapshot) implements OfAnother {
      @Override
      public String describe() {
        return "make dataset %s of zone %s%s"
            .formatted(zone, from, snapshot.map(name -> "@" + name).orElse(""));
      }
    }

    /** All processes of the zone that it is made of. */
    record Thaw(UUID from) implements OfAnother {
      @Override
      public String describe() {
        return "let zone %s go on".formatted(from);
      }
    }
  }

  /** Steps that make a zone. */
  sealed interface Make extends Step {
    /** The dataset that holds its root; from an image's layers, or empty. */
    record Dataset(UUID zone, Optional<UUID> image) implements Make {
      @Override
      public String describe() {
        return image
            .map(from -> "make dataset %s from image %s".formatted(zone, from))
            .orElseGet(() -> "make empty dataset " + zone);
      }
    }

    /** The dataset that holds its root, and its own volumes, as they were sent. */
    record Receive(UUID zone) implements Make {
      @Override
      public String describe() {
        return "receive what zone %s has".formatted(zone);
      }
    }

    /** A dataset of its that is there: its root's, or that of an own volume. */
    record Adopt(UUID zone, UUID dataset) implements Make {
      @Override
      public String describe() {
        return "take over dataset %s of zone %s".formatted(dataset, zone);
      }
    }

    /**
     * A volume that goes with it, with what another zone's own has, or had at a snapshot.
     *
     * @param target where it is mounted
     * @param from the other zone
     * @param original where that one has its own
     */
    record CopyOwn(UUID zone, String target, UUID from, String original, Optional<String> snapshot)
        implements Make {
      @Override
      public String describe() {
        return "make the own volume of zone %s at %s of zone %s%s"
            .formatted(zone, target, from, snapshot.map(name -> "@" + name).orElse(""));
      }
    }

    /** What tells it from the zone that it is made of. */
    record Renew(UUID zone, Brand brand) implements Make {
      @Override
      public String describe() {
        return "give zone %s a machine id and keys of its own".formatted(zone);
      }
    }

    /** What its brand puts into a new root. */
    record Install(UUID zone, Brand brand) implements Make {
      @Override
      public String describe() {
        return "install brand %s in zone %s".formatted(brand.word(), zone);
      }
    }

    /** A volume that goes with it, with what its image has there. */
    record Own(UUID zone, String target) implements Make {
      @Override
      public String describe() {
        return "make the own volume of zone %s at %s".formatted(zone, target);
      }
    }

    /** A volume that goes with it, which is sent with it. */
    record ExpectOwn(UUID zone, String target) implements Make {
      @Override
      public String describe() {
        return "note the own volume of zone %s at %s".formatted(zone, target);
      }
    }

    /** Where its output goes. */
    record Log(UUID zone) implements Make {
      @Override
      public String describe() {
        return "make the log directory of zone " + zone;
      }
    }

    /** The record that says that there is such a zone: the last step, from here on there is. */
    record Keep(UUID zone) implements Make {
      @Override
      public String describe() {
        return "write the record of zone " + zone;
      }
    }
  }

  /** Steps that make a zone run. */
  sealed interface Boot extends Step {
    /** What says that it is meant to run in this boot. */
    record RunFile(UUID zone) implements Boot {
      @Override
      public String describe() {
        return "note that zone %s starts".formatted(zone);
      }
    }

    /** That it starts with the host from now on. */
    record Autoboot(UUID zone) implements Boot {
      @Override
      public String describe() {
        return "note that zone %s starts with the host".formatted(zone);
      }
    }

    /** Its control group, with its limits. */
    record Cgroup(UUID zone) implements Boot {
      @Override
      public String describe() {
        return "make the control group of zone %s and set its limits".formatted(zone);
      }
    }

    /** The FIFOs of its streams, and the log that reads them. */
    record Streams(UUID zone) implements Boot {
      @Override
      public String describe() {
        return "connect the output of zone %s to its log".formatted(zone);
      }
    }

    /** The socket at which it asks for its metadata. */
    record Metadata(UUID zone) implements Boot {
      @Override
      public String describe() {
        return "make the metadata socket of zone " + zone;
      }
    }

    /** Namespaces, mounts, sandbox: up to the first process, which waits. */
    record Prepare(UUID zone) implements Boot {
      @Override
      public String describe() {
        return "prepare the first process of zone " + zone;
      }
    }

    /** Its network cards, with their addresses and routes. */
    record Vnics(UUID zone) implements Boot {
      @Override
      public String describe() {
        return "plug the network cards of zone " + zone;
      }
    }

    /** Its pid, so that it is found again. */
    record Pid(UUID zone) implements Boot {
      @Override
      public String describe() {
        return "note the first process of zone " + zone;
      }
    }

    /** Its program runs. */
    record Go(UUID zone) implements Boot {
      @Override
      public String describe() {
        return "execute the program of zone " + zone;
      }
    }

    /** That what was noted at its start stays, however it ends. */
    record Settle(UUID zone) implements Boot {
      @Override
      public String describe() {
        return "note that zone %s was started".formatted(zone);
      }
    }
  }

  /** Steps that take down what a run left; each is fine with having been done already. */
  sealed interface Clear extends Step {
    /** Every process of it. */
    record Processes(UUID zone) implements Clear {
      @Override
      public String describe() {
        return "end all processes of zone " + zone;
      }
    }

    /** The rest of its output goes to the log. */
    record Streams(UUID zone) implements Clear {
      @Override
      public String describe() {
        return "take the last output of zone " + zone;
      }
    }

    /** What its network cards may send; they end with its processes. */
    record Vnics(UUID zone) implements Clear {
      @Override
      public String describe() {
        return "unplug the network cards of zone " + zone;
      }
    }

    /** The control group, empty now. */
    record Cgroup(UUID zone) implements Clear {
      @Override
      public String describe() {
        return "remove the control group of zone " + zone;
      }
    }

    /** How it ended. */
    record Exit(UUID zone) implements Clear {
      @Override
      public String describe() {
        return "note how zone %s ended".formatted(zone);
      }
    }

    /** What said that it runs. */
    record RunFile(UUID zone) implements Clear {
      @Override
      public String describe() {
        return "remove the run files of zone " + zone;
      }
    }
  }

  /** Steps that take a zone away; each is fine with having been done already. */
  sealed interface Drop extends Step {
    /** The volumes that go with it. */
    record Own(UUID zone) implements Drop {
      @Override
      public String describe() {
        return "destroy the own volumes of zone " + zone;
      }
    }

    /** Its root and all that is in it. */
    record Dataset(UUID zone) implements Drop {
      @Override
      public String describe() {
        return "destroy dataset " + zone;
      }
    }

    /** What it wrote. */
    record Log(UUID zone) implements Drop {
      @Override
      public String describe() {
        return "remove the log of zone " + zone;
      }
    }

    /** Its record. */
    record Forget(UUID zone) implements Drop {
      @Override
      public String describe() {
        return "remove the record of zone " + zone;
      }
    }
  }

  /** The record that says that a zone was deleted, and until when it is kept. */
  record Retain(UUID zone) implements Step {
    @Override
    public String describe() {
      return "note that zone %s is deleted and kept".formatted(zone);
    }
  }

  /** Steps that hold a zone in its place, or let it go on. */
  sealed interface Hold extends Step {
    /** All its processes. */
    record Freeze(UUID zone) implements Hold {
      @Override
      public String describe() {
        return "freeze the processes of zone " + zone;
      }
    }

    /** All its processes. */
    record Thaw(UUID zone) implements Hold {
      @Override
      public String describe() {
        return "thaw the processes of zone " + zone;
      }
    }
  }

  /** Steps that take snapshots of zones at one instant. */
  sealed interface Snap extends Step {
    /** What it wrote goes to the disk, so that it stands still the shorter. */
    record Settle(UUID zone) implements Snap {
      @Override
      public String describe() {
        return "bring what zone %s wrote to the disk".formatted(zone);
      }
    }

    /** All its processes. */
    record Freeze(UUID zone) implements Snap {
      @Override
      public String describe() {
        return "have zone %s stand still".formatted(zone);
      }
    }

    /** What it has on its disk. */
    record Take(UUID zone, String name) implements Snap {
      @Override
      public String describe() {
        return "take snapshot '%s' of zone %s".formatted(name, zone);
      }
    }

    /** All its processes. */
    record Thaw(UUID zone) implements Snap {
      @Override
      public String describe() {
        return "let zone %s go on".formatted(zone);
      }
    }

    /** From here on they are there. */
    record Count(String name) implements Snap {
      @Override
      public String describe() {
        return "note that snapshot '%s' is whole".formatted(name);
      }
    }
  }

  /** Steps that bring back what a zone was. */
  sealed interface Back extends Step {
    /** Its datasets, as they were. */
    record Restore(UUID zone, String name) implements Back {
      @Override
      public String describe() {
        return "roll zone %s back to snapshot '%s'".formatted(zone, name);
      }
    }

    /** That it is due to be started. */
    record Due(UUID zone) implements Back {
      @Override
      public String describe() {
        return "note that zone %s is to be started again".formatted(zone);
      }
    }

    /** That it may run with what it has now. */
    record Done(UUID zone) implements Back {
      @Override
      public String describe() {
        return "note that zone %s is rolled back".formatted(zone);
      }
    }
  }

  /** Steps that change a zone. */
  sealed interface Alter extends Step
      permits Alter.Limits,
          Alter.Compression,
          Alter.Cards,
          Alter.Quota,
          Alter.Wall,
          Alter.Keep,
          Replug {
    /** The limits of its control group, while it runs. */
    record Limits(UUID zone) implements Alter {
      @Override
      public String describe() {
        return "set the limits of zone " + zone;
      }
    }

    /** How what is written to its datasets is made smaller. */
    record Compression(UUID zone) implements Alter {
      @Override
      public String describe() {
        return "set the compression of zone " + zone;
      }
    }

    /** What its network cards publish, and how fast they are, while it runs. */
    record Cards(UUID zone) implements Alter {
      @Override
      public String describe() {
        return "change the network cards of zone " + zone;
      }
    }

    /** How much its dataset may have. */
    record Quota(UUID zone) implements Alter {
      @Override
      public String describe() {
        return "set the quota of zone " + zone;
      }
    }

    /** What the firewall lets pass to it and from it, and what it is to the firewall's rules. */
    record Wall(UUID zone) implements Alter {
      @Override
      public String describe() {
        return "bring the firewall up to date for zone " + zone;
      }
    }

    /** Its record. */
    record Keep(UUID zone) implements Alter {
      @Override
      public String describe() {
        return "write the changed record of zone " + zone;
      }
    }
  }

  /** Steps that make, change or take away a volume. */
  sealed interface Volume extends Step {
    /** What its files lie in. */
    record Dataset(UUID volume) implements Volume {
      @Override
      public String describe() {
        return "make the dataset of volume " + volume;
      }
    }

    /** How much it may have. */
    record Quota(UUID volume) implements Volume {
      @Override
      public String describe() {
        return "set the quota of volume " + volume;
      }
    }

    /** The record that says that there is such a volume. */
    record Keep(UUID volume) implements Volume {
      @Override
      public String describe() {
        return "write the record of volume " + volume;
      }
    }

    /** All that is in it. */
    record Destroy(UUID volume) implements Volume {
      @Override
      public String describe() {
        return "destroy the dataset of volume " + volume;
      }
    }

    /** Its record. */
    record Forget(UUID volume) implements Volume {
      @Override
      public String describe() {
        return "remove the record of volume " + volume;
      }
    }
  }
}
