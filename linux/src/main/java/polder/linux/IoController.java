package polder.linux;

import java.util.OptionalLong;

/**
 * Weight of one control group at the disks, and what it moved: blkio-controller.rst, cgroup-v2.rst.
 */
final class IoController {
  private static final long DEFAULT_WEIGHT = 100;
  private static final long MAX_BFQ_WEIGHT = 1000; // block/bfq-iosched.h

  private final CgroupFolder folder;

  IoController(CgroupFolder folder) {
    this.folder = folder;
  }

  /**
   * Whether the kernel has a weight here: only with the scheduler BFQ, or version 2's cost model.
   */
  boolean weighs() {
    return folder.has(file());
  }

  /** Sets the weight, 1 to 10000; BFQ's range ends at 1000, above it all weights are alike. */
  void weigh(OptionalLong weight) {
    long value = weight.orElse(DEFAULT_WEIGHT);
    if (file().equals("io.weight")) {
      folder.write("io.weight", "default " + value);
    } else {
      folder.write(file(), Long.toString(Math.min(value, MAX_BFQ_WEIGHT)));
    }
  }

  private String file() {
    if (!folder.unified()) {
      return "blkio.bfq.weight";
    }
    return folder.has("io.weight") ? "io.weight" : "io.bfq.weight";
  }

  OptionalLong readBytes() {
    return folder.unified() ? keyed("rbytes=") : worded("Read");
  }

  OptionalLong writtenBytes() {
    return folder.unified() ? keyed("wbytes=") : worded("Write");
  }

  /** Version 2: "8:0 rbytes=1 wbytes=2 …", a line for each device. */
  private OptionalLong keyed(String key) {
    if (!folder.has("io.stat")) {
      return OptionalLong.empty();
    }
    long sum = 0;
    for (String word : folder.read("io.stat").split("\\s+", -1)) {
      if (word.startsWith(key)) {
        sum += Long.parseLong(word.substring(key.length()));
      }
    }
    return OptionalLong.of(sum);
  }

  /** Version 1: "8:0 Read 1", a line for each device and direction. */
  private OptionalLong worded(String direction) {
    String file = "blkio.throttle.io_service_bytes_recursive";
    if (!folder.has(file)) {
      return OptionalLong.empty();
    }
    long sum = 0;
    for (String line : folder.read(file).lines().toList()) {
      String[] fields = line.split(" ", -1);
      if (fields.length == 3 && fields[1].equals(direction)) {
        sum += Long.parseLong(fields[2]);
      }
    }
    return OptionalLong.of(sum);
  }
}
