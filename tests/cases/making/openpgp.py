"""OpenPGP bytes taken apart and put together by hand (RFC 9580 sections 4.2 and 6), for the forms no program makes."""
import base64
import hashlib
import textwrap

PKESK, SIGNATURE, SKESK, PUBLIC_KEY, SED, MARKER, LITERAL, SEIPD, OCB, PADDING = 1, 2, 3, 6, 9, 10, 11, 18, 20, 21


def noise(size, seed):
    """Octets that look like ciphertext, and are the same each time."""
    return hashlib.shake_256(seed.encode()).digest(size)


def new_length(size):
    if size < 192:
        return bytes([size])
    if size < 8384:
        return bytes([192 + (size - 192 >> 8), size - 192 & 255])
    return b"\xff" + size.to_bytes(4, "big")


def packet(tag, body):
    return bytes([0xC0 | tag]) + new_length(len(body)) + body


def old_packet(tag, body, length_octets=2):
    """With a header of the old format; length_octets 0: of indeterminate length, to the end of the input."""
    kind = {1: 0, 2: 1, 4: 2, 0: 3}[length_octets]
    length = len(body).to_bytes(length_octets, "big") if length_octets else b""
    return bytes([0x80 | tag << 2 | kind]) + length + body


def partial_packet(tag, body, chunk_bits):
    """In chunks of 2 ** chunk_bits octets, and a last one with a length of its own."""
    size, out = 1 << chunk_bits, bytes([0xC0 | tag])
    while len(body) >= size:
        out += bytes([0xE0 | chunk_bits]) + body[:size]
        body = body[size:]
    return out + new_length(len(body)) + body


def packets(data):
    """[(tag, body)] of whole packets; chunks are put together."""
    out = []
    while data:
        if data[0] & 0x40:
            tag, (body, data) = data[0] & 0x3F, take_new(data[1:])
        else:
            tag, kind = data[0] >> 2 & 15, data[0] & 3
            if kind == 3:
                return out + [(tag, data[1:])]
            octets = 1 << kind
            size = int.from_bytes(data[1 : 1 + octets], "big")
            body, data = data[1 + octets : 1 + octets + size], data[1 + octets + size :]
        out.append((tag, body))
    return out


def take_new(data):
    """What follows a new header's first octet: the body, and what is behind it."""
    body = b""
    while True:
        first = data[0]
        if first < 192:
            size, head = first, 1
        elif first < 224:
            size, head = (first - 192 << 8) + data[1] + 192, 2
        elif first == 255:
            size, head = int.from_bytes(data[1:5], "big"), 5
        else:
            size, head = 1 << (first & 31), 1
        body, data = body + data[head : head + size], data[head + size :]
        if not 224 <= first < 255:
            return body, data


def join(parts):
    return b"".join(packet(tag, body) for tag, body in parts)


def literal(text, name=b""):
    return packet(LITERAL, b"t" + bytes([len(name)]) + name + b"\0\0\0\0" + text.encode())


def crc24(data):
    crc = 0xB704CE
    for octet in data:
        crc ^= octet << 16
        for _ in range(8):
            crc = crc << 1 ^ (0x1864CFB if crc & 0x800000 else 0)
        crc &= 0xFFFFFF
    return crc.to_bytes(3, "big")


def digits(data, width=64):
    return "\n".join(textwrap.wrap(base64.b64encode(data).decode(), width)) + "\n"


def checksum(data):
    return "=" + base64.b64encode(crc24(data)).decode() + "\n"


def armor(data, headers=(), label="PGP MESSAGE", crc=None, blank="\n"):
    """crc: the checksum line, or "" for none; None: the right one. blank: the line between headers and data."""
    return (f"-----BEGIN {label}-----\n" + "".join(line + "\n" for line in headers) + blank + digits(data)
            + (checksum(data) if crc is None else crc) + f"-----END {label}-----\n")


def unarmor(text):
    """The data of the one block in a text that a program has written."""
    inside = text[text.index("-----BEGIN") :]
    inside = inside[inside.index("\n\n") + 2 : inside.index("-----END")]
    return base64.b64decode("".join(line for line in inside.splitlines() if not line.startswith("=")))


# Digits of base64, and a letter.
SPELLED = ("Dear+Bob/the+price+is+forty+two+million+tell+nobody+before+Monday/I+shall+meet+you+at+five+behind+the+old/"
           "station+and+bring+the+contract+with+me/do+not+call/and+burn+this+when+you+have+read+it/Alice+++")


def spelled_out(message):
    """The message's session key, and then data that look like ciphertext and whose base64 digits are a letter."""
    head = packet(*packets(message)[0])
    text = base64.b64decode(SPELLED[: len(SPELLED) // 4 * 4])
    for filler in range(3):  # so that the letter begins with a group of four digits
        data = packet(SEIPD, b"\x01" + noise(filler, "filler") + text)
        if (len(head) + len(data) - len(text)) % 3 == 0:
            break
    return head + data
