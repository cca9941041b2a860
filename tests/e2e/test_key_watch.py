"""keys.watch: administrators hear of keys that cannot be used, and of those that end soon; once, and no mail waits for that."""

import email
import itertools
import json
import time
from contextlib import contextmanager
from datetime import datetime, timezone
from email import policy as email_policy

import pytest
from expect import decision_id, sealed, unchanged
from mails import Mail

BOB = "bob@partner.example"
NUMBERS = itertools.count(1)


@pytest.fixture
def watcher():
    """An administrator whom nobody has told anything yet."""
    return f"admin{next(NUMBERS)}@example.org"


@contextmanager
def watching(world, watcher, always_to="", **more):
    """The gateway as at its first start with keys.watch."""
    world.gateway.stop()
    (world.gateway.state / "watch" / "told.jsonl").unlink(missing_ok=True)
    policy = world.gateway.usual_policy(always_to=f"[{always_to}]") if always_to else None
    with world.gateway_with(keys=f"{{watch: {{mail: [{watcher}], before: [30d, 7d, 1d]}}}}", policy=policy, **more):
        yield


@contextmanager
def person(world, address, **how):
    """Somebody whose certificate the store has for one test."""
    made = world.keys.make(address, **how)
    world.gateway.run("keys", "import", str(made.certificate)).check_returncode()
    try:
        yield made
    finally:
        world.gateway.run("keys", "remove", made.fingerprint).check_returncode()


def time_of(written):
    return datetime.fromisoformat(written.replace("Z", "+00:00"))


def end_of(world, person):
    listed = map(json.loads, world.gateway.run("keys", "list", "--json").stdout.splitlines())
    return time_of(next(one["expires"] for one in listed if one["fingerprint"] == person.fingerprint))


def last_told(world):
    return time_of(world.gateway.events("keys-watch")[-1]["time"])


def letters(world, watcher, count, timeout=20):
    """What the watcher got, once nothing more is on its way: each as Python's own reader sees it, and its text on one line."""
    def found():
        return [delivery for delivery in world.sink.deliveries if delivery.recipients == [watcher]]
    world.wait_until(lambda: len(found()) >= count and world.gateway.outbox() == [], timeout)
    time.sleep(1.5)
    world.settle()
    assert len(found()) == count, [delivery.data for delivery in found()]
    assert all(delivery.sender == "" for delivery in found())
    parsed = [email.message_from_bytes(delivery.data, policy=email_policy.default) for delivery in found()]
    return [(one, " ".join(one.get_content().split())) for one in parsed]


def test_a_key_of_the_organisation_that_cannot_be_used_is_told_once(world, watcher):
    with person(world, "ended1@example.org", expires="20210101T000000", at="20200101T000000") as vault:
        with watching(world, watcher, always_to=vault.address):
            (parsed, text), = letters(world, watcher, 1)
            assert parsed["Subject"] == f"Mail waits: the key of {vault.address} has expired"
            assert parsed["Auto-Submitted"] == "auto-generated" and parsed["To"].addresses[0].addr_spec == watcher
            assert parsed["From"].addresses[0].addr_spec == "postmaster@example.org" and parsed["Date"].datetime
            today = datetime.now(timezone.utc).strftime("%Y-%m-%d")
            for said in ("confidential to ", f"expired on {end_of(world, vault):%Y-%m-%d %H:%M} UTC", vault.fingerprint,
                         f"since {today}", "sealgate keys import FILE"):
                assert said in text, (said, text)
            assert not parsed.defects and "BEGIN PGP" not in text

            waits = Mail([BOB], "[confidential] Offer")
            reply = world.send(waits)
            assert reply.code == 451 and world.record(waits)["failure"] == "organisation-key"
            assert world.record(waits)["id"] == decision_id(reply) and world.arrived(waits) == []
            passes = Mail(["max@example.org"], "[internal] Minutes")
            unchanged(world, passes, world.send(passes))

            event = world.gateway.events("keys-watch")[-1]
            assert event["to"] == [watcher]
            assert event["always_to"] == {"count": 1, "unusable": [{"entry": vault.address, "state": "expired"}]}

            world.gateway.restart()
            world.gateway.reload()
            letters(world, watcher, 1)


def test_a_key_that_ends_soon_is_told_once(world, watcher):
    with watching(world, watcher):
        before = len(letters(world, watcher, 1))  # those of the world that ended long ago
    with person(world, "five@partner.example", expires="5d") as partner:
        with watching(world, watcher):
            (parsed, text), = letters(world, watcher, before + 1)[before:]
            assert parsed["Subject"] == "1 certificate ends soon"
            assert f"{partner.address}: ends on " in text and partner.fingerprint in text and "Mail waits" not in text
            world.gateway.restart()
            world.gateway.kill()
            world.gateway.start()
            letters(world, watcher, before + 1)
        mail = Mail([partner.address], "[confidential] Offer")
        sealed(world, mail, world.send(mail))


def test_what_changes_in_the_store_is_told_at_once(world, watcher):
    with person(world, "vault2@example.org") as vault:
        with watching(world, watcher, always_to=vault.address):
            letters(world, watcher, 1)  # of the world's
            began = datetime.now(timezone.utc)
            world.gateway.run("keys", "disable", vault.fingerprint).check_returncode()
            (parsed, text), = letters(world, watcher, 2)[1:]
            assert parsed["Subject"] == f"Mail waits: the key of {vault.address} is disabled"
            assert f"sealgate keys enable {vault.fingerprint}" in text
            assert (last_told(world) - began).total_seconds() < 5, "a second, on a machine that has nothing else to do"
            world.gateway.run("keys", "enable", vault.fingerprint).check_returncode()
            letters(world, watcher, 2)


def test_a_key_that_ends_while_the_gateway_runs_is_told_in_that_second(world, watcher):
    with person(world, "brief@example.org", expires="seconds=25") as vault:
        end = end_of(world, vault)
        with watching(world, watcher, always_to=vault.address):
            (first, text), = letters(world, watcher, 1)
            assert first["Subject"] == "1 certificate ends soon" and "a key of our own" in text
            (second, text), = letters(world, watcher, 2, timeout=40)[1:]
            assert second["Subject"] == f"Mail waits: the key of {vault.address} has expired"
            assert 0 <= (last_told(world) - end).total_seconds() < 3


def test_a_mail_that_cannot_leave_yet_holds_nothing_up(world, watcher):
    with person(world, "ended3@example.org", expires="20210101T000000", at="20200101T000000") as vault:
        with watching(world, watcher, always_to=vault.address, submit="9"):
            passes = Mail(["max@example.org"], "[internal] Minutes")
            unchanged(world, passes, world.send(passes))
            world.wait_until(lambda: len(world.gateway.outbox()) == 1)
        letters(world, watcher, 1)  # the usual gateway, which watches nothing, hands it over


def test_check_says_who_hears(world, watcher):
    with watching(world, watcher):
        assert f"who is told when they end: {watcher}; before that: 30d, 7d, 1d" in world.gateway.run("check").stdout
        assert json.loads(world.gateway.run("check", "--json").stdout)["watch"] == {"mail": [watcher], "before": ["30d", "7d", "1d"]}
    assert "who is told when they end: nobody (keys.watch)" in world.gateway.run("check").stdout
