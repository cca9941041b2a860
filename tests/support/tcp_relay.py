"""A TCP connection that the test holds: passed on, cut on either side of what goes through, or silent."""

import socket
import threading


class Relay:
    """`with Relay(port) as relay:` listens on relay.port. relay.silent = True: nothing goes on any more, and nothing ends.
    relay.cut(): all connections end at once. relay.before and relay.after: functions of what a client is about to send, or has sent,
    which may cut."""

    def __init__(self, target):
        self.target = target
        self.silent = False
        self.before = self.after = lambda data: False
        self._pairs = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._listener.close()
        self.cut()

    def cut(self):
        for one in [s for pair in self._pairs for s in pair]:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            one.close()
        self._pairs.clear()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                if self._listener.fileno() < 0:
                    return
                client.close()
                continue
            self._pairs.append((client, server))
            threading.Thread(target=self._pass, args=(client, server, True), daemon=True).start()
            threading.Thread(target=self._pass, args=(server, client, False), daemon=True).start()

    def _pass(self, source, sink, is_asked):
        try:
            while data := source.recv(1 << 16):
                if self.silent:
                    continue
                if is_asked and self.before(data):
                    return self.cut()
                sink.sendall(data)
                if is_asked and self.after(data):
                    return self.cut()
        except OSError:
            pass
        for one in (source, sink):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
