package polder.cli.image;

import java.io.BufferedInputStream;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import polder.cli.call.Caller;
import polder.model.Image;
import polder.model.ImageRequest;
import polder.model.PolderException;
import polder.model.Progress;

/** An image from what a program of the caller's writes. */
final class FromChild {
  private static final int AT_ONCE = 1 << 17;

  private FromChild() {}

  /** Takes it in; if the program fails, that is what is told. */
  static Image take(Caller caller, ChildOutput child, ImageRequest request, Progress progress) {
    InputStream tarball = new BufferedInputStream(child, AT_ONCE);
    try {
      return caller.ask(host -> host.images().importTarball(tarball, request, progress));
    } catch (PolderException e) {
      throw child.explain(e);
    }
  }

  /** What is in a directory of the caller's, as it is seen by the caller; no link is followed. */
  static ChildOutput directory(Path directory) {
    List<String> command =
        List.of(
            "tar",
            "--create",
            "--file=-",
            "--format=posix",
            "--numeric-owner",
            "--sparse",
            "--xattrs",
            "--xattrs-include=user.*",
            "--xattrs-include=security.capability",
            "--one-file-system",
            "--sort=name",
            "--directory=" + directory.toAbsolutePath(),
            ".");
    return ChildOutput.of(command, "install the package tar", line -> {});
  }
}
