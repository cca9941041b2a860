"""Subjects with a tag, in every charset that has a name: in encoded words of both kinds, whole and cut, and in the raw."""

import base64
import codecs
import encodings.aliases
from pathlib import Path
from typing import NamedTuple

import glibc

# Those of subject_verdict.cpp, as people may write them.
TAGS = ["confidential", "vertraulich", "机密", "機密", "기밀", "конфиденциально", "důvěrné", "εμπιστευτικό", "confidențial", "סודי"]
WRITTEN = [f"[{tag}]" for tag in TAGS] + ["［ｃｏｎｆｉｄｅｎｔｉａｌ］", "【confidential】", "[Confidential] ", "Re: [VERTRAULICH]"]
# The labels of the WHATWG Encoding Standard, section 4.2, by encoding.
LABELS = {encoding: labels.split() for encoding, _, labels in
          (line.partition(": ") for line in (Path(__file__).parent / "encodings.txt").read_text().splitlines())}

# What Python calls them, where that is another name.
CODECS = {"gbk": "gb18030", "big5": "big5hkscs", "euc-kr": "cp949", "shift_jis": "cp932", "windows-874": "cp874",
          "x-mac-cyrillic": "mac_cyrillic", "macintosh": "mac_roman", "ibm866": "cp866", "iso-8859-8-i": "iso8859_8"}


class Case(NamedTuple):
    name: str
    subject: bytes
    charset: str = ""  # of the text of the mail

    def header(self):
        lines = [b"Subject: " + self.subject]
        if self.charset:
            lines.append(b"Content-Type: text/plain; charset=\"" + self.charset.encode() + b'"')
        return b"\r\n".join(lines) + b"\r\n\r\nx\r\n"


# How programs write a bracket as ASCII where they know such a charset: RFC 2152, RFC 3501, Java and C, HTML.
ESCAPED = [b"+AFs-confidential+AF0-", b"&AFs-confidential&AF0-", rb"\u005Bconfidential\u005D", b"&#91;confidential&#93;"]


def names():
    """Every label, with a codec of Python's that writes it; and Python's own names."""
    for encoding, labels in LABELS.items():
        for label in labels:
            yield label, codec(CODECS.get(encoding, encoding)) or codec(label)
    for alias, name in encodings.aliases.aliases.items():
        yield alias, codec(name)
        yield alias.replace("_", "-"), codec(name)
    for label in "cp1200 utf-16 utf-16le utf-16be utf-32 utf-7 unicode-1-1-utf-7 x-unicode-2-0-utf-7 UTF.7".split():
        yield label, codec("utf-16-le" if label == "cp1200" else "utf-7" if "7" in label else label)


def glibc_names():
    """glibc has more than a thousand, and those that others write behind them."""
    for label in [*glibc.names(), "UTF-7//IGNORE", "utf-16//TRANSLIT"]:
        yield label, GlibcCodec(label)


def codec(name):
    try:
        found = codecs.lookup(name)
        return found if found._is_text_encoding else None
    except LookupError:
        return None


class GlibcCodec(NamedTuple):
    label: str

    def encode(self, text):
        octets = glibc.encode(text, self.label)
        if octets is None:
            raise ValueError(self.label, text)
        return octets, len(text)

    def decode(self, octets):
        return glibc.decode(octets, self.label) or "", len(octets)


def encoded(text, using):
    try:
        return using.encode(text)[0] if using else text.encode("ascii")
    except (UnicodeError, ValueError):
        return None


def decoded(octets, using):
    try:
        return using.decode(octets)[0]
    except (UnicodeError, ValueError):
        return ""


def q(octets):
    return "".join(chr(octet) if chr(octet).isalnum() and octet < 128 else f"={octet:02X}" for octet in octets).encode()


def word(label, kind, text):
    return b"=?" + label.encode() + b"?" + kind + b"?" + text + b"?="


def two_words(label, kind, first, second):
    return word(label, kind, first) + b"\r\n " + word(label, kind, second)


def ways(label, octets, rng):
    """Names and Subjects: the octets as programs write them, and as they should not."""
    digits, cut = base64.b64encode(octets), rng.randrange(1, len(octets))
    yield "B", word(label, b"B", digits)
    yield "Q", word(label, b"Q", q(octets))
    yield "b, language", word(label + "*en", b"b", digits)
    yield "unpadded", word(label, b"B", digits.rstrip(b"="))
    yield "two B", two_words(label, b"B", base64.b64encode(octets[:cut]), base64.b64encode(octets[cut:]))
    yield "two Q", two_words(label, b"q", q(octets[:cut]), q(octets[cut:]))
    yield "white space", b"x " + word(label, b"B", digits[:5] + b" " + digits[5:]) + b" x"
    strange = bytes(rng.randrange(0x80, 0x100) for _ in range(2))
    yield "strange octets", word(label, b"Q", q(strange[:1] + octets + strange[1:]))
    if label.isascii() and not label.startswith(("utf-16", "utf-32")):
        yield "apart", two_words(label, b"Q", q(b"x" + strange[:1]), q(octets))


def cases_of(label, using, rng, most_ways):
    written = [(text, octets) for text in WRITTEN if (octets := encoded(text, using))]
    # Each label has ASCII and something of its own.
    for text, octets in written[:1] + rng.sample(written[1:], min(2, len(written[1:]))):
        all_ways = list(ways(label, octets, rng))
        for way, subject in rng.sample(all_ways, min(most_ways, len(all_ways))):
            yield Case(f"{label} {way} {text}", subject)
        if b"\n" not in octets and b"\r" not in octets and b"\0" not in octets:
            yield Case(f"{label} raw {text}", octets, label)
    for octets in ESCAPED:
        if using and "[confidential]" in decoded(octets, using):
            yield Case(f"{label} escaped {octets}", word(label, b"Q", q(octets)))
            yield Case(f"{label} raw {octets}", octets, label)


def make_cases(rng):
    cases = [case for label, using in names() for case in cases_of(label, using, rng, 100)]
    cases += [case for label, using in glibc_names() for case in cases_of(label, using, rng, 1)]
    return list(dict.fromkeys(cases))
