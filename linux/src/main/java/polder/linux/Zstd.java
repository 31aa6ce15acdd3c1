package polder.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A stream that undoes the compression of zstd, by the C library libzstd.so.1 (zstd.h).
 *
 * <p>Debian installs it on every machine (dpkg needs it), but it is looked for only when somebody
 * asks. For one thread at a time, but for {@link #close}, which may come from another.
 */
public final class Zstd extends InputStream {
  private static final int AT_ONCE = 128 << 10; // ZSTD_DStreamInSize(), ZSTD_DStreamOutSize()
  private static final int ZSTD_D_WINDOW_LOG_MAX = 100; // ZSTD_d_windowLogMax

  private final Library library;
  private final InputStream compressed;
  private final Arena arena = Arena.ofShared(); // whoever closes it may be another thread
  private final MemorySegment context;
  private final MemorySegment input = arena.allocate(AT_ONCE);
  private final MemorySegment output = arena.allocate(AT_ONCE);
  private final MemorySegment inBuffer = arena.allocate(JAVA_LONG, 3); // ZSTD_inBuffer
  private final MemorySegment outBuffer = arena.allocate(JAVA_LONG, 3); // ZSTD_outBuffer
  private final byte[] chunk = new byte[AT_ONCE];
  private int taken;
  private int ready;
  private boolean insideFrame;
  private boolean ended;

  /** Guards what is the C library's: it is not freed while somebody decompresses with it. */
  private final ReentrantLock using = new ReentrantLock();

  private volatile boolean closed;

  private Zstd(Library library, InputStream compressed, int windowLog) {
    this.library = library;
    this.compressed = compressed;
    this.context = library.open(windowLog);
    inBuffer.setAtIndex(JAVA_LONG, 0, input.address());
    outBuffer.setAtIndex(JAVA_LONG, 0, output.address());
  }

  /** Whether this host has the library. */
  public static boolean isAvailable() {
    return Library.LOADED.isPresent();
  }

  /**
   * The contents of {@code compressed}, of one frame or several. Closing closes that too.
   *
   * @param windowLog what asks for a window of more than 2^windowLog bytes is refused with an
   *     {@link IOException}; 10 to 31
   * @throws UnsupportedOperationException if this host has no libzstd.so.1
   */
  public static InputStream decompress(InputStream compressed, int windowLog) {
    Library library =
        Library.LOADED.orElseThrow(
            () -> new UnsupportedOperationException("this host has no libzstd.so.1"));
    return new Zstd(library, compressed, windowLog);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) == 1 ? one[0] & 0xff : -1;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, buffer.length);
    refuseClosed();
    if (length == 0) {
      return 0;
    }
    while (taken == ready && !ended) {
      decompress();
    }
    if (taken == ready) {
      return -1;
    }
    int count = Math.min(length, ready - taken);
    using.lock();
    try {
      refuseClosed();
      MemorySegment.copy(output, ValueLayout.JAVA_BYTE, taken, buffer, offset, count);
    } finally {
      using.unlock();
    }
    taken += count;
    return count;
  }

  private void refuseClosed() throws IOException {
    if (closed) {
      throw new IOException("the zstd stream is closed");
    }
  }

  private void decompress() throws IOException {
    int got = -1;
    if (isInputUsed() && (ready < AT_ONCE || !insideFrame)) {
      got = compressed.read(chunk, 0, chunk.length); // may wait long, so without the lock
      if (got < 0) {
        if (insideFrame) {
          throw new EOFException("zstd: the data is cut off");
        }
        ended = true;
        return;
      }
    }
    using.lock();
    try {
      refuseClosed();
      if (got >= 0) {
        MemorySegment.copy(chunk, 0, input, ValueLayout.JAVA_BYTE, 0, got);
        inBuffer.setAtIndex(JAVA_LONG, 1, got);
        inBuffer.setAtIndex(JAVA_LONG, 2, 0);
      }
      outBuffer.setAtIndex(JAVA_LONG, 1, AT_ONCE);
      outBuffer.setAtIndex(JAVA_LONG, 2, 0);
      insideFrame = library.decompress(context, outBuffer, inBuffer) != 0;
      taken = 0;
      ready = (int) outBuffer.getAtIndex(JAVA_LONG, 2);
    } finally {
      using.unlock();
    }
  }

  private boolean isInputUsed() throws IOException {
    using.lock();
    try {
      refuseClosed();
      return inBuffer.getAtIndex(JAVA_LONG, 2) == inBuffer.getAtIndex(JAVA_LONG, 1);
    } finally {
      using.unlock();
    }
  }

  @Override
  public void close() throws IOException {
    using.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      library.close(context);
      arena.close();
    } finally {
      using.unlock();
    }
    compressed.close();
  }

  /** The functions, with the C signature beside each. */
  private static final class Library {
    static final Optional<Library> LOADED = load();

    private final MethodHandle createContext; // ZSTD_DCtx* ZSTD_createDCtx(void)
    private final MethodHandle freeContext; // size_t ZSTD_freeDCtx(ZSTD_DCtx*)
    private final MethodHandle setParameter; // size_t ZSTD_DCtx_setParameter(ZSTD_DCtx*, enum, int)
    private final MethodHandle decompressStream; // size_t (ZSTD_DCtx*, outBuffer*, inBuffer*)
    private final MethodHandle isError; // unsigned ZSTD_isError(size_t)
    private final MethodHandle errorName; // const char* ZSTD_getErrorName(size_t)

    private Library(SymbolLookup symbols) {
      createContext = link(symbols, "ZSTD_createDCtx", FunctionDescriptor.of(ADDRESS));
      freeContext = link(symbols, "ZSTD_freeDCtx", FunctionDescriptor.of(JAVA_LONG, ADDRESS));
      setParameter =
          link(
              symbols,
              "ZSTD_DCtx_setParameter",
              FunctionDescriptor.of(JAVA_LONG, ADDRESS, JAVA_INT, JAVA_INT));
      decompressStream =
          link(
              symbols,
              "ZSTD_decompressStream",
              FunctionDescriptor.of(JAVA_LONG, ADDRESS, ADDRESS, ADDRESS));
      isError = link(symbols, "ZSTD_isError", FunctionDescriptor.of(JAVA_INT, JAVA_LONG));
      errorName = link(symbols, "ZSTD_getErrorName", FunctionDescriptor.of(ADDRESS, JAVA_LONG));
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

    MemorySegment open(int windowLog) {
      try {
        MemorySegment context = (MemorySegment) createContext.invokeExact();
        if (context.address() == 0) {
          throw new OutOfMemoryError("libzstd has no memory for a context");
        }
        long result = (long) setParameter.invokeExact(context, ZSTD_D_WINDOW_LOG_MAX, windowLog);
        if ((int) isError.invokeExact(result) != 0) {
          close(context);
          throw new IllegalArgumentException("zstd has no windows of 2^" + windowLog + " bytes");
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

    /** Answers 0 at the end of a frame, whatever else inside one. */
    long decompress(MemorySegment context, MemorySegment out, MemorySegment in) throws IOException {
      long result;
      boolean failed;
      try {
        result = (long) decompressStream.invokeExact(context, out, in);
        failed = (int) isError.invokeExact(result) != 0;
      } catch (Throwable e) {
        throw passOn(e);
      }
      if (failed) {
        throw new IOException("zstd: " + message(result));
      }
      return result;
    }

    @SuppressWarnings("restricted") // a C string of the library's own
    private String message(long error) {
      try {
        MemorySegment name = (MemorySegment) errorName.invokeExact(error);
        return name.reinterpret(256).getString(0);
      } catch (Throwable e) {
        throw passOn(e);
      }
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
