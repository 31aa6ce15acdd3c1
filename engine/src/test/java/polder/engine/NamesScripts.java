package polder.engine;

/** What programs of {@link NamesKernelTest} do, in zones and on the host. */
final class NamesScripts {
  /**
   * Answers all with 203.0.113.7, and what begins with "big" with much of it, over a connection.
   * Notes each question. To "mute" it says nothing.
   */
  static final String RESOLVER =
      """
      import socket, struct, sys, threading
      notes = open(sys.argv[1], 'a')
      def answer(q, stream):
          end = 12
          while q[end]:
              end += 1 + q[end]
          end += 5
          first = q[13:13 + q[12]].decode('latin1')
          notes.write(first + (' stream' if stream else '') + '\\n')
          notes.flush()
          if first.startswith('mute'):
              return None
          many = 100 if first.startswith('big') else 1
          cut = many > 1 and not stream
          head = q[:2] + struct.pack('>HHHHH', 0x8380 if cut else 0x8180, 1, 0 if cut else many, 0, 0)
          record = b'\\xc0\\x0c\\0\\1\\0\\1\\0\\0\\0\\5\\0\\4\\xcb\\0\\x71'
          records = b'' if cut else b''.join(record + bytes([7 + i]) for i in range(many))
          return head + q[12:end] + records
      def calls():
          server = socket.create_server(('127.0.0.1', 53))
          while True:
              caller = server.accept()[0]
              q = caller.recv(65535)
              a = answer(q[2:], True)
              caller.sendall(struct.pack('>H', len(a)) + a)
              caller.close()
      threading.Thread(target=calls).start()
      s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
      s.bind(('127.0.0.1', 53))
      notes.write('ready\\n')
      notes.flush()
      while True:
          q, peer = s.recvfrom(2000)
          a = answer(q, False)
          if a:
              s.sendto(a, peer)
      """;

  /** Sends broken packets and garbage over connections, and keeps some open. */
  static final String HOSTILE =
      """
      import os, random, socket, struct, time
      random.seed(53)
      server = '10.1.0.1'
      good = struct.pack('>HHHHHH', 1, 0x100, 1, 0, 0, 0) + b'\\2db\\x08internal\\0\\0\\1\\0\\1'
      s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
      for i in range(10000):
          packet = bytearray(good)
          for j in range(random.randrange(1, 5)):
              packet[random.randrange(len(packet))] = random.choice((0, 0xc0, 0xff, random.randrange(256)))
          packet = packet[:random.randrange(len(packet) + 1)] + os.urandom(random.randrange(3))
          s.sendto(packet, (server, 53))
      held = []
      for i in range(100):
          try:
              c = socket.create_connection((server, 53), timeout=5)
              c.send(random.choice((b'', b'\\0', b'\\xff\\xff', b'\\0\\x1c' + good[:-1], os.urandom(50))))
              held.append(c)
          except OSError:
              pass
      print('done', flush=True)
      time.sleep(1000)
      """;

  /**
   * Asks for many names that nobody answers, at once, and counts those that are given up at once.
   */
  static final String GREEDY =
      """
      import socket, struct
      s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
      s.settimeout(20)
      for i in range(100):
          name = b'mute%03d' % i
          q = struct.pack('>HHHHHH', i, 0x100, 1, 0, 0, 0)
          s.sendto(q + bytes([len(name)]) + name + b'\\7example\\0\\0\\1\\0\\1', ('10.1.0.1', 53))
      failed = 0
      while failed < 68:
          a = s.recv(2000)
          failed += a[3] & 15 == 2
      print(failed)
      """;

  static final String SERVERS = "sed -n 's/nameserver //p' /etc/resolv.conf";

  /** Waits for names at all addresses of the host. */
  static final String EVERYWHERE =
      """
      import socket, time
      s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
      s.bind(('', 53))
      print('ready', flush=True)
      time.sleep(1000)
      """;

  /** Asks both addresses of a network, in datagrams and over connections; counts right answers. */
  static final String BOTH =
      """
      import socket, struct
      q = struct.pack('>HHHHHH', 7, 0x100, 1, 0, 0, 0) + b'\\2db\\x08internal\\0\\0\\1\\0\\1'
      right = 0
      for server in ('10.1.0.1', 'fd00:1::1'):
          family = socket.AF_INET6 if ':' in server else socket.AF_INET
          try:
              s = socket.socket(family, socket.SOCK_DGRAM)
              s.settimeout(3)
              s.sendto(q, (server, 53))
              right += s.recv(512).endswith(bytes([10, 1, 0, 2]))
              c = socket.create_connection((server, 53), timeout=3)
              for i in range(2):
                  c.sendall(struct.pack('>H', len(q)) + q)
                  length = struct.unpack('>H', c.recv(2, socket.MSG_WAITALL))[0]
                  whole = c.recv(length, socket.MSG_WAITALL).endswith(bytes([10, 1, 0, 2]))
              right += whole
          except OSError:
              pass
      print(right)
      """;

  /** Sends to somebody beyond the host what zones send. */
  static final String KNOCK =
      """
      import socket
      for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
          for port in (53, 80):
              s = socket.socket(socket.AF_INET, kind)
              s.setblocking(False)
              try:
                  s.connect(('192.0.2.9', port))
                  s.send(b'?')
              except OSError:
                  pass
      """;

  private NamesScripts() {}
}
