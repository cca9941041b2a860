"""The milter protocol from Postfix's side (version 6): what a mail server says to the gateway, without the mail server.

Keeps to the no-reply bits that the gateway negotiates. Raises ProtocolError where Postfix would give up on the filter.
"""

import socket
import struct
from dataclasses import dataclass, field

ACTIONS = 0x1FF
PROTOCOL = 0x1FFFFF
NO_EVENT = {"C": 0x1, "H": 0x2, "M": 0x4, "R": 0x8, "B": 0x10, "L": 0x20, "N": 0x40, "T": 0x200}
NO_REPLY = {"L": 0x80, "C": 0x1000, "H": 0x2000, "M": 0x4000, "R": 0x8000, "T": 0x10000, "N": 0x40000, "B": 0x80000}
LEADING_SPACE = 0x100000
EDITS = "himbe+2-q"
FINAL = "cardty"


class ProtocolError(Exception):
    pass


@dataclass
class Verdict:
    letter: str  # c, a: go on; r, y: refused; t: later
    text: str = ""  # of a reply code
    edits: list = field(default_factory=list)  # (letter, payload)

    @property
    def code(self):
        return {"c": 250, "a": 250, "r": 550, "t": 451}.get(self.letter) or int(self.text[:3])


def frame(letter, payload=b""):
    return struct.pack(">I", len(payload) + 1) + letter.encode() + payload


def strings(*texts):
    return b"".join((t if isinstance(t, bytes) else t.encode()) + b"\0" for t in texts)


class MilterClient:
    """`with MilterClient("unix:/path") as milter:` has negotiated and introduced an SMTP client."""

    def __init__(self, endpoint, client="127.0.0.1", timeout=30):
        kind, _, where = endpoint.partition(":")
        if kind == "unix":
            self.socket = socket.socket(socket.AF_UNIX)
            # A connect with settimeout() fails at once when the queue of connections is full; this one waits.
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", timeout, 0))
            self.socket.connect(where)
            self.socket.settimeout(timeout)
        else:
            host, _, port = where.rpartition(":")
            self.socket = socket.create_connection((host, int(port)), timeout)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._client = client
        self._unread = b""
        self.protocol = 0

    def __enter__(self):
        self.negotiate()
        self.introduce()
        return self

    def __exit__(self, *_):
        try:
            self.socket.sendall(frame("Q"))
        except OSError:
            pass
        self.socket.close()

    def negotiate(self):
        self.socket.sendall(frame("O", struct.pack(">III", 6, ACTIONS, PROTOCOL)))
        letter, payload = self.read()
        if letter != "O" or len(payload) < 12:
            raise ProtocolError(f"negotiation answered with {letter!r}")
        version, actions, self.protocol = struct.unpack(">III", payload[:12])
        if version > 6 or actions & ~ACTIONS:
            raise ProtocolError("more was asked for than was offered")

    def introduce(self):
        self.socket.sendall(frame("D", b"C" + strings("j", "mail.example.org")))
        self.event("C", strings("client.example.org") + b"4" + struct.pack(">H", 4321) + strings(self._client))
        self.event("H", strings("client.example.org"))

    def event(self, letter, payload=b""):
        """Sends one event if the gateway wants it, and returns the answer's letter, or None where none is due."""
        if self.protocol & NO_EVENT.get(letter, 0):
            return None
        self.socket.sendall(frame(letter, payload))
        if self.protocol & NO_REPLY.get(letter, 0):
            return None
        return self.read()[0]

    def envelope(self, sender, recipients, queue_id="TESTQUEUE", user=None):
        macros = ["{mail_addr}", sender] + (["{auth_type}", "PLAIN", "{auth_authen}", user] if user else [])
        self.socket.sendall(frame("D", b"M" + strings(*macros)))
        self.event("M", strings(f"<{sender}>"))
        for to in recipients:
            self.socket.sendall(frame("D", b"R" + strings("i", queue_id, "{rcpt_addr}", to)))
            self.event("R", strings(f"<{to}>"))
        self.socket.sendall(frame("D", b"T" + strings("i", queue_id)))
        self.event("T")

    def content(self, data, queue_id="TESTQUEUE"):
        """Header fields and body of a message with CRLF line ends; long bodies in chunks, as Postfix cuts them."""
        header, _, body = data.partition(b"\r\n\r\n")
        for line in header.replace(b"\r\n ", b"\n ").replace(b"\r\n\t", b"\n\t").split(b"\r\n"):
            name, _, value = line.partition(b":")
            value = value if self.protocol & LEADING_SPACE else value.removeprefix(b" ")
            self.event("L", strings(name, value))
        self.event("N")
        for start in range(0, len(body), 65535):
            self.event("B", body[start:start + 65535])

    def end(self, queue_id="TESTQUEUE"):
        self.socket.sendall(frame("D", b"E" + strings("i", queue_id)) + frame("E"))
        return self.verdict()

    def verdict(self):
        edits = []
        while True:
            letter, payload = self.read()
            if letter in EDITS:
                edits.append((letter, payload))
            elif letter in FINAL:
                if letter == "y" and not payload.endswith(b"\0"):
                    raise ProtocolError("a reply text without its NUL")
                return Verdict(letter, payload.rstrip(b"\0").decode(), edits)
            elif letter != "p":
                raise ProtocolError(f"unexpected answer {letter!r}")

    def send(self, sender, recipients, data, queue_id="TESTQUEUE", user=None):
        """One whole message, and the ABORT that Postfix sends after each."""
        self.envelope(sender, recipients, queue_id, user)
        self.content(data, queue_id)
        verdict = self.end(queue_id)
        self.socket.sendall(frame("A"))
        return verdict

    def read(self):
        length = struct.unpack(">I", self._read_exactly(4))[0]
        if length < 1:
            raise ProtocolError("an empty frame")
        packet = self._read_exactly(length)
        return chr(packet[0]), packet[1:]

    def _read_exactly(self, count):
        while len(self._unread) < count:
            more = self.socket.recv(1 << 16)
            if not more:
                raise ProtocolError("the gateway closed the connection")
            self._unread += more
        taken, self._unread = self._unread[:count], self._unread[count:]
        return taken
