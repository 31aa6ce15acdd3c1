package polder.engine;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import polder.linux.DurableFile;
import polder.linux.SyscallException;
import polder.model.Network;
import polder.model.PolderException;
import polder.model.json.NetworkJson;

/** What is recorded of networks: a document for each, {@code networks/NAME.json}. */
final class NetworkStore implements AutoCloseable {
  private static final String ENDING = ".json";

  private final Folder folder;
  private final Map<String, String> damaged = new TreeMap<>();

  NetworkStore(HostPaths paths) {
    this.folder = Folder.open(paths.networks());
    try {
      DurableFile.sweep(folder.directory());
    } catch (SyscallException e) {
      // a state directory that cannot be written: leftovers harm nobody
    }
  }

  /** All that can be read; the others are {@link #damaged}. */
  List<Network> scan() {
    List<Network> networks = new ArrayList<>();
    for (String file : folder.names()) {
      if (file.endsWith(ENDING)) {
        String name = file.substring(0, file.length() - ENDING.length());
        try {
          Network network = NetworkJson.read(folder.read(file).orElseThrow());
          if (!network.name().equals(name)) {
            throw Document.damaged("it is of network '%s'".formatted(network.name()));
          }
          networks.add(network);
        } catch (PolderException e) {
          damaged.put(name, String.valueOf(e.getMessage()));
        }
      }
    }
    return networks;
  }

  /** The records that could not be read, and why. */
  Map<String, String> damaged() {
    return Map.copyOf(damaged);
  }

  /** Writes a record: it is on the disk when this returns. */
  void put(Network network) {
    Map<String, Object> tree = new LinkedHashMap<>(NetworkJson.write(network));
    tree.put("nics", 0L); // counted, not recorded
    tree.remove("problem");
    folder.keep(network.name() + ENDING, tree);
  }

  /** Removes a record, for good. */
  void remove(String name) {
    folder.remove(name + ENDING);
    folder.sync();
  }

  @Override
  public void close() {
    folder.close();
  }
}
