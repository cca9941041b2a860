"""An HTTP proxy that knows CONNECT (RFC 9110 section 9.3.6) and looks up names itself, from a table; what is not there gets 502."""

import socket
import threading


class ConnectProxy:
    """`connect(host, port)` gives a socket, or raises OSError. `asked` are the targets, in order."""

    def __init__(self, listener, connect):
        self._listener, self._connect = listener, connect
        self.asked = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            client, _ = self._listener.accept()
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        with client:
            head = b""
            while b"\r\n\r\n" not in head:
                head += client.recv(4096) or b"\r\n\r\n"
            method, target, _ = head.split(b"\r\n")[0].decode().split(" ")
            self.asked.append(target)
            host, _, port = target.rpartition(":")
            try:
                server = self._connect(host, int(port))
            except OSError:
                client.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
                return
            with server:
                client.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
                back = threading.Thread(target=_pump, args=(server, client), daemon=True)
                back.start()
                _pump(client, server)
                back.join(10)


def _pump(source, sink):
    try:
        while octets := source.recv(65536):
            sink.sendall(octets)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass
