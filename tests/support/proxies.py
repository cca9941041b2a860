"""Proxies that look up names themselves, by `connect(host, port)`, which gives a socket or raises OSError. `asked` are the targets, in order."""

import socket
import threading


class _Proxy:
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
            host, port = self._read_target(client)
            self.asked.append(f"{host}:{port}")
            try:
                server = self._connect(host, port)
            except OSError:
                client.sendall(self.refused)
                return
            with server:
                client.sendall(self.connected)
                threading.Thread(target=_pump, args=(server, client), daemon=True).start()
                _pump(client, server)


class ConnectProxy(_Proxy):
    """HTTP's CONNECT: RFC 9110 section 9.3.6."""
    connected = b"HTTP/1.1 200 Connected\r\n\r\n"
    refused = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"

    def _read_target(self, client):
        head = b""
        while b"\r\n\r\n" not in head:
            head += client.recv(4096) or b"\r\n\r\n"
        host, _, port = head.split(b" ")[1].decode().rpartition(":")
        return host, int(port)


class SocksProxy(_Proxy):
    """SOCKS 5 without a password: RFC 1928. What it can't connect to is "host unreachable"."""
    connected = b"\x05\0\0\x01" + bytes(6)
    refused = b"\x05\x04\0\x01" + bytes(6)

    def _read_target(self, client):
        stream = client.makefile("rb", buffering=0)
        stream.read(stream.read(2)[1])
        client.sendall(b"\x05\0")
        kind = stream.read(4)[3]
        host = stream.read(stream.read(1)[0]).decode() if kind == 3 else socket.inet_ntoa(stream.read(4))
        return host, int.from_bytes(stream.read(2), "big")


def _pump(source, sink):
    try:
        while octets := source.recv(65536):
            sink.sendall(octets)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass
