"""An SMTP client that sends what it is given, byte for byte, from any loopback address.

smtplib repairs line ends on the way; the tests need them as they are. Replies are values, never exceptions.
"""

import base64
import socket
from dataclasses import dataclass


@dataclass(frozen=True)
class Reply:
    code: int
    lines: tuple  # each without its code

    @property
    def text(self):
        return "\n".join(self.lines)

    def __str__(self):
        return "\n".join(f"{self.code} {line}" for line in self.lines)


class SmtpClient:
    """`with SmtpClient(port) as client:` has said EHLO; the block's end says QUIT."""

    def __init__(self, port, source="127.0.0.1", timeout=60):
        self._socket = socket.create_connection(("127.0.0.1", port), timeout, (source, 0))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._reader = self._socket.makefile("rb")
        self.greeting = self.reply()

    def __enter__(self):
        self.ehlo()
        return self

    def __exit__(self, *_):
        try:
            self._socket.sendall(b"QUIT\r\n")
        except OSError:
            pass
        self.close()

    def close(self):
        self._reader.close()
        self._socket.close()

    def ehlo(self, name="client.example.org"):
        return self.command(f"EHLO {name}")

    def login(self, user, password):
        token = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
        return self.command(f"AUTH PLAIN {token}")

    def command(self, line):
        self._socket.sendall(line.encode() + b"\r\n")
        return self.reply()

    def begin(self, sender, recipients):
        """MAIL, all RCPTs and DATA in one write; the replies of the three kinds, in order."""
        lines = [f"MAIL FROM:<{sender}>"] + [f"RCPT TO:<{to}>" for to in recipients] + ["DATA"]
        self._socket.sendall("".join(line + "\r\n" for line in lines).encode())
        replies = [self.reply() for _ in lines]
        return replies[0], replies[1:-1], replies[-1]

    def send_raw(self, data):
        self._socket.sendall(data)

    def finish(self):
        """The dot that ends DATA, and the answer to the message."""
        self._socket.sendall(b".\r\n")
        return self.reply()

    def send(self, sender, recipients, data):
        """One whole message. The reply is the first refusal, or the answer to the dot."""
        mail, rcpts, begun = self.begin(sender, recipients)
        if begun.code != 354:
            self.command("RSET")
            return next(reply for reply in [mail, *rcpts, begun] if reply.code >= 400)
        self.send_raw(stuffed(data))
        return self.finish()

    def reply(self):
        lines = []
        while True:
            line = self._reader.readline()
            if not line:
                raise ConnectionError("the server closed the connection")
            lines.append(line[4:].decode("utf-8", "replace").rstrip("\r\n"))
            if line[3:4] != b"-":
                return Reply(int(line[:3]), tuple(lines))


def stuffed(data):
    """RFC 5321 section 4.5.2: a dot that begins a line is doubled; the text ends with CRLF."""
    data = data.replace(b"\r\n.", b"\r\n..")
    data = b"." + data if data.startswith(b".") else data
    return data if data.endswith(b"\r\n") else data + b"\r\n"
