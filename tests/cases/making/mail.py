"""Mails put together as text, and the file of a case. The form of the files: README.md."""
import base64
import quopri
import re
import textwrap
from dataclasses import dataclass, field

VERSION = "Content-Type: application/pgp-encrypted\n\nVersion: 1\n"
ENCRYPTED = 'multipart/encrypted; protocol="application/pgp-encrypted"; boundary="b"'
SENTENCE = "This is an OpenPGP/MIME encrypted message (RFC 4880 and 3156)\n"


@dataclass
class Case:
    name: str  # topic/fact
    protection: str
    made_by: str
    about: str
    mail: str | bytes
    to: dict = field(default_factory=dict)  # the person's name: yes, no, unverifiable
    why: str = ""
    keys: list = field(default_factory=list)
    passphrases: int = 0


def letter(content, to="bob", subject="the offer"):
    """A whole mail: the header a program writes, and content that begins with its MIME fields."""
    people = ", ".join(f"{name.capitalize()} <{name}@example.net>" for name in to.split())
    return (f"From: Alice <alice@example.org>\nTo: {people}\nSubject: {subject}\n"
            f"Date: Mon, 23 Nov 2026 09:00:00 +0100\nMessage-ID: <offer.1@example.org>\nMIME-Version: 1.0\n{content}")


def part(content_type, body="", *fields):
    return f"Content-Type: {content_type}\n" + "".join(line + "\n" for line in fields) + "\n" + body


def between(parts, boundary="b", end=None):
    """Parts and the boundaries around them. end: the closing line, where it is not the usual one."""
    closing = f"--{boundary}--\n" if end is None else end
    return "".join(f"--{boundary}\n{one}\n" for one in parts) + closing


def multipart(subtype, *parts, boundary="b", before="", after=""):
    return (f'Content-Type: multipart/{subtype}; boundary="{boundary}"\n\n'
            + before + between(parts, boundary) + after)


def encrypted(*parts, content_type=ENCRYPTED, boundary="b", before="", after=""):
    """multipart/encrypted around the parts; nothing here makes it right."""
    return f"Content-Type: {content_type}\n\n" + before + between(parts, boundary) + after


def data(armor, *fields):
    return part('application/octet-stream; name="encrypted.asc"', armor, *fields)


def pgp_mime(armor, **options):
    """As RFC 3156 has it."""
    return encrypted(VERSION, data(armor), **options)


def in_base64(content):
    octets = content if isinstance(content, bytes) else content.replace("\n", "\r\n").encode()
    return "\n".join(textwrap.wrap(base64.b64encode(octets).decode(), 76)) + "\n"


def quoted_printable(text):
    return quopri.encodestring(text.encode()).decode()


BASE64 = "Content-Transfer-Encoding: base64"
QUOTED = "Content-Transfer-Encoding: quoted-printable"


def attachment(name, octets, content_type="application/octet-stream"):
    return part(f'{content_type}; name="{name}"', in_base64(octets), BASE64,
                f'Content-Disposition: attachment; filename="{name}"')


def cannot_stand(octets):
    """Whether these bytes would be lost, or not seen, in a text file."""
    try:
        text = octets.decode()
    except UnicodeDecodeError:
        return True
    return bool(re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\ufeff\u2028\u2029]|[ \t]$", text, re.M)
                or not text.endswith("\n"))


def escaped(octets):
    """Every byte that cannot stand in a text file as \\xHH; a backslash at a line's end: the line goes on."""
    text = octets.decode("utf-8", "surrogateescape").replace("\\", "\\\\")
    hidden = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\ufeff\u2028\u2029\udc80-\udcff]|[ \t](?=\n|$)")

    def spelled(match):
        return "".join(f"\\x{octet:02X}" for octet in match[0].encode("utf-8", "surrogateescape"))

    text = hidden.sub(spelled, text)
    return text if text.endswith("\n") else text + "\\\n"


def file_of(case):
    octets = case.mail if isinstance(case.mail, bytes) else case.mail.encode()
    head = [f"protection: {case.protection}"]
    if case.why:
        head.append(f"why: {case.why}")
    head += [f"to: {person}@example.net {answer}" for person, answer in case.to.items()]
    if case.keys:
        head.append("keys: " + " ".join(case.keys))
    if case.passphrases:
        head.append(f"passphrases: {case.passphrases}")
    head.append(f"made by: {case.made_by}")
    body = octets.decode() if not cannot_stand(octets) else None
    if body is None:
        head.append("escapes: yes")
        body = escaped(octets)
    about = "\n".join(textwrap.wrap(" ".join(case.about.split()), 110, break_long_words=False, break_on_hyphens=False))
    return "\n".join(head) + "\n\n" + about + "\n---\n" + body
