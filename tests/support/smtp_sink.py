"""An SMTP server that keeps what arrives: the mail server of everybody else in the end-to-end world.

Speaks RFC 5321 with PIPELINING, 8BITMIME, SMTPUTF8 and SIZE over plain sockets. A delivery's data is what stood between
DATA and the final dot, dot-stuffing undone and nothing else touched. Answers can be changed while it runs.
"""

import socket
import threading
import time
from dataclasses import dataclass, field


@dataclass
class Delivery:
    sender: str
    recipients: list
    data: bytes
    at: float = field(default_factory=time.monotonic)

    def header(self):
        """The header section, without the empty line."""
        return self.data.partition(b"\r\n\r\n")[0] + b"\r\n"

    def body(self):
        return self.data.partition(b"\r\n\r\n")[2]

    def fields(self, name):
        """The values of all header fields of that name, unfolded."""
        unfolded = self.header().replace(b"\r\n ", b" ").replace(b"\r\n\t", b" ")
        wanted = name.lower().encode() + b":"
        return [line[len(wanted):].strip().decode("utf-8", "replace")
                for line in unfolded.split(b"\r\n") if line.lower().startswith(wanted)]

    def field(self, name):
        values = self.fields(name)
        return values[0] if values else None

    def without_trace(self):
        """The message without the Received field that the last server put on top."""
        if not self.data.startswith(b"Received:"):
            return self.data
        lines = self.data.split(b"\r\n")
        end = 1
        while lines[end][:1] in (b" ", b"\t"):
            end += 1
        return b"\r\n".join(lines[end:])


class Sink:
    """`with Sink() as sink:` listens on 127.0.0.1:sink.port until the block ends."""

    def __init__(self):
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self._listener.getsockname()[1]
        self._changed = threading.Condition()
        self._deliveries = []
        self._answers = {}
        self._pauses = {}

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._listener.close()

    @property
    def deliveries(self):
        with self._changed:
            return list(self._deliveries)

    def forget(self):
        with self._changed:
            self._deliveries.clear()

    def wait_for(self, wanted, timeout=10):
        """The deliveries for which wanted(delivery) holds, as soon as there is one; [] when there is none in time."""
        with self._changed:
            self._changed.wait_for(lambda: any(map(wanted, self._deliveries)), timeout)
            return [delivery for delivery in self._deliveries if wanted(delivery)]

    def answer(self, verb, reply, times=1):
        """The next `times` commands of that verb ("RCPT", "RCPT a@b", or "." for the end of data) get this reply."""
        with self._changed:
            self._answers.setdefault(verb, []).extend([reply] * times)

    def pause(self, verb, seconds):
        """From now on, commands of that verb get their replies so much later."""
        self._pauses[verb] = seconds

    def _reply_to(self, verb, usual):
        time.sleep(self._pauses.get(verb, 0))
        with self._changed:
            waiting = self._answers.get(verb)
            return waiting.pop(0) if waiting else usual

    def _accept(self):
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    def _serve(self, peer):
        try:
            with peer:
                _Session(self, peer).run()
        except OSError:
            pass  # the client went away

    def keep(self, delivery):
        with self._changed:
            self._deliveries.append(delivery)
            self._changed.notify_all()


class _Session:
    def __init__(self, sink, peer):
        self._sink, self._peer = sink, peer
        self._unread = bytearray()
        self._sender, self._recipients = None, []

    def run(self):
        self._say("220 sink.example ESMTP")
        while (line := self._read_until(b"\r\n")) is not None:
            verb = line[:4].decode("ascii", "replace").upper().strip()
            if verb == "QUIT":
                return self._say("221 2.0.0 bye")
            handler = getattr(self, "_on_" + verb.lower(), None)
            if handler is None:
                self._say("502 5.5.1 not here")
            else:
                handler(line.decode("utf-8", "replace"))

    def _on_ehlo(self, _):
        self._say("250-sink.example\r\n250-PIPELINING\r\n250-SIZE 0\r\n250-8BITMIME\r\n250 SMTPUTF8")

    def _on_helo(self, _):
        self._say("250 sink.example")

    def _on_mail(self, line):
        self._sender, self._recipients = _path(line), []
        self._say(self._sink._reply_to("MAIL", "250 2.1.0 ok"))

    def _on_rcpt(self, line):
        reply = self._sink._reply_to(f"RCPT {_path(line)}", self._sink._reply_to("RCPT", "250 2.1.5 ok"))
        if reply.startswith("2"):
            self._recipients.append(_path(line))
        self._say(reply)

    def _on_data(self, _):
        if not self._recipients:
            return self._say("554 5.5.1 no valid recipients")
        self._say("354 go on")
        text = self._read_data()
        reply = self._sink._reply_to(".", "250 2.0.0 kept")
        if text is not None and reply.startswith("2"):
            self._sink.keep(Delivery(self._sender, self._recipients, text))
        self._say(reply)

    def _on_rset(self, _):
        self._sender, self._recipients = None, []
        self._say("250 2.0.0 ok")

    def _on_noop(self, _):
        self._say("250 2.0.0 ok")

    def _say(self, reply):
        self._peer.sendall(reply.encode() + b"\r\n")

    def _read_data(self):
        # An empty message is a dot alone: no line break stands before it.
        while len(self._unread) < 3:
            if not self._read_more():
                return None
        if self._unread.startswith(b".\r\n"):
            del self._unread[:3]
            return b""
        text = self._read_until(b"\r\n.\r\n")
        if text is None:
            return None
        text = text + b"\r\n"
        return (text[1:] if text.startswith(b".") else text).replace(b"\r\n.", b"\r\n")

    def _read_until(self, end):
        looked_at = 0
        while (found := self._unread.find(end, looked_at)) < 0:
            looked_at = max(0, len(self._unread) - len(end))
            if not self._read_more():
                return None
        text = bytes(self._unread[:found])
        del self._unread[:found + len(end)]
        return text

    def _read_more(self):
        more = self._peer.recv(1 << 20)
        self._unread += more
        return bool(more)


def _path(line):
    """The address of "MAIL FROM:<a@b> SIZE=1" or "RCPT TO:<a@b>"."""
    return line.partition("<")[2].rpartition(">")[0]
