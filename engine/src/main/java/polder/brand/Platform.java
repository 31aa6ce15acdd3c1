package polder.brand;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import polder.linux.Cgroup;
import polder.model.ImageConfig;

/**
 * What is ready before a zone's first process.
 *
 * @param root its files
 * @param volumes where its volumes lie on the host, by where its payload mounts them
 * @param config what its image says; {@link ImageConfig#NONE} without one
 * @param ids its ids; empty only for a zone without a user namespace
 * @param cgroup its control group, with nobody in it; there as far as processes are born into it
 * @param stdio the ends of its streams
 * @param lan for a zone with a kernel of its own, which sees to its cards itself
 * @param control the directory of the host's with the sockets that it may connect to; empty if it
 *     may to none
 * @param rest makes the rest of the control group; done while the kernel makes the first process,
 *     and again if that has to be made again
 * @param limits limits the control group; done while the first process builds the root
 */
public record Platform(
    RootFiles root,
    Map<String, Path> volumes,
    ImageConfig config,
    Optional<IdRange> ids,
    Cgroup cgroup,
    Stdio stdio,
    Lan lan,
    Optional<Path> control,
    Runnable rest,
    Runnable limits) {
  public Platform {
    volumes = Map.copyOf(volumes);
  }
}
