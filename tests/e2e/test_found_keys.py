"""Mail to people whose certificate nobody imported: it is found in their domain's Web Key Directory while the mail is handed in, through the real
Postfix, with DNS, TLS and web servers in a network of the gateway's own."""

import json
import threading
import time

import pytest
from discovery_lab import NETWORK
from mails import Mail
from published_people import NAMES, SLOW, confidential, gateway_in, lab  # noqa: F401


@pytest.fixture
def gateway(world, lab):
    with gateway_in(lab, world, "wait: 2s") as gateway:
        yield gateway


def test_a_stranger_gets_it_sealed_at_the_first_try(world, lab, gateway):
    for who, fingerprint, place in (("zoe@zoo.test", lab.zoe, "openpgpkey.zoo.test"), ("dan@direct.test", lab.dan, "direct.test")):
        mail = confidential(who)
        reply = world.send(mail)
        assert reply.code == 250, f"{reply}\n{gateway.log()[-2000:]}"
        record = gateway.records_of(mail.message_id)[-1]
        found = record["recipients"][0]
        assert (found["result"], found["key"]) == ("seal", {"state": "usable", "fingerprint": fingerprint, "source": "wkd",
                                                             "standing": "found"})
        event = gateway.events("key-found")[-1]
        assert (event["fingerprint"], event["addresses"], event["source"], event["replaces"]) == (fingerprint, [who], "wkd", None)
        assert event["evidence"].startswith(f"https://{place}/.well-known/openpgpkey/")
        assert event["seq"] < record["seq"], "recorded before it is used"


def test_the_next_mail_asks_nobody(world, lab, gateway):
    assert world.send(confidential("zoe@zoo.test")).code == 250
    lab.forget_queries()
    assert world.send(confidential("zoe@zoo.test")).code == 250
    gateway.restart()
    assert world.send(confidential("zoe@zoo.test")).code == 250
    assert lab.queries() == []


def test_nobody_has_one_is_refused_as_before_and_remembered(world, lab, gateway):
    for _ in range(2):
        reply = world.send(confidential("eve@zoo.test"))
        assert reply.code == 550 and "there is no key for eve@zoo.test" in str(reply)
    assert lab.queries().count("query[A] openpgpkey.zoo.test") <= 1
    assert world.send(confidential("eve@nowhere.test")).code == 550


def test_a_lookup_that_fails_is_our_fault(world, lab, gateway):
    for who in ("kim@closed.test", "kim@slow.test"):
        began = time.monotonic()
        reply = world.send(confidential(who))
        assert reply.code == 451 and f"looks for the key of {who}" in str(reply), str(reply)
        assert time.monotonic() - began < 4
    again = world.send(confidential("kim@closed.test"))
    assert again.code == 451


def test_one_whose_user_id_is_revoked_is_nobodys(world, lab, gateway):
    left = lab.sites.make_person("left@zoo.test", "Left Since <elsewhere@zoo.test>")
    lab.sites.publish("left@zoo.test", left)
    lab.sites.gpg("--passphrase", "", "--quick-revoke-uid", left, "left@zoo.test")
    lab.sites.file_of("left@zoo.test").write_bytes(lab.sites.gpg("--export", left))
    for _ in range(2):
        reply = world.send(confidential("left@zoo.test"))
        assert reply.code == 550 and "there is no key for left@zoo.test" in str(reply), str(reply)


def test_a_revoked_one_is_told_as_that(world, lab, gateway):
    reply = world.send(confidential("old@zoo.test"))
    assert reply.code == 550 and "revoked" in str(reply), str(reply)


def test_nobody_is_asked_who_needs_no_key(world, lab, gateway):
    assert world.send(Mail(["zoe@zoo.test"], "Minutes")).code == 250
    assert world.send(confidential("bob@partner.example")).code == 250
    assert world.send(confidential("fax@[198.51.100.9]")).code == 550, "a literal has no directory"
    assert lab.queries() == []


def test_other_mail_does_not_wait_for_a_lookup(world, lab, gateway):
    slow = threading.Thread(target=lambda: world.send(confidential("kay@slow.test")))
    slow.start()
    time.sleep(0.3)
    began = time.monotonic()
    assert world.send(Mail(["max@example.org"], "Minutes")).code == 250
    assert time.monotonic() - began < 1.5
    slow.join()


def test_an_administrator_finds_them_by_hand(world, lab, gateway):
    before = gateway.log().count("keys: 1 added")
    run = gateway.run("keys", "find", "--json", "zoe@zoo.test", "eve@zoo.test", "kim@closed.test")
    assert run.returncode == 1, run.stderr
    world.wait_until(lambda: gateway.log().count("keys: 1 added") > before, timeout=5)
    told = list(map(json.loads, run.stdout.splitlines()))
    assert [(one["outcome"], one["fingerprints"]) for one in told] == [("found", [lab.zoe]), ("none", []), ("failed", [])]
    listed = json.loads(gateway.run("keys", "show", "--json", "zoe@zoo.test").stdout)
    assert (listed["fingerprint"], listed["source"], listed["addresses"]) == (lab.zoe, "wkd", ["zoe@zoo.test"])
    lab.forget_queries()
    world.wait_until(lambda: world.send(confidential("zoe@zoo.test")).code == 250, timeout=2.5)
    assert lab.queries() == [], "in force in the gateway"
    by_hand = lambda: [one for one in gateway.events("key-found") if one.get("user")]
    world.wait_until(by_hand, timeout=8)  # the gateway looks for what commands leave every five seconds
    event = by_hand()[-1]
    assert event["fingerprint"] == lab.zoe and event["user"]


def test_one_that_is_disabled_stays_so(world, lab, gateway):
    assert world.send(confidential("zoe@zoo.test")).code == 250
    assert gateway.run("keys", "disable", lab.zoe).returncode == 0
    world.wait_until(lambda: "disabled" in str(world.send(confidential("zoe@zoo.test"))), timeout=2.5)
    gateway.run("keys", "find", "zoe@zoo.test")
    time.sleep(1.2)
    assert world.send(confidential("zoe@zoo.test")).code == 550
    assert gateway.run("keys", "enable", lab.zoe).returncode == 0
    world.wait_until(lambda: world.send(confidential("zoe@zoo.test")).code == 250, timeout=2.5)


def test_a_source_that_the_policy_does_not_name_is_not_used(world, lab, gateway):
    gateway.write_policy(gateway.usual_policy().replace("encryption:", "encryption:\n  keys: [own]"))
    assert "reloaded" in gateway.reload()
    reply = world.send(confidential("zoe@zoo.test"))
    assert reply.code == 550 and "there is no key for zoe@zoo.test" in str(reply)
    world.wait_until(lambda: lab.zoe in gateway.run("keys", "proposed").stdout)
    assert lab.zoe in gateway.run("keys", "list").stdout, "known of"


def test_one_that_was_removed_is_found_again(world, lab, gateway):
    assert world.send(confidential("zoe@zoo.test")).code == 250
    assert gateway.run("keys", "remove", lab.zoe).returncode == 0
    world.wait_until(lambda: lab.zoe not in gateway.run("keys", "list").stdout, timeout=2.5)
    time.sleep(1.2)
    assert world.send(confidential("zoe@zoo.test")).code == 250
    assert len(gateway.events("key-found")) >= 2


def test_check_says_where_keys_are_looked_for(world, lab, gateway):
    assert "looked for: in the Web Key Directory" in gateway.run("check").stdout
    told = json.loads(gateway.run("check", "--json").stdout)
    assert (told["discover"], told["key_sources"]) == ({"wkd": True, "vks": [], "hkp": [], "wait": 2}, ["own", "wkd", "vks"])
    gateway.configure(keys="{discover: {ca: nowhere.pem}}")
    run = gateway.run("check")
    assert run.returncode == 1 and "keys.discover: " in run.stderr and "nowhere.pem" in run.stderr


def test_check_names_the_keyservers_that_are_told_who_is_written_to(world, lab, gateway):
    usual = gateway.run("check")
    assert "learn who is written to" not in usual.stdout and "hkp" not in usual.stdout + usual.stderr
    gateway.configure(keys="{discover: {wkd: false, vks: [keys.example, 'https://Keys.Example.org'], hkp: ['hkps://keyserver.example'], wait: 3s}}")
    told = gateway.run("check")
    assert ("looked for: at keys.example and keys.example.org (vks), at keyserver.example (hkp), which learn who is written to; "
            "a mail waits 3s at most\n") in told.stdout
    assert "remark: encryption.keys" not in told.stderr, "hkp is asked, and not used"
    assert json.loads(gateway.run("check", "--json").stdout)["discover"] == {
        "wkd": False, "vks": ["keys.example", "keys.example.org"], "hkp": ["keyserver.example"], "wait": 3}
    gateway.write_policy(gateway.usual_policy().replace("encryption:", "encryption:\n  keys: [own, hkp]"))
    told = gateway.run("check")
    assert told.returncode == 0 and "remark: encryption.keys in the policy names hkp" in told.stderr
    gateway.configure(keys="{discover: {wkd: false, hkp: [keys.example], ca: nowhere.pem}}")
    assert gateway.run("check").returncode == 1
    gateway.configure(keys="{discover: {vks: ['keys.example:11371']}}")
    refused = gateway.run("check")
    assert refused.returncode == 1 and f'{gateway.config}:' in refused.stderr and "on port 443 alone" in refused.stderr
