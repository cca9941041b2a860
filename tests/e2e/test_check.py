"""`sealgate check` needs no Postfix, makes nothing, and fails for what would keep the gateway from starting."""

import os
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest
from gateway import Gateway
from ports import free_ports


@pytest.fixture
def fresh():
    """A gateway that was never started, where everybody may go."""
    with tempfile.TemporaryDirectory(prefix="sealgate-", dir="/tmp") as root:
        os.chmod(root, 0o755)
        yield (gateway := Gateway(Path(root) / "gateway", *free_ports(2)))
        if gateway.running:
            gateway.stop()


def listening(gateway, *where):
    lines = gateway.config.read_text().splitlines(keepends=True)
    gateway.config.write_text("".join(f"  listen: [{', '.join(where)}]\n" if "listen:" in line else line for line in lines))


def fails(gateway, *said):
    run = gateway.run("check")
    assert run.returncode == 1 and all(one in run.stderr for one in said), run.stderr
    checked = gateway.run("check", "--json")
    assert checked.returncode == 1 and said[0] in checked.stdout


def does_not_start(gateway):
    run = subprocess.run(gateway.command("serve"), capture_output=True, text=True, timeout=20)
    assert run.returncode != 0, run.stderr


def test_it_makes_nothing(fresh):
    before = sorted(fresh.root.rglob("*"))
    assert fresh.run("check").returncode == 0
    assert sorted(fresh.root.rglob("*")) == before


@pytest.mark.parametrize("where, said", [
    ("unix:/nowhere/at/all/milter.sock", "its directory is not there; as root: install -d -o sealgate -g postfix -m 0710 /nowhere/at/all"),
    ("unix:/etc/hostname/milter.sock", "Not a directory"),
    ("inet:203.0.113.9:8899", "write an address that this machine has"),
])
def test_a_place_where_nobody_can_listen(fresh, where, said):
    listening(fresh, where)
    fails(fresh, where, said)
    does_not_start(fresh)


def test_a_port_that_another_program_has_is_told_and_the_gateways_own_is_not(fresh):
    port, = free_ports(1)
    listening(fresh, f"inet:127.0.0.1:{port}")
    with socket.create_server(("127.0.0.1", port)):
        fails(fresh, f"inet:127.0.0.1:{port}", "another program listens there: ss -ltnp")
        does_not_start(fresh)
    fresh.configure()
    fresh.start()
    assert fresh.run("check").returncode == 0
    with socket.create_server(("127.0.0.1", port)):
        listening(fresh, fresh.inet_endpoint, f"inet:127.0.0.1:{port}")
        fails(fresh, f"inet:127.0.0.1:{port}", "another program listens there")


def test_checkpoints_elsewhere_are_tried_as_the_file_that_they_are(fresh):
    elsewhere = fresh.root.parent / "evidence"
    elsewhere.mkdir(mode=0o755)
    fresh.configure(audit=f"{{checkpoints: {elsewhere}/c.jsonl}}")
    fresh.state.mkdir(mode=0o700)
    os.chown(fresh.state, 65534, 65534)
    os.chown(fresh.root, 65534, 65534)
    fails(fresh, f"{elsewhere}/c.jsonl: nobody may not write checkpoints there")
    (elsewhere / "c.jsonl").touch()
    os.chown(elsewhere / "c.jsonl", 65534, 65534)
    assert fresh.run("check").returncode == 0


def test_a_metrics_port_that_another_program_has_is_told(fresh):
    port, = free_ports(1)
    fresh.configure(more=f"  metrics: inet:127.0.0.1:{port}\n")
    with socket.create_server(("127.0.0.1", port)):
        fails(fresh, f"127.0.0.1:{port}", "another program listens there")


def test_a_state_directory_in_which_its_owner_may_not_write(fresh):
    fresh.state.mkdir()
    os.chown(fresh.state, 65534, 65534)
    fresh.state.chmod(0o500)
    fails(fresh, f"{fresh.state}: nobody may not write in {fresh.state}", f"as root: chown nobody {fresh.state} && chmod u+rwx {fresh.state}")
    fresh.state.chmod(0o700)
    (fresh.state / "outbox").mkdir(mode=0o700)  # root's
    fails(fresh, f"{fresh.state}/outbox: nobody may not write")


def test_who_neither_is_the_gateway_nor_root_is_not_asked_to_start_it(fresh):
    fresh.start()
    fresh.stop()
    fresh.state.chmod(0o711)
    run = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *fresh.command("check")], capture_output=True, text=True)
    assert "may not write" not in run.stderr, run.stderr
