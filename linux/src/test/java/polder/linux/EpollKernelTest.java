package polder.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("kernel")
class EpollKernelTest {
  private static final Duration SOON = Figures.within(10);

  @Test
  void tellsWhichIsReady() {
    try (Epoll epoll = Epoll.open();
        EventFd one = EventFd.open();
        Pipe pipe = Pipe.open()) {
      epoll.add(one.fd(), Epoll.READABLE, Long.MIN_VALUE);
      epoll.add(pipe.reader(), Epoll.READABLE, 7);
      assertEquals(List.of(), epoll.await(Duration.ofMillis(1)));

      one.signal();
      one.signal();
      assertEquals(List.of(new Epoll.Ready(Long.MIN_VALUE, Epoll.READABLE)), epoll.await(SOON));
      assertEquals(2, one.take());
      assertEquals(0, one.take());

      pipe.writer().close();
      Epoll.Ready ready = epoll.await().getFirst();
      assertEquals(7, ready.token());
      assertTrue(ready.any(Epoll.HANGUP));
      epoll.remove(pipe.reader());
      assertEquals(List.of(), epoll.await(Duration.ZERO));
    }
  }

  @Test
  void tellsTheEndOfAProcess() {
    ProgramBuilder p = Program.builder(Set.of());
    p.exec("/bin/sh", List.of("sh", "-c", "exit 3"), List.of());
    try (Launcher launcher = Launcher.start();
        Epoll epoll = Epoll.open();
        Child child = launcher.launch(p.build())) {
      child.awaitStarted();
      epoll.add(child.pidfd().fd(), Epoll.READABLE, 1);
      assertTrue(epoll.await(SOON).getFirst().any(Epoll.READABLE));
      assertEquals(new WaitStatus.Exited(3), child.pidfd().await());
    }
  }

  @Test
  void pipesHoldWhatTheyAreAskedTo() {
    try (Pipe pipe = Pipe.open()) {
      assertEquals(1 << 18, Pipe.setCapacity(pipe.writer(), (1 << 18) - 5));
      assertEquals(1 << 18, Pipe.capacity(pipe.reader()));
    }
  }

  @Test
  void socketPairsKeepMessagesApart() {
    byte[] buffer = new byte[16];
    try (SocketPair packets = SocketPair.packets();
        SocketPair stream = SocketPair.stream()) {
      for (SocketPair each : List.of(packets, stream)) {
        each.one().write(new byte[3], 0, 3);
        each.one().write(new byte[4], 0, 4);
      }
      assertEquals(3, packets.other().read(buffer, 0, 16));
      assertEquals(7, stream.other().read(buffer, 0, 16));
    }
  }

  @Test
  void aFifoThatIsHeldLosesNothing(@TempDir Path folder) {
    Path path = folder.resolve("fifo");
    Fifo.make(path, 0600);
    assertEquals(
        Errno.EEXIST, assertThrows(SyscallException.class, () -> Fifo.make(path, 0600)).errno());
    assertEquals(
        new Errno(6), assertThrows(SyscallException.class, () -> Fifo.writer(path)).errno());
    byte[] text = "kept".getBytes(StandardCharsets.US_ASCII);
    byte[] buffer = new byte[16];
    try (Fd hold = Fifo.hold(path)) {
      try (Fd reader = Fifo.reader(path)) {
        SyscallException empty =
            assertThrows(SyscallException.class, () -> reader.read(buffer, 0, 16));
        assertEquals(Errno.EAGAIN, empty.errno());
      }
      hold.write(text, 0, text.length);
      try (Fd reader = Fifo.reader(path)) {
        assertEquals(4, reader.read(buffer, 0, 16));
      }
    }
  }

  @Test
  void oneThreadWaitsForAThousand() throws Exception {
    int count = 1000;
    List<Pipe> pipes = new ArrayList<>();
    CountDownLatch waiting = new CountDownLatch(count);
    try (Poller poller = Poller.start();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Integer>> ready = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        Pipe pipe = Pipe.open();
        pipes.add(pipe);
        ready.add(
            threads.submit(
                () -> {
                  waiting.countDown();
                  return poller.await(pipe.reader(), Epoll.READABLE, SOON);
                }));
      }
      assertTrue(waiting.await(10, TimeUnit.SECONDS));
      for (Pipe each : pipes) {
        each.writer().write(new byte[1], 0, 1);
      }
      for (Future<Integer> each : ready) {
        assertEquals(Epoll.READABLE, each.get());
      }
    } finally {
      pipes.forEach(Pipe::close);
    }
  }

  @Test
  void readerAndWriterOfOneFileWaitApart() throws Exception {
    try (Poller poller = Poller.start();
        SocketPair pair = SocketPair.stream()) {
      assertEquals(0, poller.await(pair.one(), Epoll.READABLE, Duration.ofMillis(1)));
      assertEquals(Epoll.WRITABLE, poller.await(pair.one(), Epoll.WRITABLE, SOON));
      pair.other().close();
      assertTrue((poller.await(pair.one(), Epoll.READABLE, SOON) & Epoll.HANGUP) != 0);
    }
  }

  @Test
  void whoWaitsIsToldWhenThePollerIsClosed() throws Exception {
    Poller poller = Poller.start();
    try (Pipe pipe = Pipe.open();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Integer> waiting =
          threads.submit(() -> poller.await(pipe.reader(), Epoll.READABLE, SOON));
      Thread.sleep(20);
      poller.close();
      ExecutionException e = assertThrows(ExecutionException.class, waiting::get);
      assertTrue(e.getCause() instanceof IllegalStateException);
      assertThrows(
          IllegalStateException.class,
          () -> poller.await(pipe.reader(), Epoll.READABLE, Duration.ZERO));
    }
  }

  @Test
  void whatDoesNotWaitSaysSo() {
    byte[] buffer = new byte[1];
    try (Pipe pipe = Pipe.open()) {
      pipe.reader().setBlocking(false);
      SyscallException e =
          assertThrows(SyscallException.class, () -> pipe.reader().read(buffer, 0, 1));
      assertEquals(Errno.EAGAIN, e.errno());
      pipe.reader().setBlocking(true);
      pipe.writer().write(buffer, 0, 1);
      assertEquals(1, pipe.reader().read(buffer, 0, 1));
    }
  }
}
