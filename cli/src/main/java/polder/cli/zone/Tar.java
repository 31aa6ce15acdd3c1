package polder.cli.zone;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import polder.model.ErrorKind;
import polder.model.PolderException;

/** tar(1), the caller's own, for the caller's own files. */
final class Tar {
  /** Works with the stream between tar and the zone. */
  @FunctionalInterface
  interface Work<S> {
    void with(S stream) throws IOException;
  }

  private Tar() {}

  /**
   * Packs {@code name} in {@code directory} under the name {@code as}.
   *
   * @param owners whether it keeps its owners; else they are root
   */
  static void pack(Path directory, String name, String as, boolean owners, Work<InputStream> work)
      throws IOException {
    List<String> command = new ArrayList<>(List.of("tar", "-c", "--numeric-owner", "-f", "-"));
    if (!owners) {
      command.addAll(List.of("--owner=0", "--group=0"));
    }
    if (!as.equals(name)) {
      command.add(renaming(as));
    }
    command.addAll(List.of("-C", directory.toString(), "--", name));
    Process tar = start(command, ProcessBuilder.Redirect.PIPE, ProcessBuilder.Redirect.PIPE);
    tar.getOutputStream().close();
    try (InputStream out = tar.getInputStream()) {
      work.with(out);
    } catch (PolderException | IOException e) {
      tar.destroy();
      throw e;
    }
    end(tar, "pack '" + directory.resolve(name) + "'");
  }

  /** Unpacks below {@code directory}. */
  static void unpack(Path directory, boolean owners, Work<OutputStream> work) throws IOException {
    List<String> command =
        new ArrayList<>(List.of("tar", "-x", "--numeric-owner", "--no-overwrite-dir"));
    command.add(owners ? "--same-owner" : "--no-same-owner");
    command.addAll(List.of("-C", directory.toString(), "-f", "-"));
    Process tar = start(command, ProcessBuilder.Redirect.PIPE, ProcessBuilder.Redirect.DISCARD);
    try (OutputStream in = tar.getOutputStream()) {
      work.with(in);
    } catch (PolderException | IOException e) {
      tar.destroy();
      throw e;
    }
    end(tar, "unpack into '" + directory + "'");
  }

  /** Gives the first part of each member's name, and of hard links' targets, another name. */
  private static String renaming(String as) {
    StringBuilder safe = new StringBuilder();
    for (int i = 0; i < as.length(); i++) {
      char c = as.charAt(i);
      if (c == '\\' || c == '&' || c == '|') {
        safe.append('\\');
      }
      safe.append(c);
    }
    return "--transform=flags=rhS;s|^[^/]*|" + safe + "|";
  }

  private static Process start(
      List<String> command, ProcessBuilder.Redirect in, ProcessBuilder.Redirect out) {
    try {
      return new ProcessBuilder(command)
          .redirectInput(in)
          .redirectOutput(out)
          .redirectError(ProcessBuilder.Redirect.INHERIT)
          .start();
    } catch (IOException e) {
      throw new PolderException(
          ErrorKind.HOST, "cannot run tar, which cp needs: " + e.getMessage(), e);
    }
  }

  private static void end(Process tar, String what) {
    try {
      int code = tar.waitFor();
      if (code != 0) {
        throw new PolderException(ErrorKind.HOST, "cannot " + what + ": tar ended with " + code);
      }
    } catch (InterruptedException e) {
      tar.destroy();
      Thread.currentThread().interrupt();
      throw new PolderException(ErrorKind.HOST, "interrupted: cannot " + what, e);
    }
  }
}
