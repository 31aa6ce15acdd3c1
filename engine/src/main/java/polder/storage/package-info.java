/**
 * Where zones' files lie on the host.
 *
 * <p>A zone has one dataset, made when the zone is created and destroyed with it. Ids on disk are
 * the natural ones: 0 is root. What a zone sees as whose is a matter of the mount, not of the disk.
 *
 * <p>A dataset appears and vanishes by rename(2) in one directory, so after a crash it is either
 * there whole or not at all; what a crash leaves over is swept when the storage is opened. After a
 * power cut that is so for what was synced; between two syncs the file system keeps the order. One
 * {@link polder.storage.Storage} is open on a directory at a time, which its opener sees to. All
 * methods may be called from several threads, for different zones.
 *
 * <p>A dataset has snapshots, which go with it. A rollback is one exchange of two names, so the
 * dataset is what it was before or what the snapshot is, never between. Whoever asks for a snapshot
 * has frozen or stopped the zone.
 *
 * <p>This package knows nothing of images, brands or running zones: whoever destroys a dataset has
 * seen to it that nobody uses it.
 */
package polder.storage;
