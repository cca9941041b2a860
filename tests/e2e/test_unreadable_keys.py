"""Certificates that gpg on this machine cannot read: mail that came encrypted to them is known as such."""

import subprocess
import time
from pathlib import Path

import pytest

from gateway import PROGRAM

from expect import refused, results
from mails import Mail

FILES = Path(__file__).resolve().parent.parent / "keys" / "certificates" / "files"
SIX = "js-v6-curve25519@partner.example"
FOUR = "js-v4-curve25519@partner.example"


@pytest.fixture(name="imported")
def world_with_their_certificates(world):
    runs = [world.gateway.run("keys", "import", str(FILES / name)) for name in ("js-v6-curve25519.asc", "js-v4-curve25519.asc")]
    time.sleep(1)
    yield world
    for run in runs:
        assert run.returncode == 0, run.stderr
        assert "GnuPG here cannot encrypt to such a key" in run.stderr
        world.gateway.run("keys", "remove", run.stdout.split()[1]).check_returncode()


def from_file(name, *recipients):
    """The encrypted mail in that file, as Ann sends it to these."""
    header, _, body = (FILES / name).read_bytes().partition(b"\r\n\r\n")
    content = [line for line in header.decode().split("\r\n") if line.startswith("Content-")]
    return Mail(list(recipients), "[confidential] x", content=content, text=body)


@pytest.mark.parametrize("name, address", [("to-v6-only.eml", SIX), ("to-unsupported-x25519.eml", FOUR)])
def test_mail_encrypted_to_them_passes(imported, name, address):
    mail = from_file(name, address)
    reply = imported.send(mail)
    assert reply.code == 250, str(reply)
    delivery, = imported.arrived(mail)
    assert b"-----BEGIN PGP MESSAGE-----" in delivery.data
    assert results(imported.record(mail))[address][1] in ("already-encrypted", "subject-in-clear")


@pytest.mark.parametrize("name, address", [("to-v6-only.eml", SIX), ("to-unsupported-x25519.eml", FOUR)])
def test_mail_encrypted_to_them_is_for_them(imported, name, address):
    explained = imported.gateway.explain(FILES / name, "ann@example.org", [address])
    assert results(explained)[address][0] in ("deliver", "warn")
    assert results(explained)[address][1] in ("already-encrypted", "subject-in-clear"), explained["recipients"]


@pytest.mark.parametrize("name, address", [("to-v6-only.eml", FOUR), ("to-unsupported-x25519.eml", SIX)])
def test_mail_encrypted_to_others_is_not(imported, name, address):
    explained = imported.gateway.explain(FILES / name, "ann@example.org", [address])
    assert results(explained) == {address: ("reject", "not-addressed")}


def test_clear_mail_is_not_encrypted_to_them(imported):
    mail = Mail([SIX], "[confidential] Offer")
    refused(imported, mail, imported.send(mail), "key-not-for-encryption")
    shown = imported.gateway.run("keys", "show", SIX)
    assert shown.returncode == 1 and "GnuPG here cannot encrypt" in shown.stderr


def test_a_revocation_in_a_bundle_that_gpg_cannot_read_counts_at_once(world):
    def imports(name):
        run = world.gateway.run("keys", "import", str(FILES / name))
        time.sleep(1)
        return run

    assert imports("revoked-before.asc").returncode == 0
    try:
        run = imports("revoked-v4-then-v6.asc")
        assert "updated  2DA19FC6D743B4CACA1D4E502B5DC83F33FB56EC  revoked" in run.stdout, run.stdout + run.stderr
        mail = Mail(["revoked@partner.example"], "[confidential] Offer")
        refused(world, mail, world.send(mail), "key-revoked")
    finally:
        for line in run.stdout.splitlines():
            world.gateway.run("keys", "remove", line.split()[1])
        world.gateway.reload()  # the next test finds the keys as they were


def test_the_standard_input_may_be_the_file(world):
    with open(FILES / "plain.asc", "rb") as file:
        run = subprocess.run([PROGRAM, "--config", world.gateway.config, "keys", "import", "-"], stdin=file,
                             capture_output=True, text=True, timeout=60)
    assert run.returncode == 0 and "added  CACEF556DD7FABE65EF2B0DB1582BA78AC564B0B" in run.stdout, run.stderr
    world.gateway.run("keys", "remove", "CACEF556DD7FABE65EF2B0DB1582BA78AC564B0B").check_returncode()
    world.gateway.reload()
