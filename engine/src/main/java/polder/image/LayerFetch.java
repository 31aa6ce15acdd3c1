package polder.image;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import polder.image.oci.Descriptor;
import polder.image.oci.Digest;
import polder.model.ErrorKind;
import polder.model.PolderException;
import polder.model.Progress;

/** Brings the layers of an image, several at once; the first that fails ends the others. */
final class LayerFetch {
  /** Twice as many as there are processors: one waits for the network or the disk. */
  private static final int AT_ONCE =
      Math.clamp(2L * Runtime.getRuntime().availableProcessors(), 4, 8);

  private LayerFetch() {}

  /**
   * Sees to it that all layers of {@code image} are here.
   *
   * @return how many bytes the files of all of them are
   */
  static long all(
      LayerStore store, LayeredImage image, Progress progress, Consumer<String> places) {
    ExecutorService threads =
        Executors.newFixedThreadPool(
            AT_ONCE, Thread.ofPlatform().daemon().name("polder-layer-", 0).factory());
    CompletionService<Long> ended = new ExecutorCompletionService<>(threads);
    List<Future<Long>> begun = new ArrayList<>();
    try {
      for (Map.Entry<Digest, Descriptor> part : image.parts().entrySet()) {
        begun.add(
            ended.submit(
                () ->
                    store.ensure(part.getKey(), part.getValue(), image.blobs(), progress, places)));
      }
      long bytes = 0;
      for (int i = 0; i < begun.size(); i++) {
        bytes += ended.take().get();
      }
      return bytes;
    } catch (ExecutionException e) {
      image.blobs().close();
      if (e.getCause() instanceof RuntimeException why) {
        throw why;
      }
      throw new PolderException(ErrorKind.HOST, "cannot unpack a layer: " + e.getCause(), e);
    } catch (InterruptedException e) {
      image.blobs().close();
      Thread.currentThread().interrupt();
      throw new PolderException(ErrorKind.WRONG_STATE, "fetching the image was interrupted", e);
    } finally {
      threads.shutdownNow();
      await(threads);
    }
  }

  /** What they have begun is taken away by themselves, before anybody goes on. */
  private static void await(ExecutorService threads) {
    try {
      if (!threads.awaitTermination(30, TimeUnit.SECONDS)) {
        System.getLogger("polder.image")
            .log(System.Logger.Level.WARNING, "a layer is still being unpacked");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
