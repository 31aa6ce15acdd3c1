package polder.image;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import polder.linux.Directory;
import polder.linux.FilePath;
import polder.linux.Node;
import polder.linux.RegularFile;
import polder.linux.SyscallException;
import polder.linux.Walk;
import polder.model.Progress;

/** What an unpacked tree is. */
final class Userland {
  private static final List<String> PROGRAMS =
      List.of("bin/sh", "usr/bin/env", "sbin/init", "bin/busybox", "usr/bin/bash", "bin/true");
  private static final int E_MACHINE = 18; // linux/elf.h
  private static final int EM_X86_64 = 62; // linux/elf-em.h
  private static final int EM_AARCH64 = 183;

  private Userland() {}

  /** Unpacks what {@code file} has, which is read to its end and stays open. */
  static Unpacked unpack(InputStream file, Directory root, Limits limits, Progress progress)
      throws IOException {
    // Not closed: the stream is the caller's. A decompressor of zstd holds memory of its own.
    try (Decompression contents = Decompression.of(new Unclosed(file), limits)) {
      Unpacked unpacked = Unpacker.unpack(contents, root, UnpackOptions.USERLAND, limits, progress);
      file.transferTo(OutputStream.nullOutputStream()); // belongs to the digest, too
      return unpacked;
    }
  }

  /** The processor that its programs are for; this host's if none is found. */
  static String arch(Directory root) {
    for (String program : PROGRAMS) {
      switch (machine(root, FilePath.of(program))) {
        case EM_X86_64 -> {
          return "amd64";
        }
        case EM_AARCH64 -> {
          return "arm64";
        }
        default -> {}
      }
    }
    return host();
  }

  /** The {@code e_machine} of an ELF file; 0 if it is none, or not there. */
  private static int machine(Directory root, FilePath program) {
    try (Node node = root.follow(program, Walk.IN_ROOT);
        RegularFile file = node.read()) {
      byte[] header = new byte[E_MACHINE + 2];
      int got = file.read(0, header, 0, header.length);
      boolean isElf = got == header.length && header[0] == 0x7f && header[1] == 'E';
      return isElf ? (header[E_MACHINE] & 0xff) | ((header[E_MACHINE + 1] & 0xff) << 8) : 0;
    } catch (SyscallException e) {
      return 0;
    }
  }

  private static String host() {
    return System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
  }
}
