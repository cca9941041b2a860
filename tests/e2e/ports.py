"""TCP ports on loopback."""

import socket
import time


def free_ports(count):
    """Distinct ports nobody listens on now. Another program could still take one: tests/run is alone on its machine."""
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


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
