"""Free TCP ports on loopback."""

import socket


def free_ports(count):
    """Distinct ports nobody listens on now. Another program could still take one: tests/run is alone on its machine."""
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports
