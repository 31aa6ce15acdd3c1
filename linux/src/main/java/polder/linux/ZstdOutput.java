package polder.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Objects;
import java.util.Optional;

/**
 * A stream that compresses with zstd at its usual level, by the C library libzstd.so.1 (zstd.h).
 * For one thread.
 */
public final class ZstdOutput extends OutputStream {
  private static final int AT_ONCE = 128 << 10; // ZSTD_CStreamInSize()
  private static final int ZSTD_E_CONTINUE = 0; // ZSTD_EndDirective
  private static final int ZSTD_E_END = 2;

  private final Library library;
  private final OutputStream compressed;
  private final Arena arena = Arena.ofShared(); // whoever closes it may be another thread
  private final MemorySegment context;
  private final MemorySegment input = arena.allocate(AT_ONCE);
  private final MemorySegment output = arena.allocate(AT_ONCE);
  private final MemorySegment inBuffer = arena.allocate(JAVA_LONG, 3); // ZSTD_inBuffer
  private final MemorySegment outBuffer = arena.allocate(JAVA_LONG, 3); // ZSTD_outBuffer
  private final byte[] chunk = new byte[AT_ONCE];
  private int have;
  private boolean closed;

  /**
   * Compresses into {@code compressed}, which closes with it.
   *
   * @throws UnsupportedOperationException if this host has no libzstd.so.1
   */
  public ZstdOutput(OutputStream compressed) {
    this.library =
        Library.LOADED.orElseThrow(
            () -> new UnsupportedOperationException("this host has no libzstd.so.1"));
    this.compressed = compressed;
    this.context = library.open();
    inBuffer.setAtIndex(JAVA_LONG, 0, input.address());
    outBuffer.setAtIndex(JAVA_LONG, 0, output.address());
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] buffer, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, buffer.length);
    if (closed) {
      throw new IOException("the zstd stream is closed");
    }
    for (int done = 0; done < length; ) {
      int more = Math.min(length - done, AT_ONCE - have);
      MemorySegment.copy(buffer, offset + done, input, ValueLayout.JAVA_BYTE, have, more);
      have += more;
      done += more;
      if (have == AT_ONCE) {
        compress(ZSTD_E_CONTINUE);
      }
    }
  }

  private void compress(int directive) throws IOException {
    inBuffer.setAtIndex(JAVA_LONG, 1, have);
    inBuffer.setAtIndex(JAVA_LONG, 2, 0);
    boolean ended;
    do {
      outBuffer.setAtIndex(JAVA_LONG, 1, AT_ONCE);
      outBuffer.setAtIndex(JAVA_LONG, 2, 0);
      long left = library.compress(context, outBuffer, inBuffer, directive);
      int ready = (int) outBuffer.getAtIndex(JAVA_LONG, 2);
      MemorySegment.copy(output, ValueLayout.JAVA_BYTE, 0, chunk, 0, ready);
      compressed.write(chunk, 0, ready);
      boolean used = inBuffer.getAtIndex(JAVA_LONG, 2) == have;
      ended = directive == ZSTD_E_END ? left == 0 : used;
    } while (!ended);
    have = 0;
  }

  /** Ends the frame, and closes what it is written to. */
  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    try (compressed) {
      compress(ZSTD_E_END);
    } finally {
      closed = true;
      library.close(context);
      arena.close();
    }
  }

  /** The functions, with the C signature beside each. */
  private static final class Library {
    static final Optional<Library> LOADED = load();

    private final MethodHandle createContext; // ZSTD_CCtx* ZSTD_createCCtx(void)
    private final MethodHandle freeContext; // size_t ZSTD_freeCCtx(ZSTD_CCtx*)
    private final MethodHandle compressStream; // size_t (ZSTD_CCtx*, outBuffer*, inBuffer*, enum)
    private final MethodHandle isError; // unsigned ZSTD_isError(size_t)

    private Library(SymbolLookup symbols) {
      createContext = link(symbols, "ZSTD_createCCtx", FunctionDescriptor.of(ADDRESS));
      freeContext = link(symbols, "ZSTD_freeCCtx", FunctionDescriptor.of(JAVA_LONG, ADDRESS));
      compressStream =
          link(
              symbols,
              "ZSTD_compressStream2",
              FunctionDescriptor.of(JAVA_LONG, ADDRESS, ADDRESS, ADDRESS, JAVA_INT));
      isError = link(symbols, "ZSTD_isError", FunctionDescriptor.of(JAVA_INT, JAVA_LONG));
    }

    @SuppressWarnings("restricted") // this module is the one that may: --enable-native-access
    private static MethodHandle link(SymbolLookup symbols, String name, FunctionDescriptor type) {
      return Linker.nativeLinker().downcallHandle(symbols.findOrThrow(name), type);
    }

    @SuppressWarnings("restricted")
    private static Optional<Library> load() {
      try {
        return Optional.of(new Library(SymbolLookup.libraryLookup("libzstd.so.1", Arena.global())));
      } catch (IllegalArgumentException e) {
        return Optional.empty(); // no such library
      }
    }

    MemorySegment open() {
      try {
        MemorySegment context = (MemorySegment) createContext.invokeExact();
        if (context.address() == 0) {
          throw new OutOfMemoryError("libzstd has no memory for a context");
        }
        return context;
      } catch (Throwable e) {
        throw passOn(e);
      }
    }

    void close(MemorySegment context) {
      try {
        var _ = (long) freeContext.invokeExact(context);
      } catch (Throwable e) {
        throw passOn(e);
      }
    }

    /** Answers how much is still to be flushed. */
    long compress(MemorySegment context, MemorySegment out, MemorySegment in, int directive)
        throws IOException {
      long left;
      boolean failed;
      try {
        left = (long) compressStream.invokeExact(context, out, in, directive);
        failed = (int) isError.invokeExact(left) != 0;
      } catch (Throwable e) {
        throw passOn(e);
      }
      if (failed) {
        throw new IOException("zstd: it cannot compress");
      }
      return left;
    }

    private static RuntimeException passOn(Throwable e) {
      if (e instanceof RuntimeException known) {
        return known;
      }
      if (e instanceof Error error) {
        throw error;
      }
      return new IllegalStateException("libzstd is linked with the wrong type", e);
    }
  }
}
