"""What becomes of mail by the state of the keys: what `keys list` says is what sealing does, and our own faults are 4xx."""

import json
import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest
from expect import deferred, refused, sealed, unchanged
from gateway import PROGRAM
from mails import Mail

CERTIFICATES = Path(__file__).resolve().parents[1] / "certificates"
BOB = "bob@partner.example"


def test_a_certificate_is_sealed_to_exactly_if_it_is_listed_as_usable(world):
    """A few of those that tests/keys/store/usability_test.cpp goes through."""
    files = [CERTIFICATES / name for name in ("dsa-elg-1024.asc", "unknown-kdf.pgp", "of-1970.pgp", "good-and-newer-weak.pgp",
                                              "elgamal-sign-too.pgp", "expired-sub.asc")]
    known = {json.loads(line)["fingerprint"] for line in world.gateway.run("keys", "list", "--json").stdout.splitlines()}
    world.gateway.run("keys", "import", *map(str, files))
    world.gateway.reload()
    listed = [json.loads(line) for line in world.gateway.run("keys", "list", "--json").stdout.splitlines()]
    odd = [one for one in listed if one["fingerprint"] not in known and one["addresses"]]
    try:
        assert {one["state"] for one in odd} >= {"usable", "weak", "not-for-encryption", "expired"}
        for one in odd:
            mail = Mail([one["addresses"][0]], "[confidential] Offer")
            reply = world.send(mail)
            if one["state"] == "usable":
                sealed(world, mail, reply)
            else:
                refused(world, mail, reply, "key-" + one["state"])
    finally:
        for one in listed:
            if one["fingerprint"] not in known:
                world.gateway.run("keys", "remove", one["fingerprint"]).check_returncode()
        world.gateway.reload()


def test_a_weak_key_is_refused_unless_the_policy_takes_it(world):
    mail = Mail(["rsa1024@partner.example"], "[confidential] Offer")
    with world.keys_imported(CERTIFICATES / "rsa1024.asc"):
        reply = world.send(mail)
        record = refused(world, mail, reply, "key-weak")
        assert record["recipients"][0]["key"]["state"] == "weak"
        assert "the key of rsa1024@partner.example (secure) is too weak. Ask them for a new OpenPGP key" in reply.text
        lower = world.gateway.usual_policy(accept_smime="true\n  minimum: {rsa: 1024}")
        with world.gateway_with(policy=lower):
            mail = Mail(["rsa1024@partner.example"], "[confidential] Offer")
            sealed(world, mail, world.send(mail))


def test_the_list_says_when_a_certificate_really_ends(world):
    with world.keys_imported(CERTIFICATES / "sub-expires-soon.asc", CERTIFICATES / "expired-sub.asc", CERTIFICATES / "renew-new.asc"):
        table = world.gateway.run("keys", "list").stdout
        lines = [json.loads(line) for line in world.gateway.run("keys", "list", "--json").stdout.splitlines()]
    ends = {"soon@partner.example": "2026-12-01", "expired-sub@partner.example": "2020-12-31", "renew@partner.example": "2020-12-31",
            BOB: "never"}
    for address, end in ends.items():
        row = next(line for line in table.splitlines() if line.endswith(address)).split()
        assert row[4] == end, row
    soon = next(one for one in lines if one["addresses"] == ["soon@partner.example"])
    assert soon["expires"].startswith("2026-12-01")
    assert [one["expires"] and one["expires"][:10] for one in soon["subkeys"]] == [None, "2026-12-01"]
    renewed = next(one for one in lines if one["addresses"] == ["renew@partner.example"])
    assert [one["state"] for one in renewed["subkeys"]] == ["not-for-encryption", "expired"]


def test_sha1_is_a_remark_and_no_more(world):
    with world.keys_imported(CERTIFICATES / "sha1new.asc"):
        shown = world.gateway.run("keys", "show", "sha1new@partner.example")
        checked = world.gateway.run("check")
        assert "SHA-1" in shown.stdout and shown.returncode == 0
        assert "remark: " in checked.stderr and "SHA-1" in checked.stderr and checked.returncode == 0
        mail = Mail(["sha1new@partner.example"], "[confidential] Offer")
        sealed(world, mail, world.send(mail))


# Keys of encryption.always_to.

@pytest.fixture(name="organisation", scope="module")
def organisation_key_that_expired(opened_world):
    vault = opened_world.keys.make("ended@example.org", expires="20210101T000000", at="20200101T000000")
    opened_world.gateway.run("keys", "import", str(vault.certificate)).check_returncode()
    yield vault
    opened_world.gateway.run("keys", "remove", vault.fingerprint).check_returncode()


@pytest.mark.parametrize("entry, state", [("ended@example.org", "expired"), ("nobody@example.org", "missing")])
def test_an_organisation_key_that_cannot_be_used_stops_what_needs_it_alone(world, organisation, entry, state):
    with world.gateway_with(policy=world.gateway.usual_policy(always_to=f"[{entry}]")):
        said = f"encryption.always_to: the key of {entry} is {state}, so mail that has to be encrypted waits"
        assert said in world.gateway.log()
        checked = world.gateway.run("check")
        assert checked.returncode == 1 and said in checked.stderr
        assert said in json.loads(world.gateway.run("check", "--json").stdout)["errors"][0]

        waits = Mail([BOB], "[confidential] Offer")
        reply = world.send(waits)
        deferred(world, waits, reply, "organisation-key")
        assert "a key of our own organisation" in reply.text and "administrator" in reply.text
        assert f"the key of {entry} (encryption.always_to) is {state}" in world.gateway.log()

        passes = Mail(["max@example.org"], "[internal] Minutes")
        unchanged(world, passes, world.send(passes))
        no_key = Mail(["bob@yahoo.com"], "[confidential] Offer")
        refused(world, no_key, world.send(no_key), "no-key")
        assert "reloaded" in world.gateway.reload()
    mail = Mail([BOB], "[confidential] Offer")
    sealed(world, mail, world.send(mail))


# Our own faults.

@contextmanager
def stored_file_as(world, person, change):
    """The person's certificate in the store, spoilt; the gateway has to start with it, and nothing tells what it was."""
    file = world.gateway.state / "keys" / f"{person.fingerprint}.pgp"
    content = file.read_bytes()
    try:
        world.gateway.stop()
        change(file)
        (world.gateway.state / "keys.index").unlink()
        world.gateway.start()
        yield
    finally:
        file.unlink()
        file.write_bytes(content)
        world.gateway.restart()


def unreadable(file):
    """Reading it is an error also for root."""
    file.unlink()
    file.symlink_to("/proc/self/mem")


def damaged(file):
    file.write_bytes(file.read_bytes()[:-40])


def emptied(file):
    file.write_bytes(b"")


def torn(file):
    file.write_bytes(file.read_bytes()[:40])


@pytest.mark.parametrize("change", [unreadable, damaged, emptied, torn])
def test_a_certificate_that_is_there_and_cannot_be_read_defers_mail(world, change):
    with stored_file_as(world, world.keys.bob, change):
        mail = Mail([BOB], "[confidential] Offer")
        reply = world.send(mail)
        deferred(world, mail, reply, "keys-unreadable")
        assert f"the mail gateway cannot read all of its own keys just now, so it cannot tell which are of {BOB}." in reply.text
        assert "Ask them" not in reply.text
        has_key = Mail(["carol@partner.example"], "[confidential] Offer")
        sealed(world, has_key, world.send(has_key))
        other = Mail(["bob@yahoo.com"], "[confidential] Offer")
        if change is damaged:
            refused(world, other, world.send(other), "no-key")
        else:
            deferred(world, other, world.send(other), "keys-unreadable")
            for command in (("check",), ("keys", "list")):
                said = world.gateway.run(*command)
                assert said.returncode == 1, said.stdout
                assert f"{world.keys.bob.fingerprint}.pgp is not used: " in said.stderr
                assert "so mail to whoever has no other key waits" in said.stderr
    mail = Mail([BOB], "[confidential] Offer")
    sealed(world, mail, world.send(mail))


def test_junk_beside_the_certificates_makes_no_refusal_a_deferral(world):
    junk = world.gateway.state / "keys" / ("A" * 40 + ".pgp")
    junk.write_bytes(b"somebody's notes")
    try:
        world.gateway.reload()
        mail = Mail(["bob@yahoo.com"], "[confidential] Offer")
        refused(world, mail, world.send(mail), "no-key")
        assert "is not used" in world.gateway.run("check").stderr
    finally:
        junk.unlink()
        world.gateway.reload()


def test_a_clock_behind_the_certificates_defers_mail(world):
    """By `explain`, which decides as the gateway does, with a clock of its own."""
    file = world.gateway.root / "mail.eml"
    file.write_bytes(Mail([BOB], "[confidential] Offer").data())
    run = subprocess.run(["faketime", "2001-01-01", PROGRAM, "--config", world.gateway.config, "explain", "--json",
                          "--from", "ann@example.org", "--to", BOB, file], capture_output=True, text=True, timeout=120)
    said = json.loads(run.stdout)
    assert said["outcome"] == "defer" and said["reply"].startswith("451 "), said
