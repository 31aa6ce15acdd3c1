package polder.network;

import java.util.function.BooleanSupplier;
import polder.linux.Fd;
import polder.linux.NftNews;
import polder.linux.Threads;

/**
 * Puts tables back that somebody else took away, as {@code nft flush ruleset} does: told by the
 * kernel, at once. Until they are back, some tens of milliseconds later, nothing holds cards that
 * are plugged to what is theirs.
 */
final class FlushWatch implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("polder.network");

  private final NftNews news;
  private final Thread thread;

  /**
   * Begins to watch.
   *
   * @param table ours, in whatever family
   * @param restore puts all back, if it is not there, and says whether that was so
   */
  FlushWatch(Fd host, String table, BooleanSupplier restore) {
    this.news = NftNews.of(host);
    this.thread =
        Thread.ofPlatform().name("polder-nftables").daemon().start(() -> watch(table, restore));
  }

  private void watch(String table, BooleanSupplier restore) {
    while (news.awaitLoss(table)) {
      try {
        if (restore.getAsBoolean()) {
          LOG.log(
              System.Logger.Level.WARNING,
              "somebody took the nftables tables %s away; they were put back".formatted(table));
        }
      } catch (RuntimeException e) {
        LOG.log(
            System.Logger.Level.ERROR,
            "the nftables tables %s cannot be put back: %s".formatted(table, e.getMessage()));
      }
    }
  }

  @Override
  public void close() {
    news.end();
    Threads.join(thread);
    news.close();
  }
}
