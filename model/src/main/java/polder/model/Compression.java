package polder.model;

/** How a layer or an archive that goes out is compressed. */
public enum Compression {
  /** Not at all. */
  NONE,
  /** As everybody reads it: RFC 1952. */
  GZIP,
  /** Smaller and faster; read by Docker from 23.0 on, podman and containerd: RFC 8878. */
  ZSTD
}
