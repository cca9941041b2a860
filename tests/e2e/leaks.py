"""Looks for a mail's text where it must not be, in clear or behind an encoding that anybody can undo."""

import base64
import errno
import re
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


def files_holding(directory, marker):
    """Every file below the directory in which the marker can be read."""
    return sorted(str(path) for path in Path(directory).rglob("*") if path.is_file() and holds(_read(path), marker))


def _read(path):
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""  # it was delivered or rotated meanwhile
    except OSError as error:
        if error.errno != errno.EIO:
            raise
        return b""  # nobody can read it, which a test wanted
