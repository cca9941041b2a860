"""Looks for a mail's text where it must not be, in clear or behind an encoding that anybody can undo."""

import base64
import errno
import os
import re
import urllib.parse
from email.errors import HeaderParseError
from email.header import decode_header
from pathlib import Path


def disguises(marker):
    """The marker as it is, in quoted-printable with broken lines, in hex, and in base64 at each of the three alignments."""
    plain = marker.encode()
    found = [plain, plain.hex().encode()]
    for shift in range(3):
        encoded = base64.b64encode(b"x" * shift + plain)
        # The first and last groups also depend on the neighbours' bits.
        found.append(encoded[4:-4] if shift else encoded[:-4])
    return found


def holds(data, marker):
    """Whether the marker can be read out of these bytes."""
    unbroken = re.sub(rb"=?\r?\n", b"", data)
    return any(form in data or form in unbroken for form in disguises(marker))


# How a mail program may read octets that name no charset.
READ_AS = ["utf-8", "latin-1", "gbk", "big5", "shift_jis", "euc_jp", "euc_kr", "koi8-r"]


def _decoded(octets, charset):
    try:
        return octets.decode(charset)
    except (LookupError, UnicodeDecodeError):
        return ""


def _readings(field):
    """What a program may show of a header field's octets."""
    yield from (_decoded(field, charset) for charset in READ_AS)
    try:
        pieces = decode_header(field.decode("ascii", "replace"))
    except HeaderParseError:
        return
    for charset in READ_AS:
        yield "".join(piece if isinstance(piece, str) else _decoded(piece, charset) for piece, _ in pieces)
    yield "".join(piece if isinstance(piece, str) else _decoded(piece, name or "ascii") for piece, name in pieces)


def _words(text):
    """A letter of a script that puts no space between words is one."""
    return re.findall(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+", text.casefold())


def says(header, text, in_a_row=4):
    """The field of this header, if any, that says so many words of the text in a row, or all of it if it has fewer, in any reading."""
    wanted = _words(text)
    size = min(in_a_row, len(wanted))
    runs = {tuple(wanted[at:at + size]) for at in range(len(wanted) - size + 1)}
    for field in re.split(rb"\r?\n(?![ \t])", header):
        for reading in _readings(re.sub(rb"\r?\n", b"", field)):
            for shown in (reading, urllib.parse.unquote(reading)):
                words = _words(shown)
                if any(tuple(words[at:at + size]) in runs for at in range(len(words))):
                    return field
    return None


def files_holding(directory, marker):
    """Every file below the directory in which the marker can be read."""
    files = (Path(folder, name) for folder, _, names in os.walk(directory, onerror=_raise_but_for_absence) for name in names)
    return sorted(str(path) for path in files if path.is_file() and holds(_read(path), marker))


def _raise_but_for_absence(problem):
    if not isinstance(problem, FileNotFoundError):  # a directory was removed meanwhile
        raise problem


def _read(path):
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""  # it was delivered or rotated meanwhile
    except OSError as error:
        if error.errno != errno.EIO:
            raise
        return b""  # nobody can read it, which a test wanted
