package polder.model;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;

/** The images that a host keeps. */
public interface Images {
  /**
   * Takes in an image in one file: a root file system tarball, plain, gzip, xz or zstd; or a
   * tarball with an OCI layout, what {@code docker save} writes, or an image of Incus.
   *
   * <p>The same content again gets the new name and costs no room.
   *
   * @throws PolderException INVALID for what is no such archive, or a hostile one; NO_ROOM
   */
  Image importTarball(InputStream tarball, ImageRequest request, Progress progress);

  /**
   * Fetches an image from its registry; what is here already is not fetched. Its name, without what
   * Docker's rules add to it, means what is fetched from now on. A pull that broke off goes on
   * where it was when it is asked for again.
   *
   * @param reference {@code [REGISTRY/]NAME[:TAG][@DIGEST]}, with Docker's rules for what is left
   *     out: {@code debian} is {@code docker.io/library/debian:latest}
   * @throws PolderException INVALID for what is no reference, and where what comes is not what its
   *     digest says; NOT_FOUND and DENIED as the registry says; UNAVAILABLE and TIMED_OUT where it
   *     cannot be reached; UNSUPPORTED if there is none for this machine; NO_ROOM
   */
  Image pull(String reference, Progress progress);

  /**
   * Writes an image down for others, such as another host's {@link #importTarball}. The same image
   * gives the same bytes, and there it is the same image; but one that did not come in layers goes
   * out with one, and a layer whose archive had a file twice is packed anew: then it has another
   * digest there.
   *
   * @param out stays open; what was written stays when it fails
   * @throws PolderException NOT_FOUND; UNSUPPORTED for zstd without its library; NO_ROOM if there
   *     is none for its largest layer; INVALID if a file's name begins with {@code .wh.}, which
   *     hides a file; HOST if its files are not any more what they were
   */
  void export(String reference, ImageFormat format, OutputStream out, Progress progress);

  /**
   * Sends an image to a registry, by a tag there: layers that the registry has are not sent, so a
   * push that broke off goes on where it was. As with {@link #export}, an image that came in layers
   * is the same image there.
   *
   * @param to {@code [REGISTRY/]NAME[:TAG]}, as for {@link #pull}
   * @return the digest of its manifest, by which the registry has it
   * @throws PolderException INVALID for what is no such reference; NOT_FOUND; DENIED where the
   *     registry does not allow it; UNAVAILABLE and TIMED_OUT where it cannot be reached; NO_ROOM
   */
  String push(String reference, String to, Progress progress);

  /**
   * Makes an image of a zone: what it has beyond the image that it was made from is one layer more.
   * A native zone, or one that was made from none, gives an image of one layer. All is as the zone
   * has it, its identity, its keys and logs too; one that runs stands still for a moment.
   *
   * @param snapshot which of its snapshots; empty for what is on its disk now
   * @param request what it is to be called; its words of how it is run come before those of the
   *     zone's payload, and those before the origin's
   * @throws PolderException NOT_FOUND, also of the snapshot; EXISTS if another image has the name;
   *     INVALID if a file's name begins with {@code .wh.}; NO_ROOM
   */
  Image create(ZoneRef zone, Optional<String> snapshot, ImageRequest request, Progress progress);

  /** All images, by name and tag. */
  List<Image> list();

  /** The image with that uuid, digest (or its beginning, 12 digits at least) or name[:tag]. */
  Image get(String reference);

  /** Gives it one more name; takes the name from the image that has it. */
  Image tag(String reference, String nameAndTag);

  /**
   * Takes it away.
   *
   * @throws PolderException WRONG_STATE while a zone is made from it
   */
  void delete(String reference);

  /** What each image takes of the disk, the one that takes most first. */
  List<ImageUsage> usage();

  /**
   * Takes away the images that have no name any more and that no zone is made from, and the layers
   * that broken pulls left. What is in use, or is being pulled meanwhile, stays.
   *
   * @param all also those that have a name
   * @param dryRun nothing is taken away, only told
   */
  ImagePruning prune(boolean all, boolean dryRun);
}
