"""What changes in the key store is in force within a second, without a reload."""

import itertools
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
