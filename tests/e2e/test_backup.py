"""A state directory that is copied while mail flows is whole where it is restored: the log verifies, keys and threads are there, nothing goes twice."""

import json
import shutil
import threading

from gateway import Gateway
from mails import Mail
from ports import free_ports


def test_what_is_copied_hot_is_whole_where_it_is_restored(world, tmp_path):
    partner = world.keys.make("partner@backup.example")
    world.gateway.run("keys", "import", str(partner.certificate)).check_returncode()
    stop = threading.Event()

    def send():
        while not stop.is_set():
            world.send(Mail(["max@example.org"], "[internal] Lunch"))

    sending = threading.Thread(target=send)
    sending.start()
    try:
        world.wait_until(lambda: len(world.gateway.records()) > 20)
        restored = Gateway(tmp_path / "restored", *free_ports(2))
        shutil.copytree(world.gateway.state, restored.state, ignore=shutil.ignore_patterns("*.sock", "gpg"))
    finally:
        stop.set()
        sending.join()
    count = len(restored.records())
    assert count > 20
    restored.start()
    try:
        proof = json.loads(restored.run("audit", "verify", "--json").stdout)
        assert proof["ok"] and proof["records"] >= count, proof
        assert "partner@backup.example" in restored.run("keys", "list").stdout
        assert restored.run("status").returncode == 0
    finally:
        restored.stop()
        world.gateway.run("keys", "remove", partner.fingerprint)
