"""Messages changed in every way that a reader of packets could read otherwise than gpg. All from one random.Random."""

import string
from dataclasses import dataclass

from octets import (LITERAL, MARKER, OCB, PADDING, PKESK, SED, SEIPD, SESSION_KEYS, SKESK, Packet, armored, dearmored,
                    five_octets, joined, one_octet, split, split_at, valid_forms)

DIGITS = string.ascii_uppercase + string.ascii_lowercase + string.digits + "+/"  # of base64
PARAGRAPH = b"The board will be told on Monday that the offer is accepted. Keep this to yourself until then. " * 3


@dataclass(frozen=True)
class Case:
    name: str  # the message that it was, and what was done to it
    octets: bytes
    armored: bool = False
    binary: bytes | None = None  # what is in the armor, where that is known


# --- changes of octets

def flip_bit_in_header(rng, octets):
    start, _ = rng.choice(split_at(octets))
    return flip(rng, octets, min(start + rng.randrange(14), len(octets) - 1))


def flip_bit_anywhere(rng, octets):
    return flip(rng, octets, rng.randrange(len(octets)))


def flip(rng, octets, at):
    return octets[:at] + bytes([octets[at] ^ 1 << rng.randrange(8)]) + octets[at + 1:]


def cut_anywhere(rng, octets):
    return octets[:rng.randrange(len(octets))]


def cut_at_the_end(rng, octets):
    return octets[:-rng.randrange(1, 12)]


def cut_in_front(rng, octets):
    return octets[rng.randrange(1, 12):]


def octets_behind(rng, octets):
    noise = rng.randbytes(rng.randrange(1, 30))
    return octets + rng.choice([b"\n", b"\0", b"\0" * 16, b"\xff", b"Hello, world.\n", noise])


def octets_in_front(rng, octets):
    return rng.choice([b"\n", b"\0", b"Hello, world.\n", rng.randbytes(rng.randrange(1, 30))]) + octets


# --- changes of packets; each takes and gives a list

def at_random(rng, packets, kinds=None):
    return rng.choice([n for n, packet in enumerate(packets) if kinds is None or packet.type in kinds])


def changed(packets, at, **what):
    new = {"type": packets[at].type, "body": packets[at].body, "form": packets[at].form, **what}
    return packets[:at] + [Packet(**new)] + packets[at + 1:]


def other_forms(rng, packets):
    return [Packet(packet.type, packet.body, rng.choice(valid_forms(packet, n == len(packets) - 1)))
            for n, packet in enumerate(packets)]


def every_form_of_data(packets):
    for form in valid_forms(packets[-1], True):
        yield form, joined(changed(packets, len(packets) - 1, form=form))


def small_first_chunk(_, packets):
    return changed(packets, len(packets) - 1, form="partial, small")


def session_key_in_chunks(rng, packets):
    return changed(packets, at_random(rng, packets), form=rng.choice(["partial", "partial, small"]))


def open_ended_inside(rng, packets):
    at = at_random(rng, packets)
    return changed(packets, at, form="indeterminate") if packets[at].type < 16 else packets[:at]


def wrong_length(rng, packets):
    at = at_random(rng, packets)
    encoded = five_octets(packets[at].type, packets[at].body)
    length = max(0, len(packets[at].body) + rng.choice([-40, -9, -2, -1, 1, 2, 9, 40, 70_000, 1 << 31]))
    return joined(packets[:at]) + encoded[:2] + length.to_bytes(4) + encoded[6:] + joined(packets[at + 1:])


def repeat(rng, packets):
    at = at_random(rng, packets)
    return packets[:at] + [packets[at]] * rng.randrange(1, 4) + packets[at:]


def drop(rng, packets):
    at = at_random(rng, packets)
    return packets[:at] + packets[at + 1:]


def swap(rng, packets):
    one, other = at_random(rng, packets), at_random(rng, packets)
    out = list(packets)
    out[one], out[other] = out[other], out[one]
    return out


def insert(rng, packets, *, packet=None, where=None):
    at = rng.randrange(len(packets) + 1) if where is None else where
    return packets[:at] + [packet] + packets[at:]


def marker(rng, packets):
    return insert(rng, packets, packet=Packet(MARKER, b"PGP"))


def marker_with_text(rng, packets):
    return insert(rng, packets, packet=Packet(MARKER, rng.choice([b"", b"PGQ", b"PGP, and more", PARAGRAPH])))


def padding(rng, packets):
    return insert(rng, packets, packet=Packet(PADDING, rng.randbytes(rng.choice([0, 1, 30, 300]))))


def unknown_packet(rng, packets):
    kind = rng.choice([0, 0, 15, 16, 22, 39, 40, 59, 60, 62])
    return insert(rng, packets, packet=Packet(kind, rng.randbytes(20)), where=rng.choice([0, None]))


def misplaced_packet(rng, packets):
    kind = rng.choice([2, 4, 5, 6, 7, 8, LITERAL, 12, 12, 12, 13, 14, 17, 19, 19, 19])
    body = {LITERAL: b"b\0\0\0\0\0Hello, world.", 8: b"\0" + one_octet(LITERAL, b"b\0\0\0\0\0abc")}
    return insert(rng, packets, packet=Packet(kind, body.get(kind, rng.randbytes(20))), where=rng.choice([0, None]))


def more_behind(rng, packets):
    return packets + [rng.choice([Packet(MARKER, b"PGP"), Packet(PADDING, rng.randbytes(30)), Packet(40, PARAGRAPH),
                                  Packet(60, PARAGRAPH), Packet(LITERAL, b"b\0\0\0\0\0" + PARAGRAPH), packets[0],
                                  packets[-1]])]


def other_version(rng, packets):
    at = at_random(rng, packets)
    version = rng.choice([0, 1, 2, 3, 4, 5, 6, 7, 255])
    return changed(packets, at, body=bytes([version]) + packets[at].body[1:])


def old_pkesk_version(rng, packets):
    return [Packet(p.type, b"\2" + p.body[1:]) if p.type == PKESK else p for p in packets]


def other_type(rng, packets):
    return changed(packets, at_random(rng, packets), type=rng.choice([1, 2, 3, 8, 9, 10, 11, 18, 20, 21, 40]))


def other_algorithm(rng, packets):
    at = at_random(rng, packets, SESSION_KEYS)
    body, where = packets[at].body, 9 if packets[at].type == PKESK else 1
    return changed(packets, at, body=body[:where] + bytes([rng.choice([0, 3, 16, 25, 99, 255])]) + body[where + 1:])


def session_key_of_other_size(rng, packets):
    at = at_random(rng, packets, SESSION_KEYS)
    body, more = packets[at].body, rng.randbytes(rng.choice([1, 40]))
    return changed(packets, at, body=rng.choice([body[:rng.randrange(len(body))], body + more]))


def long_pkesk(rng, packets):
    half = rng.choice([256, 3500, 4150, 4500])
    body = b"\3" + rng.randbytes(8) + b"\x10" + mpi(rng, half * 8) + mpi(rng, half * 8)
    return insert(rng, packets, packet=Packet(PKESK, body), where=0)


def mpi(rng, bits):
    return bits.to_bytes(2) + (rng.getrandbits(bits) | 1 << bits - 1).to_bytes((bits + 7) // 8)


def long_passphrase_packet(rng, packets):
    version, more = rng.choice([4, 4, 4, 4, 4, 4, 3, 7]), rng.choice([0, 190, 400, 600, 600])
    body = bytes([version, 9, 3, 8]) + rng.randbytes(8) + b"\xff" + rng.randbytes(more)
    return insert(rng, packets, packet=Packet(SKESK, body), where=0)


def bad_s2k(rng, packets):
    mode = rng.choice([2, 5, 9, 100])
    body = bytes([4, 9, mode, 8]) + rng.randbytes(8) + b"\xff" + rng.randbytes(33)
    return insert(rng, packets, packet=Packet(SKESK, body), where=0)


def little_data(rng, packets):
    size = rng.choice([0, 1, 2, 8, 12, 20, 30, 39, 39, 40, 40, 41, 42])
    return changed(packets, len(packets) - 1, body=packets[-1].body[:size])


def readable_data(rng, packets):
    wide = PARAGRAPH.decode().encode("utf-16-le")
    readable, form = rng.choice([(PARAGRAPH, "five octets"), (wide, "five octets"), (bytes(600), "five octets"),
                                 (PARAGRAPH * 20, "partial, many")])
    return changed(packets, len(packets) - 1, body=packets[-1].body[:1] + readable, form=form)


def readable_padding(rng, packets):
    return insert(rng, packets, packet=Packet(PADDING, PARAGRAPH), where=0)


def readable_session_key(rng, packets):
    body = b"\3" + rng.randbytes(8) + b"\x63" + PARAGRAPH[:70]  # of an algorithm that nobody knows
    return insert(rng, packets, packet=Packet(PKESK, body), where=0)


def many_session_keys(rng, packets):
    return [packets[at_random(rng, packets, SESSION_KEYS)]] * rng.choice([998, 999, 1000, 1001]) + packets[-1:]


def hidden(rng, packets):
    return [Packet(p.type, p.body[:1] + bytes(8) + p.body[9:]) if p.type == PKESK else p for p in packets]


def wrapped(rng, packets):
    whole = joined(packets)
    return rng.choice([[Packet(8, b"\0" + whole)], [Packet(LITERAL, b"b\0\0\0\0\0" + whole)]])


def without_integrity(rng, packets):
    return changed(packets, len(packets) - 1, type=SED, body=packets[-1].body[1:])


def rfc9580_pkesk(rng):
    to = rng.choice([b"\0", b"\x15\4" + rng.randbytes(20), b"\x21\6" + rng.randbytes(32)])
    return Packet(PKESK, b"\6" + to + b"\x19" + rng.randbytes(73))


def rfc9580(rng, packets):
    """No program here makes these; what another could make, in form."""
    skesk = Packet(SKESK, b"\6\x1d\x09\2\x0b\3\x08" + rng.randbytes(8) + b"\xff" + rng.randbytes(15 + 32 + 16))
    data = Packet(SEIPD, b"\2\x09\2\6" + rng.randbytes(rng.choice([32 + 40, 1000, 9000])))
    session_keys = rng.sample([rfc9580_pkesk(rng), rfc9580_pkesk(rng), skesk, packets[0]], rng.randrange(1, 4))
    return session_keys + [rng.choice([data, data, data, packets[-1]])]


def librepgp(rng, packets):
    """The same of GnuPG 2.4: EAX and OCB, and now and then a mode and a size of chunks that are none."""
    mode, chunk = rng.choice([(1, 16), (2, 22), (51, 16), (2, 99)])
    skesk = Packet(SKESK, bytes([5, 9, 2, 3, 8]) + rng.randbytes(8) + b"\xff" + rng.randbytes(15 + 32 + 16))
    data = Packet(OCB, bytes([1, 9, mode, chunk]) + rng.randbytes(rng.choice([15 + 40, 1000, 9000])))
    session_keys = rng.choice([[skesk], packets[:-1], packets[:-1] + [skesk], [skesk] + packets[:-1]])
    return session_keys + [rng.choice([data, packets[-1]])]


OF_OCTETS = [flip_bit_in_header, flip_bit_in_header, flip_bit_in_header, flip_bit_anywhere, cut_anywhere,
             cut_at_the_end, cut_in_front, octets_behind, octets_in_front]
OF_ANY_PACKETS = [other_forms, other_forms, session_key_in_chunks, open_ended_inside, wrong_length, repeat, drop, swap,
                  marker, marker_with_text, padding, unknown_packet, misplaced_packet, more_behind, other_version,
                  other_type, wrapped]
OF_ENCRYPTED = [small_first_chunk, old_pkesk_version, other_algorithm, session_key_of_other_size, long_pkesk,
                long_passphrase_packet, bad_s2k, little_data, readable_data, readable_padding, readable_session_key,
                many_session_keys, hidden, without_integrity, rfc9580, librepgp]


# --- changes of armor

def text_around(rng, text):
    return rng.choice(["Dear all,\n\n" + text, text + "\nRegards\n", "> " + text])


def two_armors(rng, text):
    return text + rng.choice(["", "\n"]) + text


def white_space_around(rng, text):
    return rng.choice(["\n\n" + text + "\n\n", text.replace("\n", "\r\n"), text.replace("-----\n", "----- \t\n")])


def header_line(rng, text):
    long = "Comment: " + "a long one " * 30
    line = rng.choice(["Version: GnuPG v2.2.40", long, "Subject: the offer", "Foo: bar", "no colon"])
    return text.replace("-----\n\n", f"-----\n{line}\n\n", 1)


def no_empty_line(_, text):
    return text.replace("-----\n\n", "-----\n", 1)


def other_mark(rng, text):
    what = rng.choice(["END PGP MESSAGE-----", "BEGIN PGP MESSAGE-----"])
    return text.replace(what, rng.choice([what.replace("MESSAGE", "SIGNATURE"), what[:-2], what.lower(), ""]))


def other_checksum(rng, text):
    head, mark, tail = text.rpartition("\n=")
    return rng.choice([head + mark + "AAAA" + tail[4:], head + tail[4:], head + mark + tail[1:]])


def no_checksum(_, text):
    """Of a message whose base64 has no padding: markers make its size a multiple of three."""
    octets = dearmored(text)
    octets = Packet(MARKER, b"PGP").encoded() * (len(octets) % 3) + octets
    head, _, tail = armored(octets).rpartition("\n=")
    return head + tail[4:]


def spare_bits(rng, text):
    """Bits of the last digit that are of no octet."""
    octets = dearmored(text)
    octets = Packet(MARKER, b"PGP").encoded() * (len(octets) % 3 == 0) + octets
    text = armored(octets)
    at = len(text[:text.rindex("\n=")].rstrip("=")) - 1
    spare = 15 if len(octets) % 3 == 1 else 3
    return text[:at] + DIGITS[DIGITS.index(text[at]) + rng.randint(1, spare)] + text[at + 1:]


def other_digit(rng, text):
    at = rng.randrange(text.index("\n\n") + 2, text.rindex("\n="))
    return text[:at] + rng.choice("ABCz+/*- =.,\n") + text[at + 1:]


def lost_line(rng, text):
    lines = text.split("\n")
    at = rng.randrange(len(lines))
    return "\n".join(lines[:at] + lines[at + 1:])


OF_ARMOR = [text_around, two_armors, white_space_around, header_line, no_empty_line, other_mark, other_checksum,
            no_checksum, spare_bits, other_digit, lost_line]


# --- all together

def make_cases(rng, encrypted, others, clear_signed, count):
    """Each message as it is, in armor, and with its data in all lengths; then changed ones: every kind of change
    equally often, some twice over, some in armor."""
    cases = [Case(name, octets, binary=octets) for name, octets in {**encrypted, **others}.items()]
    cases += [Case(f"{case.name}, armored", armored(case.octets).encode(), True, case.octets) for case in cases]
    cases += [Case(f"{name}, data in {form}", octets, binary=octets) for name, message in encrypted.items()
              for form, octets in every_form_of_data(split(message))]
    twice = cases[0].octets * 2
    cases += [Case("clear-signed", clear_signed, True), Case("nothing", b"", binary=b""),
              Case("the same twice", twice, binary=twice)]
    kinds = OF_OCTETS + OF_ANY_PACKETS + OF_ENCRYPTED + OF_ARMOR
    for n in range(count - len(cases)):
        kind = kinds[n % len(kinds)]
        bases = others if kind not in OF_ENCRYPTED and rng.random() < 0.1 else encrypted
        name = rng.choice(list(bases))
        cases.append(_changed_in_armor(rng, name, bases[name], kind) if kind in OF_ARMOR else
                     _changed(rng, name, bases[name], kind, kinds))
    return cases


def _changed(rng, name, octets, kind, kinds):
    octets, name = _apply(rng, kind, octets), f"{name}, {kind.__name__}"
    if rng.random() < 0.1 and octets:
        again = rng.choice(OF_OCTETS[3:])
        octets, name = again(rng, octets), f"{name}, {again.__name__}"
    if rng.random() < 0.15 and len(octets) < 20_000:
        return Case(f"{name}, armored", armored(octets).encode(), True, octets)
    return Case(name, octets, binary=octets)


def _apply(rng, kind, octets):
    if kind in OF_OCTETS:
        return kind(rng, octets)
    out = kind(rng, split(octets))
    return out if isinstance(out, bytes) else joined(out)


def _changed_in_armor(rng, name, octets, kind):
    text = kind(rng, armored(octets if len(octets) < 20_000 else octets[:100])).encode()
    return Case(f"{name}, {kind.__name__}", text, True)
