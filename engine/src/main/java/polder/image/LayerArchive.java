package polder.image;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.Set;
import polder.linux.Bytes;
import polder.linux.Directory;
import polder.linux.FileName;
import polder.linux.RegularFile;
import polder.linux.SyscallException;
import polder.model.Progress;

/** The archive of a layer that is here, made again from its files. */
final class LayerArchive implements AutoCloseable {
  private static final FileName SKELETON = FileName.of("skeleton");

  private final Directory layer;
  private final Packer.Form form;
  private final Directory root;

  /**
   * The archive of what is in {@code layer}, which closes with it.
   *
   * @param form how its files lie there
   */
  LayerArchive(Directory layer, Packer.Form form) {
    this.layer = layer;
    this.form = form;
    try {
      this.root = layer.enter(FileName.of("root"));
    } catch (SyscallException e) {
      layer.close();
      throw e;
    }
  }

  /** Whether it is, to the bit, the one that the layer came from. */
  boolean isExact() {
    return layer.find(SKELETON).isPresent();
  }

  /** Writes it to {@code out}, which stays open. */
  void write(OutputStream out, Progress progress) {
    try {
      if (isExact()) {
        try (RegularFile skeleton = layer.read(SKELETON);
            InputStream in = skeleton.input()) {
          Skeleton.rebuild(in, root, out);
        }
      } else {
        Set<Bytes> implied = new HashSet<>();
        ImpliedList.read(layer).forEach(path -> implied.add(Bytes.of("./").plus(path.value())));
        pack(implied, out, progress);
      }
    } catch (SyscallException e) {
      throw Refusal.failed("cannot read the files of a layer", e);
    } catch (IOException e) {
      throw Refusal.unwritten("cannot make the archive of a layer again", e);
    }
  }

  private void pack(Set<Bytes> implied, OutputStream out, Progress progress) {
    TarWriter tar = new TarWriter(out);
    new Packer(tar, Ids.AS_THEY_ARE, form, implied, progress).pack(root, Bytes.of("."));
    try {
      tar.finish();
    } catch (UncheckedIOException e) {
      throw Refusal.unwritten("cannot make the archive of a layer", e);
    }
  }

  @Override
  public void close() {
    root.close();
    layer.close();
  }
}
