"""What changes in the key store is in force within a second, without a reload."""

import itertools
import json
import shutil
import time
from contextlib import contextmanager

import pytest

from expect import refused, sealed
from mails import Mail

SECOND = 1.0
NUMBERS = itertools.count(1)


def offer(address):
    return Mail([address], "[confidential] Offer")


@pytest.fixture(name="partner")
def partner_with_a_key(world):
    """Somebody to whom mail is sealed, for one test."""
    partner = world.keys.make(f"pat{next(NUMBERS)}@partner.example")
    with taking_effect():
        world.gateway.run("keys", "import", str(partner.certificate)).check_returncode()
    mail = offer(partner.address)
    sealed(world, mail, world.send(mail))
    yield partner
    world.gateway.run("keys", "remove", partner.fingerprint)


@contextmanager
def taking_effect():
    yield
    time.sleep(SECOND)


def store_file(world, person, suffix=".pgp"):
    return world.gateway.state / "keys" / (person.fingerprint + suffix)


def last_change(world):
    return world.gateway.events("keys-reload")[-1]


def test_an_imported_revocation_counts_at_once(world, partner):
    partner.revoke()
    with taking_effect():
        world.gateway.run("keys", "import", str(partner.certificate)).check_returncode()
    mail = offer(partner.address)
    refused(world, mail, world.send(mail), "key-revoked")
    assert last_change(world)["changed"] == {"count": 1, "fingerprints": [partner.fingerprint]}
    names = [event["event"] for event in world.gateway.events("key-import", "keys-reload")]
    assert names[-2:] == ["key-import", "keys-reload"], "who did it comes before what it did"


def test_disabled_enabled_and_removed_count_at_once(world, partner):
    for command, reason in (("disable", "key-disabled"), ("enable", None), ("remove", "no-key")):
        with taking_effect():
            world.gateway.run("keys", command, partner.fingerprint).check_returncode()
        mail = offer(partner.address)
        reply = world.send(mail)
        refused(world, mail, reply, reason) if reason else sealed(world, mail, reply)
    assert last_change(world)["removed"]["fingerprints"] == [partner.fingerprint]


def test_a_certificate_in_use_is_not_lost_with_its_file(world, partner):
    file = store_file(world, partner)
    whole = file.read_bytes()
    before = world.gateway.log()
    for broken in (whole[:100], b"junk", b""):
        with taking_effect():
            file.write_bytes(broken)
        mail = offer(partner.address)
        sealed(world, mail, world.send(mail))
    with taking_effect():
        store_file(world, partner, ".disabled").touch()
    mail = offer(partner.address)
    refused(world, mail, world.send(mail), "key-disabled")
    with taking_effect():
        file.write_bytes(whole)
        store_file(world, partner, ".disabled").unlink()
    said = world.gateway.log()[len(before):]
    assert said.count(f"{partner.fingerprint}.pgp cannot be used any more") == 3, "each fault once: " + said


def test_junk_in_the_directory_is_told_once(world):
    junk = world.gateway.state / "keys" / ("A" * 40 + ".pgp")
    before = world.gateway.log()
    try:
        with taking_effect():
            junk.write_bytes(b"junk")
        for _ in range(3):
            with taking_effect():
                junk.touch()
        assert world.gateway.log()[len(before):].count(junk.name) == 1
    finally:
        junk.unlink()


def test_a_directory_that_is_put_away_and_back_costs_no_certificate(world, partner):
    directory = world.gateway.state / "keys"
    away = directory.with_name("away")
    directory.rename(away)
    time.sleep(SECOND)
    mail = offer(partner.address)
    sealed(world, mail, world.send(mail))
    with taking_effect():
        away.rename(directory)
    with taking_effect():
        world.gateway.run("keys", "disable", partner.fingerprint).check_returncode()
    mail = offer(partner.address)
    refused(world, mail, world.send(mail), "key-disabled")


@contextmanager
def without_the_store(world):
    """The key directory is not there, until the block ends."""
    directory = world.gateway.state / "keys"
    away = directory.with_name("away")
    directory.rename(away)
    try:
        time.sleep(SECOND)
        yield directory
    finally:
        if directory.exists():
            directory.rmdir()
        with taking_effect():
            away.rename(directory)


def waits(world, address):
    """Mail to that address waits, by a fault of our own."""
    mail = offer(address)
    reply = world.send(mail)
    assert reply.code == 451 and "cannot read all of its own keys" in reply.text, str(reply)
    record = world.record(mail)
    assert (record["outcome"], record["failure"]) == ("defer", "keys-unreadable")


@pytest.mark.parametrize("is_there", [False, True], ids=["gone", "not mounted"])
def test_a_store_that_is_lost_is_no_empty_store(world, partner, is_there):
    before = world.gateway.log()
    with without_the_store(world) as directory:
        if is_there:
            with taking_effect():
                directory.mkdir()
        lost = f"{directory} has nothing in it" if is_there else f"{directory} is gone"
        for _ in range(2):  # and again after whoever looked, and a reload
            mail = offer(partner.address)
            sealed(world, mail, world.send(mail))
            waits(world, "bob@yahoo.com")
            checked = world.gateway.run("check")
            assert checked.returncode == 1 and lost in checked.stderr
            assert lost in json.loads(world.gateway.run("check", "--json").stdout)["errors"][0]
            assert lost in world.gateway.run("keys", "list").stderr
            assert world.gateway.run("keys", "disable", partner.fingerprint).returncode == 1
            imported = world.gateway.run("keys", "import", str(partner.certificate))
            assert imported.returncode == 1 and lost in imported.stderr
            assert "reloaded: nothing changed" in world.gateway.reload()
        assert directory.exists() == is_there
        assert lost in world.gateway.log()[len(before):]
        assert "removed;" not in world.gateway.log()[len(before):]
        world.gateway.restart()
        mail = offer(partner.address)
        sealed(world, mail, world.send(mail))
        waits(world, "bob@yahoo.com")
    for address, reason in ((partner.address, None), ("bob@yahoo.com", "no-key")):
        mail = offer(address)
        reply = world.send(mail)
        refused(world, mail, reply, reason) if reason else sealed(world, mail, reply)


def test_a_damaged_certificate_in_use_stops_no_reload(world, partner):
    file = store_file(world, partner)
    whole = file.read_bytes()
    with taking_effect():
        file.write_bytes(whole[:100])
    said = world.gateway.reload()
    assert f"{partner.fingerprint}.pgp cannot be used any more, and the certificate stays as it was" in said
    assert "reloaded: nothing changed" in said
    mail = offer(partner.address)
    sealed(world, mail, world.send(mail))
    with taking_effect():
        file.write_bytes(whole)


def test_a_revocation_does_not_wait_for_the_key_of_the_log(world, partner, tmp_path):
    plain, key = world.gateway.root / "plain.yaml", tmp_path / "address.key"
    shutil.copy(world.gateway.config, plain)
    with world.gateway_with(audit=f"{{addresses: keyed, address_key: {key}}}"):
        key.write_text("no key\n")
        before = world.gateway.log()
        partner.revoke()
        with taking_effect():
            world.gateway.run("keys", "import", str(partner.certificate), config=plain).check_returncode()
        mail = offer(partner.address)
        reply = world.send(mail)
        assert reply.code // 100 == 5 and "revoked" in reply.text, str(reply)
        assert world.arrived(mail) == [] and world.leaks(mail) == []
        said = world.gateway.log()[len(before):]
        assert said.count("keys: 0 added, 1 changed, 0 removed") == 1 and "cannot be read" not in said, said
        written, = last_change(world)["changed"]["fingerprints"]
        assert written != partner.fingerprint

        world.gateway.configure()
        world.gateway.reload()
        with taking_effect():
            world.gateway.run("keys", "remove", partner.fingerprint).check_returncode()
        assert last_change(world)["removed"]["fingerprints"] == [written], "as decisions call it until the next start"


def test_many_changes_at_once_are_few_readings(world, partner):
    count = len(world.gateway.events("keys-reload"))
    marker = store_file(world, partner, ".disabled")
    for _ in range(200):
        marker.touch()
        marker.unlink()
    time.sleep(SECOND)
    assert len(world.gateway.events("keys-reload")) - count <= 6
    mail = offer(partner.address)
    sealed(world, mail, world.send(mail))
