package polder.model;

/**
 * What reading all of a pool found.
 *
 * @param bytes how much was read
 * @param errors how many blocks could not be read, or were not as they were written
 * @param corrected how many of them were put right from a second copy
 */
public record PoolScrub(long bytes, long errors, long corrected) {}
