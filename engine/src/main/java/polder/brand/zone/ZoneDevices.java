package polder.brand.zone;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import polder.linux.DeviceRule;
import polder.linux.FileType;
import polder.linux.MountAttribute;
import polder.linux.Stat;
import polder.linux.SyscallException;
import polder.model.Device;
import polder.model.ErrorKind;
import polder.model.Fault;
import polder.model.PolderException;
import polder.model.ZoneProperties;
import polder.model.ZoneSpec;

/** Which devices a zone has: the harmless ones, and what its payload asks for. */
final class ZoneDevices {
  /** null, zero, full, random, urandom, tty, console, ptmx, terminals; any node may be made. */
  private static final List<String> DEFAULT =
      List.of(
          "c 1:3 rwm",
          "c 1:5 rwm",
          "c 1:7 rwm",
          "c 1:8 rwm",
          "c 1:9 rwm",
          "c 5:0 rwm",
          "c 5:1 rwm",
          "c 5:2 rwm",
          "c 136:* rwm",
          "c *:* m",
          "b *:* m");

  private static final Set<String> TAKEN =
      Set.of(
          "null", "zero", "full", "random", "urandom", "tty", "console", "ptmx", "pts", "shm",
          "mqueue", "fd", "stdin", "stdout", "stderr");

  private ZoneDevices() {}

  /** Says which devices are not there, are none, or have no place. */
  static void verify(ZoneSpec spec, List<Fault> faults) {
    List<Device> devices = spec.get(ZoneProperties.DEVICES);
    Set<String> names = new HashSet<>();
    for (int i = 0; i < devices.size(); i++) {
      Device device = devices.get(i);
      String where = "devices[%d]".formatted(i);
      if (!device.target().matches("/dev(/[A-Za-z0-9_][A-Za-z0-9_.:+-]*){1,8}")) {
        faults.add(new Fault(where + ".target", "must be a plain path below /dev"));
      } else if (TAKEN.contains(first(name(device))) || !names.add(name(device))) {
        faults.add(new Fault(where + ".target", "'%s' is taken".formatted(device.target())));
      }
      try (HostFile _ = open(device)) {
        // it is there, and a device
      } catch (SyscallException | IllegalArgumentException e) {
        faults.add(new Fault(where + ".path", String.valueOf(e.getMessage())));
      }
    }
  }

  /** What the control group allows: the harmless ones, and exactly {@code nodes}. */
  static List<DeviceRule> rules(List<DeviceNode> nodes) {
    return Stream.concat(
            DEFAULT.stream().map(DeviceRule::parse), nodes.stream().map(ZoneDevices::rule))
        .toList();
  }

  private static DeviceRule rule(DeviceNode node) {
    Stat stat = Stat.of(node.mount());
    StringBuilder access = new StringBuilder();
    for (String letter : List.of("r", "w", "m")) {
      if (node.access().contains(letter)) {
        access.append(letter);
      }
    }
    return new DeviceRule(
        stat.type() == FileType.BLOCK_DEVICE ? 'b' : 'c',
        OptionalInt.of(stat.special().major()),
        OptionalInt.of(stat.special().minor()),
        access.toString());
  }

  /** The nodes beside the default ones, as they are now. */
  static List<DeviceNode> nodes(ZoneSpec spec, HostMounts mounts) {
    List<DeviceNode> nodes = new ArrayList<>();
    for (Device device : spec.get(ZoneProperties.DEVICES)) {
      Set<MountAttribute> attributes =
          EnumSet.of(MountAttribute.NO_SETUID, MountAttribute.NO_EXECUTE, MountAttribute.READ_ONLY);
      try (HostFile file = open(device)) {
        nodes.add(
            new DeviceNode(mounts.plain(file, attributes, false), name(device), device.access()));
      } catch (IllegalArgumentException e) {
        throw new PolderException(ErrorKind.INVALID, "devices: " + e.getMessage(), e);
      }
    }
    return nodes;
  }

  private static String name(Device device) {
    return device.target().substring("/dev/".length());
  }

  private static String first(String name) {
    return name.indexOf('/') < 0 ? name : name.substring(0, name.indexOf('/'));
  }

  /** Holds it, and makes sure that it is a device. */
  private static HostFile open(Device device) {
    HostFile file = HostFile.open(Path.of(device.path()));
    FileType type = file.stat().type();
    if (type != FileType.CHARACTER_DEVICE && type != FileType.BLOCK_DEVICE) {
      file.close();
      throw new IllegalArgumentException(device.path() + " is no device");
    }
    return file;
  }
}
