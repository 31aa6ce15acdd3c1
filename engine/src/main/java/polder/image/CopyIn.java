package polder.image;

import java.io.IOException;
import java.io.InputStream;
import polder.linux.Directory;
import polder.linux.FileOwner;
import polder.linux.FilePath;
import polder.linux.SyscallException;
import polder.linux.Walk;
import polder.model.ErrorKind;
import polder.model.PolderException;
import polder.model.Progress;

/**
 * Files into a zone: an archive is unpacked into one of its directories, along the zone's own links
 * and never beyond its root, whatever the zone does meanwhile.
 */
public final class CopyIn {
  private CopyIn() {}

  /**
   * Unpacks {@code archive}, compressed or not, into the directory {@code path}. What was made
   * stays when it fails.
   *
   * @param root the zone's root: as on disk if it is stopped, else that of its first process
   * @param ids how ids stand there
   * @throws PolderException NOT_FOUND if there is no such directory; INVALID for a bad archive
   */
  public static Unpacked unpack(
      InputStream archive,
      Directory root,
      FilePath path,
      Ids ids,
      Limits limits,
      Progress progress) {
    check(root, path);
    UnpackOptions options =
        new UnpackOptions(UnpackOptions.Whiteouts.NONE, UnpackOptions.Existing.KEPT, ids);
    try {
      Decompression contents = Decompression.of(archive, limits);
      if (!ids.isShifted()) {
        return Unpacker.unpack(
            contents, root, path.names(), options, limits, progress, Witness.NOBODY);
      }
      return FileOwner.make(
          ids.base(),
          ids.base(),
          () ->
              Unpacker.unpack(
                  contents, root, path.names(), options, limits, progress, Witness.NOBODY));
    } catch (PolderException e) {
      throw e;
    } catch (SyscallException e) {
      throw Refusal.failed("cannot copy to '" + path + "'", e);
    } catch (IOException e) {
      throw Refusal.unreadable(e);
    } catch (Exception e) {
      throw new PolderException(ErrorKind.HOST, "cannot copy to '" + path + "': " + e, e);
    }
  }

  private static void check(Directory root, FilePath path) {
    try (Directory directory = root.enter(FilePath.of(path.names()), Walk.IN_ROOT)) {
      Destination.refuseKernelsOwn(directory);
    } catch (SyscallException e) {
      throw Refusal.failed("cannot copy to the directory '" + path + "'", e);
    } catch (IllegalArgumentException e) {
      throw Refusal.invalid("cannot copy to '%s': %s", path, String.valueOf(e.getMessage()));
    }
  }
}
