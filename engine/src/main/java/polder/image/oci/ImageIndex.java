package polder.image.oci;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import polder.model.ErrorKind;
import polder.model.PolderException;

/**
 * Images of one name for several machines: OCI image specification 1.1, image-index.md; Docker's
 * manifest list.
 *
 * @param manifests in order of preference
 */
public record ImageIndex(List<Descriptor> manifests) implements ImageDocument {
  public ImageIndex {
    manifests = List.copyOf(manifests);
  }

  /**
   * The first that {@code host} runs; the only one there is, if it does not say what it is for.
   *
   * @throws PolderException UNSUPPORTED if there is none, with those that there are
   */
  public Descriptor choose(Platform host) {
    Optional<Descriptor> found =
        manifests.stream()
            .filter(each -> each.platform().map(host::runs).orElse(manifests.size() == 1))
            .findFirst();
    return found.orElseThrow(
        () ->
            new PolderException(
                ErrorKind.UNSUPPORTED,
                "the image is not for this machine, %s: there is it for %s"
                    .formatted(host, platforms())));
  }

  private String platforms() {
    String all =
        manifests.stream()
            .flatMap(each -> each.platform().stream())
            .filter(each -> !each.os().equals("unknown")) // attestations, not images
            .map(each -> Malformed.shown(each.toString()))
            .limit(20)
            .collect(Collectors.joining(", "));
    return all.isEmpty() ? "nothing that is named" : all;
  }
}
