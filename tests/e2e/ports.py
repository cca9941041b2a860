"""TCP ports on loopback."""

import itertools
import os
import socket
import time

# Below those that the kernel gives to outgoing connections (32768 and up): none of these takes a port between its probe and its
# use. A thousand for each share of the tests (conftest.py), since shares run side by side.
_share = int(os.environ.get("SEALGATE_SHARE", "1/1").partition("/")[0])
_candidates = itertools.cycle(range(10_000 + 1000 * _share, 11_000 + 1000 * _share))


def free_ports(count):
    """Distinct ports nobody listens on now."""
    return list(itertools.islice(filter(_is_free, _candidates), count))


def _is_free(port):
    try:
        socket.create_server(("127.0.0.1", port)).close()
        return True
    except OSError:
        return False


def wait_for_port(port, timeout=10):
    """Until somebody listens there; OSError if nobody does."""
    deadline = time.monotonic() + timeout
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
