package polder.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilesLayoutTest {
  @TempDir Path temp;

  @Test
  @DisplayName("J-11 the layouts and flags of the file calls are those of the C headers")
  void layoutsAreThoseOfTheHeaders() throws Exception {
    String source =
        """
        #define _GNU_SOURCE
        #include <fcntl.h>
        #include <stdio.h>
        #include <stddef.h>
        #include <time.h>
        #include <linux/falloc.h>
        #include <linux/limits.h>
        #include <linux/openat2.h>
        #include <linux/prctl.h>
        #include <linux/securebits.h>
        #include <linux/stat.h>
        #include <linux/types.h>
        struct linux_dirent64 {
          __u64 d_ino; __s64 d_off; unsigned short d_reclen; unsigned char d_type; char d_name[];
        };
        #define O(s, m) printf(#m " %zu\\n", offsetof(struct s, m));
        #define V(v) printf(#v " %llu\\n", (unsigned long long) (v));
        int main() {
          printf("statx %zu\\n", sizeof(struct statx));
          O(statx, stx_nlink) O(statx, stx_uid) O(statx, stx_gid) O(statx, stx_mode)
          O(statx, stx_ino) O(statx, stx_size) O(statx, stx_blocks) O(statx, stx_atime)
          O(statx, stx_ctime) O(statx, stx_mtime) O(statx, stx_rdev_major) O(statx, stx_dev_major)
          O(statx, stx_mnt_id) O(statx_timestamp, tv_nsec)
          O(open_how, flags) O(open_how, mode) O(open_how, resolve)
          printf("open_how %zu\\n", sizeof(struct open_how));
          printf("timespec %zu\\n", sizeof(struct timespec));
          O(linux_dirent64, d_reclen) O(linux_dirent64, d_type) O(linux_dirent64, d_name)
          V(O_CREAT) V(O_EXCL) V(O_NOCTTY) V(O_APPEND) V(O_NONBLOCK) V(O_DIRECTORY)
          V(O_NOFOLLOW) V(O_CLOEXEC) V(O_PATH) V(O_TMPFILE)
          V(RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS | RESOLVE_IN_ROOT)
          V(RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH)
          V(STATX_BASIC_STATS | STATX_MNT_ID) V(AT_EMPTY_PATH) V(AT_SYMLINK_NOFOLLOW)
          V(AT_REMOVEDIR) V(AT_SYMLINK_FOLLOW) V(RENAME_NOREPLACE) V(RENAME_EXCHANGE)
          V(FALLOC_FL_KEEP_SIZE) V(FALLOC_FL_PUNCH_HOLE) V(SEEK_DATA) V(SEEK_HOLE)
          V(PR_SET_SECUREBITS) V(SECBIT_NO_SETUID_FIXUP)
          V(NAME_MAX) V(PATH_MAX) V(XATTR_SIZE_MAX) V(XATTR_LIST_MAX)
          return 0;
        }
        """;
    String expected =
        """
        statx %d
        stx_nlink 16
        stx_uid 20
        stx_gid 24
        stx_mode 28
        stx_ino 32
        stx_size 40
        stx_blocks 48
        stx_atime 64
        stx_ctime 96
        stx_mtime 112
        stx_rdev_major 128
        stx_dev_major 136
        stx_mnt_id 144
        tv_nsec 8
        flags 0
        mode 8
        resolve 16
        open_how 24
        timespec 16
        d_reclen 16
        d_type 18
        d_name 19
        O_CREAT %d
        O_EXCL %d
        O_NOCTTY %d
        O_APPEND %d
        O_NONBLOCK %d
        O_DIRECTORY %d
        O_NOFOLLOW %d
        O_CLOEXEC %d
        O_PATH %d
        O_TMPFILE %d
        RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS | RESOLVE_IN_ROOT %d
        RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH %d
        STATX_BASIC_STATS | STATX_MNT_ID 6143
        AT_EMPTY_PATH %d
        AT_SYMLINK_NOFOLLOW %d
        AT_REMOVEDIR 512
        AT_SYMLINK_FOLLOW 1024
        RENAME_NOREPLACE 1
        RENAME_EXCHANGE 2
        FALLOC_FL_KEEP_SIZE 1
        FALLOC_FL_PUNCH_HOLE 2
        SEEK_DATA 3
        SEEK_HOLE 4
        PR_SET_SECUREBITS 28
        SECBIT_NO_SETUID_FIXUP 4
        NAME_MAX 255
        PATH_MAX 4096
        XATTR_SIZE_MAX 65536
        XATTR_LIST_MAX 65536
        """
            .formatted(
                Stat.SIZE,
                OpenFlags.O_CREAT,
                OpenFlags.O_EXCL,
                OpenFlags.O_NOCTTY,
                OpenFlags.O_APPEND,
                OpenFlags.O_NONBLOCK,
                OpenFlags.O_DIRECTORY,
                OpenFlags.O_NOFOLLOW,
                OpenFlags.O_CLOEXEC,
                OpenFlags.O_PATH,
                OpenFlags.O_TMPFILE,
                Walk.IN_ROOT.onOneMount().resolve(),
                Walk.NO_LINKS.resolve(),
                Stat.AT_EMPTY_PATH,
                Stat.AT_SYMLINK_NOFOLLOW);
    assertEquals(expected, Gcc.run(Gcc.compile(temp, source)));
  }
}
