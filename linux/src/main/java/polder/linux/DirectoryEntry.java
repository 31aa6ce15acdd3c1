package polder.linux;

/**
 * One line of a directory's list: getdents64(2).
 *
 * @param name its name
 * @param type its kind, {@link FileType#UNKNOWN} where the file system does not say
 * @param inode its inode's number
 */
public record DirectoryEntry(FileName name, FileType type, long inode) {}
