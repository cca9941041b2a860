"""Mails to send: plain values that know their own bytes."""

import base64
import itertools
import secrets
from dataclasses import dataclass, field

_count = itertools.count(1)


def _marker():
    """A word that stands nowhere but in this mail's body; a mail that leaked is found by it."""
    return f"Marker{secrets.token_hex(12)}"


def _message_id():
    return f"{next(_count)}.{secrets.token_hex(6)}@client.example.org"


@dataclass
class Mail:
    """One mail. `text` is the body's text; its marker is put in at {marker}."""

    to: list
    subject: str = "Minutes"
    sender: str = "ann@example.org"
    cc: list = field(default_factory=list)
    bcc: list = field(default_factory=list)
    extra: list = field(default_factory=list)  # more header fields, as lines
    content: list = field(default_factory=lambda: ["Content-Type: text/plain; charset=us-ascii",
                                                   "Content-Transfer-Encoding: 7bit"])
    text: bytes = b"Dear colleague,\r\n\r\nthe word is {marker}.\r\n.a line that begins with a dot\r\n"
    marker: str = field(default_factory=_marker)
    message_id: str = field(default_factory=_message_id)

    @property
    def recipients(self):
        return [*self.to, *self.cc, *self.bcc]

    def body(self):
        return self.text.replace(b"{marker}", self.marker.encode())

    def entity(self):
        """The MIME entity that a sealed mail must hold: the Content- fields, the empty line, the body."""
        return "".join(line + "\r\n" for line in self.content).encode() + b"\r\n" + self.body()

    def data(self):
        fields = [f"From: Ann <{self.sender or 'mailer-daemon@example.org'}>", "To: " + ", ".join(self.to)]
        fields += ["Cc: " + ", ".join(self.cc)] if self.cc else []
        fields += [f"Subject: {self.subject}", "Date: Mon, 23 Nov 2026 09:00:00 +0100", f"Message-ID: <{self.message_id}>"]
        fields += [*self.extra, "MIME-Version: 1.0"]
        return "".join(line + "\r\n" for line in fields).encode() + self.entity()


def text_of(octets):
    """About so many, with the mail's marker."""
    return b"{marker}\r\n" + (b"x" * 70 + b"\r\n") * (octets // 72)


def split_mail():
    """One that leaves in three forms: sealed for two, in clear for two colleagues (one in Bcc), sealed once more for a Bcc."""
    return Mail(["bob@partner.example", "max@example.org"], "[confidential] Offer", cc=["dave@riseup.net"],
                bcc=["carol@partner.example", "tom@example.org"])


def with_attachment(to, subject):
    """text/plain and a binary attachment in a multipart, with folds, a preamble and an epilogue."""
    return Mail(to, subject, content=['Content-Type: multipart/mixed;', '\tboundary="=_part 1"', "Content-Language: de"],
                text=b"preamble\r\n--=_part 1\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit"
                     b"\r\n\r\nGr\xc3\xbc\xc3\x9fe, {marker}  \r\n--=_part 1\r\nContent-Type: application/octet-stream\r\n"
                     b"Content-Transfer-Encoding: base64\r\n\r\nAAECAwQFBgcICQ==\r\n\r\n--=_part 1--\r\nepilogue\r\n")


def pgp_mime(to, subject, armor, **more):
    """A PGP/MIME message (RFC 3156) as the sender's own client makes it, around that armor."""
    return Mail(to, subject, content=['Content-Type: multipart/encrypted; protocol="application/pgp-encrypted";',
                                      ' boundary="sender"'],
                text=b"--sender\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n\r\n--sender\r\n"
                     b"Content-Type: application/octet-stream\r\n\r\n" + armor.replace(b"\n", b"\r\n") +
                     b"\r\n--sender--\r\n", **more)


def inline_under_a_note(to, subject, armor, **more):
    """An encrypted text with a readable one above it."""
    return Mail(to, subject, text=b"Can you read this? {marker}\r\n\r\n" + armor.replace(b"\n", b"\r\n"), **more)


def exchange_mangled(to, subject, armor, **more):
    """The same as Exchange passes it on: multipart/mixed, an empty text in front, everything in base64."""
    def part(kind, name, content):
        return (f'--sender\r\nContent-Type: {kind}; name="{name}"\r\nContent-Disposition: attachment; filename="{name}"\r\n'
                "Content-Transfer-Encoding: base64\r\n\r\n").encode() + base64.encodebytes(content).replace(b"\n", b"\r\n")
    return Mail(to, subject, content=['Content-Type: multipart/mixed; boundary="sender"'],
                text=b'--sender\r\nContent-Type: text/plain; charset="us-ascii"\r\n\r\n\r\n' +
                     part("application/pgp-encrypted", "PGPMIME Versions Identification", b"Version: 1\r\n") +
                     part("application/octet-stream", "encrypted.asc", armor) + b"--sender--\r\n", **more)
