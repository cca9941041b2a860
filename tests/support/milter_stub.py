"""A milter that lets everything pass and remembers what it saw: the harness is proved with it, before any gateway."""

import socket
import struct
import threading

from milter_client import frame

NO_REPLIES = 0x80 | 0x1000 | 0x2000 | 0x4000 | 0x8000 | 0x10000 | 0x40000 | 0x80000


class MilterStub:
    """`with MilterStub(path) as stub:` listens there; stub.seen holds one dict a message."""

    def __init__(self, path):
        self._path = path
        self.seen = []

    def __enter__(self):
        self._path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self._path))
        self._path.chmod(0o666)
        self._listener.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._listener.close()
        self._path.unlink()

    def _accept(self):
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    def _serve(self, peer):
        message, client = {}, ""
        with peer, peer.makefile("rb") as reader:
            while head := reader.read(4):
                packet = reader.read(struct.unpack(">I", head)[0])
                letter, payload = chr(packet[0]), packet[1:]
                if letter == "O":
                    peer.sendall(frame("O", struct.pack(">III", 6, 0, NO_REPLIES)))
                elif letter == "C":
                    client = payload.partition(b"\0")[2][3:].rstrip(b"\0").decode()
                elif letter == "D" and payload[:1] == b"M":
                    macros = payload[1:].decode().split("\0")
                    message = {"client": client, "recipients": [], "fields": [], "body": b""}
                    message["user"] = dict(zip(macros[::2], macros[1::2])).get("{auth_authen}")
                elif letter == "M":
                    message["sender"] = payload.split(b"\0")[0].strip(b"<>").decode()
                elif letter == "R":
                    message["recipients"].append(payload.split(b"\0")[0].strip(b"<>").decode())
                elif letter == "L":
                    message["fields"].append(tuple(payload.split(b"\0")[:2]))
                elif letter == "B":
                    message["body"] += payload
                elif letter == "E":
                    self.seen.append(message)
                    peer.sendall(frame("c"))
                elif letter == "Q":
                    return
