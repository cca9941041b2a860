"""Who is asked again, and when: a certificate that has ended or is revoked is replaced within minutes, and domains that are silent hold nobody up."""

import contextlib
import json
import sqlite3
import threading
import time

import pytest
from discovery_lab import NETWORK
from published_people import ADVANCED, NAMES, SLOW, confidential, gateway_in, lab, sealed_to  # noqa: F401

WAIT = 10


@pytest.fixture
def gateway(world, lab):
    with gateway_in(lab, world, f"wait: {WAIT}s") as gateway:
        yield gateway


def let_time_pass(gateway, seconds):
    """For what is remembered of lookups."""
    gateway.stop()
    with contextlib.closing(sqlite3.connect(gateway.state / "trust/answers.sqlite")) as answers, answers:
        answers.execute("UPDATE answer SET asked = asked - ?, again = again - ?", (seconds, seconds))
    gateway.start()


def set_end(lab, fingerprint, when):
    lab.sites.gpg("--passphrase", "", "--quick-set-expire", fingerprint, when)
    lab.sites.gpg("--passphrase", "", "--quick-set-expire", fingerprint, when, "*")


def start_of_packet(exported, kind):
    """Of the first of that kind (RFC 9580 section 4.2), as gpg writes them: in the old format."""
    at = 0
    while exported[at] >> 2 & 15 != kind:
        octets = 1 << (exported[at] & 3)
        at += 1 + octets + int.from_bytes(exported[at + 1:at + 1 + octets], "big")
    return at


def test_one_that_has_ended_is_asked_for_again_within_minutes(world, lab, gateway):
    ends = lab.sites.make_person("ends@zoo.test")
    set_end(lab, ends, "seconds=12")
    lab.sites.publish("ends@zoo.test", ends)
    assert sealed_to(world, gateway, "ends@zoo.test") == (ends, "found")
    world.wait_until(lambda: "expired" in str(sealed_to(world, gateway, "ends@zoo.test")), timeout=20)
    set_end(lab, ends, "1y")
    lab.sites.publish("ends@zoo.test", ends)
    let_time_pass(gateway, 6 * 60)
    assert sealed_to(world, gateway, "ends@zoo.test") == (ends, "pinned")


def test_another_one_takes_the_place_of_one_that_has_ended(world, lab, gateway):
    who = "moves@zoo.test"
    ends = lab.sites.make_person(f"Before <{who}>")
    set_end(lab, ends, "seconds=12")
    lab.sites.publish(who, ends)
    assert sealed_to(world, gateway, who) == (ends, "found")
    world.wait_until(lambda: "expired" in str(sealed_to(world, gateway, who)), timeout=20)
    fresh = lab.sites.make_person(f"After <{who}>")
    lab.sites.file_of(who).write_bytes(lab.sites.gpg("--export", ends) + lab.sites.gpg("--export", fresh))
    let_time_pass(gateway, 6 * 60)
    assert sealed_to(world, gateway, who) == (fresh, "found")
    event = gateway.events("key-changed")[-1]
    assert (event["fingerprint"], event["replaces"], event["addresses"]) == (fresh, ends, [who])
    assert sealed_to(world, gateway, who) == (fresh, "pinned")


def test_what_ends_soon_is_asked_for_before_its_turn(world, lab, gateway):
    who = "soon@zoo.test"
    ends = lab.sites.make_person(who)
    set_end(lab, ends, "seconds=90")
    lab.sites.publish(who, ends)
    gateway.configure(keys=f"{{discover: {{refresh: 62m, wait: {WAIT}s, ca: {lab.authority}, allow: ['{NETWORK}']}}}}")
    gateway.restart()
    assert sealed_to(world, gateway, who) == (ends, "found")
    set_end(lab, ends, "1y")
    lab.sites.publish(who, ends)
    gateway.stop()
    with contextlib.closing(sqlite3.connect(gateway.state / "trust/evidence.sqlite")) as book, book:
        book.execute("UPDATE seen SET asked = asked - 3605")
    gateway.start()
    last_end = lambda: json.loads(gateway.run("keys", "show", "--json", who).stdout)["expires"]
    before = last_end()
    world.wait_until(lambda: last_end() != before, timeout=60)
    time.sleep(1)
    assert sealed_to(world, gateway, who) == (ends, "pinned")


def test_one_with_more_user_ids_than_anybody_has(world, lab, gateway):
    """As many as 256 KiB hold, and as many of hers, all unsigned: of a directory only what was asked for comes."""
    who = "many@zoo.test"
    fingerprint = lab.sites.make_person(who)
    user_ids = [f"<m{i}@zoo.test>".encode() for i in range(6000)] + [f"{i:x} <{who}>".encode() for i in range(6000)]
    junk = b"".join(bytes([0xcd, len(user_id)]) + user_id for user_id in user_ids)
    exported = lab.sites.gpg("--export", fingerprint)
    lab.sites.publish(who, fingerprint)
    subkey = start_of_packet(exported, 14)
    whole = exported[:subkey] + junk + exported[subkey:]
    assert len(whole) < 256 << 10
    lab.sites.file_of(who).write_bytes(whole)
    began = time.monotonic()
    assert sealed_to(world, gateway, who) == (fingerprint, "found")
    assert time.monotonic() - began < WAIT
    assert (gateway.state / "found/wkd" / f"{fingerprint}.pgp").stat().st_size <= len(exported)


def test_another_one_is_published_for_one_that_is_revoked(world, lab, gateway):
    assert "revoked" in sealed_to(world, gateway, "old@zoo.test")
    lab.forget_queries()
    assert "revoked" in sealed_to(world, gateway, "old@zoo.test") and lab.queries() == [], "not for each mail"
    fresh = lab.sites.make_person("Fresh <old@zoo.test>")
    lab.sites.file_of("old@zoo.test").write_bytes(lab.sites.gpg("--export", fresh))
    let_time_pass(gateway, 6 * 60)
    assert sealed_to(world, gateway, "old@zoo.test") == (fresh, "found")


def test_eight_silent_domains_hold_up_nobody_else(world, lab, gateway):
    domains = [f"s{i}.test" for i in range(8)]
    lab.set_names(NAMES | {f"openpgpkey.{domain}": SLOW for domain in domains})
    storm = [threading.Thread(target=world.send, args=(confidential(*(f"p{i}@{domain}" for i in range(20))),)) for domain in domains]
    for one in storm:
        one.start()
    time.sleep(1)
    began = time.monotonic()
    assert sealed_to(world, gateway, "zoe@zoo.test") == (lab.zoe, "found")
    assert time.monotonic() - began < WAIT
    for one in storm:
        one.join()
    began = time.monotonic()
    assert world.send(confidential("somebody@s0.test")).code == 451
    assert time.monotonic() - began < 2, "the domain is known to be silent"
    assert gateway.log().count("looking for a key of s0.test: openpgpkey.s0.test: it takes no connection in time") == 1, "told once"


def test_one_mail_to_many_silent_domains_holds_up_nobody_else(world, lab, gateway):
    """Of one mail the first domains are as urgent as those of others; the rest waits until nobody else does."""
    domains = [f"m{i}.test" for i in range(60)]
    lab.set_names(NAMES | {f"openpgpkey.{domain}": SLOW for domain in domains})
    wide = threading.Thread(target=world.send, args=(confidential(*(f"p@{domain}" for domain in domains)),))
    wide.start()
    time.sleep(1)
    assert sealed_to(world, gateway, "dan@direct.test") == (lab.dan, "found")
    wide.join()


def test_where_a_firewall_hides_that_there_is_no_directory_nobody_has_one(world, lab, gateway):
    lab.set_names(NAMES | {"quiet.test": SLOW, "openpgpkey.kept.test": SLOW})
    for who, then in (("a@quiet.test", 550), ("a@kept.test", 451)):
        assert world.send(confidential(who)).code == 451
        let_time_pass(gateway, 60)
        assert world.send(confidential(who)).code == then
        assert world.send(confidential(who.replace("a@", "b@"))).code == then, "without being asked for"


def test_a_stop_is_no_answer(world, lab, gateway):
    gateway.configure(keys=f"{{discover: {{wait: 1s, ca: {lab.authority}, allow: ['{NETWORK}']}}}}")
    gateway.restart()
    assert world.send(confidential("kim@slow.test")).code == 451
    gateway.stop()
    file = gateway.state / "trust/answers.sqlite"
    if file.exists():
        with contextlib.closing(sqlite3.connect(file)) as answers:
            assert answers.execute("SELECT * FROM answer WHERE address LIKE '%slow.test'").fetchall() == []
    gateway.start()


def test_ten_of_a_domain_are_asked_for_over_one_connection(world, lab, gateway):
    lab.run("nft", "add table inet connections; add chain inet connections out { type filter hook output priority 0; }; add counter inet connections "
            f"made; add rule inet connections out ip daddr {ADVANCED} tcp dport 443 tcp flags & (syn|ack) == syn counter name made")
    assert world.send(confidential(*(f"nobody{i}@zoo.test" for i in range(10)))).code == 550
    listed = json.loads(lab.run("nft", "--json", "list", "counter", "inet", "connections", "made").stdout)
    assert [one["counter"]["packets"] for one in listed["nftables"] if "counter" in one] == [1]
    lab.run("nft", "delete table inet connections")


def test_explain_says_whose_a_key_is(world, lab, gateway, tmp_path):
    assert sealed_to(world, gateway, "zoe@zoo.test") == (lab.zoe, "found")
    file = tmp_path / "mail.eml"
    file.write_bytes(confidential("zoe@zoo.test").data())
    assert "usable (wkd, pinned)" in gateway.run("explain", "--to", "zoe@zoo.test", str(file)).stdout
