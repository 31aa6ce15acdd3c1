package polder.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import polder.linux.DurableFile;
import polder.linux.SyscallException;
import polder.model.Balance;
import polder.model.PolderException;
import polder.model.json.BalanceJson;

/** What is recorded of balances: a document for each, {@code balances/NAME.json}. */
final class BalanceStore implements AutoCloseable {
  private static final String ENDING = ".json";

  private final Folder folder;
  private final Map<String, String> damaged = new TreeMap<>();

  BalanceStore(HostPaths paths) {
    this.folder = Folder.open(paths.balances());
    try {
      DurableFile.sweep(folder.directory());
    } catch (SyscallException e) {
      // a state directory that cannot be written: leftovers harm nobody
    }
  }

  /** All that can be read; the others are {@link #damaged}. */
  List<Balance> scan() {
    List<Balance> balances = new ArrayList<>();
    for (String file : folder.names()) {
      if (file.endsWith(ENDING)) {
        String name = file.substring(0, file.length() - ENDING.length());
        try {
          Balance balance = BalanceJson.read(folder.read(file).orElseThrow());
          if (!balance.name().equals(name)) {
            throw Document.damaged("it is of balance '%s'".formatted(balance.name()));
          }
          balances.add(balance);
        } catch (PolderException e) {
          damaged.put(name, String.valueOf(e.getMessage()));
        }
      }
    }
    return balances;
  }

  /** The records that could not be read, and why. */
  Map<String, String> damaged() {
    return Map.copyOf(damaged);
  }

  /** Writes a record: it is on the disk when this returns. */
  void put(Balance balance) {
    Map<String, Object> tree = BalanceJson.write(balance.with(List.of())); // seen, not recorded
    folder.keep(balance.name() + ENDING, tree);
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
