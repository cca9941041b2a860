"""glibc's iconv, by which mutt, neomutt and others read charsets. It has names that nobody else has."""

import ctypes
import functools
import subprocess

_libc = ctypes.CDLL(None)
_libc.iconv_open.restype = ctypes.c_void_p
_libc.iconv.argtypes = [ctypes.c_void_p] + [ctypes.POINTER(kind) for kind in (ctypes.c_void_p, ctypes.c_size_t) * 2]
_libc.iconv.restype = ctypes.c_size_t
_libc.iconv_close.argtypes = [ctypes.c_void_p]
_FAILED = ctypes.c_size_t(-1).value


def names():
    """All that `iconv -l` has; the converters of some may be in a package that is not installed."""
    said = subprocess.run(["iconv", "-l"], capture_output=True, check=True, timeout=60).stdout.decode()
    return sorted({line.strip().removesuffix("//") for line in said.splitlines()} - {""})


@functools.lru_cache(maxsize=None)
def _converted(octets, charset, into):
    """The octets, without those that are broken, and whether any were. None: no such charset."""
    handle = _libc.iconv_open(into.encode(), charset.encode())
    if handle == _FAILED:
        return None
    source, room = ctypes.create_string_buffer(octets, len(octets) + 1), ctypes.create_string_buffer(16 * len(octets) + 64)
    at, left = ctypes.c_void_p(ctypes.addressof(source)), ctypes.c_size_t(len(octets))
    end, free = ctypes.c_void_p(ctypes.addressof(room)), ctypes.c_size_t(len(room))
    to_end = ctypes.byref(end), ctypes.byref(free)
    broken = False
    while left.value and _libc.iconv(handle, ctypes.byref(at), ctypes.byref(left), *to_end) == _FAILED:
        broken = True
        at.value += 1
        left.value -= 1
    _libc.iconv(handle, None, None, *to_end)  # back to the first alphabet
    _libc.iconv_close(handle)
    return room.raw[:len(room) - free.value], broken


def decode(octets, charset):
    """None: no such charset."""
    read = _converted(octets, charset, "UTF-8")
    return read and read[0].decode(errors="replace")


def encode(text, charset):
    """None: no such charset, or it does not have these letters."""
    written, broken = _converted(text.encode(), "UTF-8", charset) or (None, False)
    return None if broken else written
