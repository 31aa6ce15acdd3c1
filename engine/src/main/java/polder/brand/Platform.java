package polder.brand;

import java.util.Optional;
import polder.linux.Cgroup;
import polder.model.ImageConfig;

/**
 * What is ready before a zone's first process.
 *
 * @param root its files
 * @param config what its image says; {@link ImageConfig#NONE} without one
 * @param ids its ids; empty only for a zone without a user namespace
 * @param cgroup its control group, made and limited, with nobody in it
 * @param stdio the ends of its streams
 */
public record Platform(
    RootFiles root, ImageConfig config, Optional<IdRange> ids, Cgroup cgroup, Stdio stdio) {}
