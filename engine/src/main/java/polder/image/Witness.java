package polder.image;

import java.util.List;
import polder.linux.FileName;

/** Told what an archive is made of, while it is unpacked. */
interface Witness {
  /** Who does not want to know. */
  Witness NOBODY =
      new Witness() {
        @Override
        public void between(byte[] buffer, int offset, int length) {}

        @Override
        public void contents(List<FileName> path, List<Extent> extents) {}

        @Override
        public void replaced() {}
      };

  /** Bytes of the archive that go into no file: headers, and what fills blocks up. */
  void between(byte[] buffer, int offset, int length);

  /** The contents of a file come now: all of {@code extents}, one after another. */
  void contents(List<FileName> path, List<Extent> extents);

  /** Something that was unpacked before made place: its contents may be nowhere any more. */
  void replaced();
}
