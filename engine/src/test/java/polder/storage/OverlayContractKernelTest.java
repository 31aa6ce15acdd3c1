package polder.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernel")
class OverlayContractKernelTest extends StorageContract {
  @Override
  String place() {
    return temp.resolve("storage").toString();
  }

  @Override
  Storage open(Function<String, Consumer<String>> failpoints) {
    return OverlayStorage.open(Path.of(place()), failpoints);
  }

  @Override
  void shut(Storage storage) {
    ((OverlayStorage) storage).close();
  }

  @Test
  void aDamagedDescriptionCostsTheAgeOnly() throws Exception {
    UUID zone = UUID.randomUUID();
    Storage storage = OverlayStorage.open(temp.resolve("other"));
    try {
      storage.create(zone, List.of());
      storage.snapshot(zone, "s");
      Path about = temp.resolve("other/" + zone + "/snapshots/s/about");
      for (String damage : List.of("", "\n", "yesterday\n1\n", "\0")) {
        Files.writeString(about, damage);
        assertEquals("s", storage.snapshots(zone).getFirst().name());
      }
      Files.delete(about);
      assertEquals("s", storage.snapshots(zone).getFirst().name());
      storage.rollback(zone, "s");
    } finally {
      shut(storage);
    }
  }
}
