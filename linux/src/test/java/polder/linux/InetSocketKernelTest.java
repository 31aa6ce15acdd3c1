package polder.linux;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Everything here is done in a network namespace of the test's own. */
@Tag("kernel")
class InetSocketKernelTest {
  private static final Bytes HERE = Bytes.of(new byte[] {127, 0, 0, 1});
  private static final InetSocket.Peer SERVER = new InetSocket.Peer(HERE, 5300);
  private static final byte[] WORD = "word".getBytes(StandardCharsets.US_ASCII);

  private static Fd space() {
    Fd space = NetworkThread.newNetwork();
    try (NetworkStack stack = NetworkStack.of(space)) {
      stack.links().raise(stack.links().find("lo").orElseThrow().index());
    }
    return space;
  }

  /** What {@code work} answers on a thread that lives in {@code space}. */
  private static <T> T inside(Fd space, Supplier<T> work) {
    CompletableFuture<T> done = new CompletableFuture<>();
    NetworkThread.start(
        space,
        "test",
        () -> {
          try {
            done.complete(work.get());
          } catch (RuntimeException e) {
            done.completeExceptionally(e);
          }
        });
    return done.join();
  }

  private static void await(InetSocket socket, int events) {
    try (Epoll epoll = Epoll.open()) {
      epoll.add(socket.fd(), events, 1);
      assertFalse(epoll.await(Duration.ofSeconds(20)).isEmpty(), "something comes");
      epoll.remove(socket.fd());
    }
  }

  @Test
  void aDatagramComesWithWhoSentItAndIsAnswered() {
    try (Fd space = space();
        InetSocket server = InetSocket.await(space, false, SERVER, Optional.empty());
        InetSocket caller = inside(space, () -> InetSocket.call(false, SERVER))) {
      assertEquals(Optional.empty(), server.receive(100));
      caller.send(WORD, Optional.empty());
      await(server, Epoll.READABLE);
      InetSocket.Datagram heard = server.receive(2).orElseThrow();
      assertFalse(heard.whole());
      assertEquals(Bytes.of("wo"), heard.data());
      assertEquals(HERE, heard.from().address());
      server.send(WORD, Optional.of(heard.from()));
      await(caller, Epoll.READABLE);
      assertEquals(Bytes.of("word"), caller.receive(100).orElseThrow().data());
    }
  }

  @Test
  void whomNobodyListensForIsRefused() {
    try (Fd space = space();
        InetSocket caller = inside(space, () -> InetSocket.call(false, SERVER))) {
      caller.send(WORD, Optional.empty());
      await(caller, Epoll.READABLE);
      SyscallException refused = assertThrows(SyscallException.class, () -> caller.receive(100));
      assertEquals(Errno.ECONNREFUSED, refused.errno());
    }
  }

  @Test
  void whatComesByAnotherInterfaceIsNotHeard() {
    try (Fd space = space();
        NetworkStack stack = NetworkStack.of(space)) {
      stack.links().addBridge("br0", "02:00:00:00:00:01", 1500);
      stack.links().raise(stack.links().find("br0").orElseThrow().index());
      try (InetSocket _ = InetSocket.await(space, false, SERVER, Optional.of("br0"));
          InetSocket caller = inside(space, () -> InetSocket.call(false, SERVER))) {
        caller.send(WORD, Optional.empty());
        await(caller, Epoll.READABLE);
        assertThrows(SyscallException.class, () -> caller.receive(100), "it came by lo");
      }
      SyscallException missing =
          assertThrows(
              SyscallException.class,
              () -> InetSocket.await(space, false, SERVER, Optional.of("none0")));
      assertEquals(Errno.ENODEV, missing.errno());
    }
  }

  @Test
  void whoIsAMemberOfAGroupIsOneForTheKernel() {
    byte[] group = new byte[16];
    group[0] = (byte) 0xff;
    group[1] = 2;
    group[13] = 1;
    group[15] = 2;
    try (Fd space = space();
        NetworkStack stack = NetworkStack.of(space)) {
      int index = stack.links().find("lo").orElseThrow().index();
      List<Bytes> groups = List.of(Bytes.of(group));
      try (InetSocket _ = InetSocket.member(space, groups, index)) {
        String all = inside(space, () -> Procfs.text("/proc/thread-self/net/igmp6"));
        assertTrue(all.contains("ff020000000000000000000000010002"), all);
      }
      SyscallException missing =
          assertThrows(SyscallException.class, () -> InetSocket.member(space, groups, 77));
      assertEquals(Errno.ENODEV, missing.errno());
    }
  }

  @Test
  void aConnectionIsMadeAcceptedAndRead() {
    for (Bytes address : List.of(HERE, Bytes.of(six()))) {
      InetSocket.Peer at = new InetSocket.Peer(address, 5300);
      try (Fd space = space();
          InetSocket server = InetSocket.await(space, true, at, Optional.empty())) {
        assertEquals(Optional.empty(), server.accept());
        assertThrows(
            SyscallException.class, () -> InetSocket.await(space, true, at, Optional.empty()));
        try (InetSocket caller = inside(space, () -> InetSocket.call(true, at))) {
          await(caller, Epoll.WRITABLE);
          assertEquals(Optional.empty(), caller.error());
          assertEquals(WORD.length, caller.write(WORD, 0));
          await(server, Epoll.READABLE);
          InetSocket.Accepted accepted = server.accept().orElseThrow();
          try (InetSocket there = accepted.socket()) {
            assertEquals(address, accepted.from().address());
            await(there, Epoll.READABLE);
            byte[] heard = new byte[WORD.length];
            assertEquals(WORD.length, there.fd().read(heard, 0, heard.length));
            assertArrayEquals(WORD, heard);
          }
        }
      }
    }
  }

  @Test
  void aConnectionThatNobodyTakesHasAnError() {
    try (Fd space = space()) {
      assertEquals(Optional.of(Errno.ECONNREFUSED), inside(space, InetSocketKernelTest::refusal));
    }
  }

  /** At once, or when the connection would be there. */
  private static Optional<Errno> refusal() {
    try (InetSocket caller = InetSocket.call(true, SERVER)) {
      await(caller, Epoll.WRITABLE);
      return caller.error();
    } catch (SyscallException e) {
      return Optional.of(e.errno());
    }
  }

  private static byte[] six() {
    byte[] one = new byte[16];
    one[15] = 1;
    return one;
  }
}
