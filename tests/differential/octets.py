"""OpenPGP packets and armor as octets, in all the forms there are. Written apart from the reader under test."""

import base64
import functools
from dataclasses import dataclass

PKESK, SKESK, SED, MARKER, LITERAL, SEIPD, OCB, PADDING = 1, 3, 9, 10, 11, 18, 20, 21
MAY_BE_PARTIAL = {8, SED, LITERAL, SEIPD, OCB}
OPEN_ENDED = MAY_BE_PARTIAL & set(range(16))  # an old header has no room for the other types
SESSION_KEYS = {PKESK, SKESK}


@dataclass(frozen=True)
class Packet:
    type: int
    body: bytes
    form: str = "as short as can be"

    def encoded(self):
        return FORMS[self.form](self.type, self.body)


def new_header(kind, length):
    return bytes([0xC0 | kind]) + length


def one_octet(kind, body):
    return new_header(kind, bytes([len(body)])) + body


def two_octets(kind, body):
    return new_header(kind, (len(body) - 192 + 0xC000).to_bytes(2)) + body


def five_octets(kind, body):
    return new_header(kind, b"\xff" + len(body).to_bytes(4)) + body


def short_as_can_be(kind, body):
    return (one_octet if len(body) < 192 else two_octets if len(body) < 8384 else five_octets)(kind, body)


def old(kind, body, length_type):
    return bytes([0x80 | kind << 2 | length_type]) + len(body).to_bytes(1 << length_type) + body


def indeterminate(kind, body):
    return bytes([0x83 | kind << 2]) + body


def partial(kind, body, exponents=(9,)):
    """First chunks of 2 to the power of the exponents, then the rest."""
    out, rest = new_header(kind, b""), body
    for exponent in exponents:
        out, rest = out + bytes([0xE0 | exponent]) + rest[:1 << exponent], rest[1 << exponent:]
    return out + short_as_can_be(0, rest)[1:]


FORMS = {
    "as short as can be": short_as_can_be,
    "one octet": one_octet,
    "two octets": two_octets,
    "five octets": five_octets,
    "old, one octet": functools.partial(old, length_type=0),
    "old, two octets": functools.partial(old, length_type=1),
    "old, four octets": functools.partial(old, length_type=2),
    "indeterminate": indeterminate,
    "partial": partial,
    "partial, many": functools.partial(partial, exponents=(10, 9, 0, 5)),
    "partial, large": functools.partial(partial, exponents=(16, 14)),
    "partial, small": functools.partial(partial, exponents=(8,)),
}


def valid_forms(packet, is_last):
    size, out = len(packet.body), ["as short as can be", "five octets"]
    out += ["one octet"] * (size < 192) + ["two octets"] * (192 <= size < 8384)
    if packet.type < 16:
        out += ["old, one octet"] * (size < 256) + ["old, two octets"] * (size < 65536) + ["old, four octets"]
    if packet.type in MAY_BE_PARTIAL:
        out += ["partial"] * (size >= 512) + ["partial, many"] * (size >= 2048)
        out += ["partial, large"] * (size >= 1 << 16)
    return out + ["indeterminate"] * (packet.type in OPEN_ENDED and is_last)


def joined(packets):
    return b"".join(packet.encoded() for packet in packets)


def split(octets):
    """The packets of a valid message, in the shortest form."""
    return [packet for _, packet in split_at(octets)]


def split_at(octets):
    """The same with the offset of each packet."""
    packets, at = [], 0
    while at < len(octets):
        start, first, body = at, octets[at], b""
        at += 1
        if first & 0x40:
            kind, more = first & 0x3F, True
            while more:
                size, at, more = new_length(octets, at)
                body, at = body + octets[at:at + size], at + size
        else:
            kind, octets_of_length = first >> 2 & 0x0F, 1 << (first & 3) if first & 3 < 3 else 0
            size = int.from_bytes(octets[at:at + octets_of_length]) if octets_of_length else len(octets) - at
            at += octets_of_length
            body, at = octets[at:at + size], at + size
        packets.append((start, Packet(kind, body)))
    return packets


def new_length(octets, at):
    """The length that stands there, where what it counts begins, and whether it is of a chunk with more behind."""
    first = octets[at]
    if first < 192:
        return first, at + 1, False
    if first < 224:
        return (first - 192 << 8) + int.from_bytes(octets[at + 1:at + 2]) + 192, at + 2, False
    if first == 255:
        return int.from_bytes(octets[at + 1:at + 5]), at + 5, False
    return 1 << (first & 31), at + 1, True


# --- armor

def armored(octets):
    digits = base64.b64encode(octets).decode()
    lines = [digits[at:at + 64] for at in range(0, len(digits), 64)]
    lines = ["-----BEGIN PGP MESSAGE-----", "", *lines, "=" + checksum(octets), "-----END PGP MESSAGE-----", ""]
    return "\n".join(lines)


def dearmored(text):
    """What armored() was given."""
    return base64.b64decode("".join(text.splitlines()[2:-2]))


def checksum(octets):
    crc = 0xB704CE
    for octet in octets:
        crc ^= octet << 16
        for _ in range(8):
            crc = crc << 1 ^ (0x1864CFB if crc & 0x800000 else 0)
    return base64.b64encode((crc & 0xFFFFFF).to_bytes(3)).decode()
