"""To which of several certificates mail goes, and whose word that takes: pinned, changed, revoked, approved and bound, each through the real Postfix, each with
its record."""

import json

import pytest
from published_people import gateway_in, lab, revocation_of, sealed_to  # noqa: F401

ZOE = "zoe@zoo.test"


@pytest.fixture
def gateway(world, lab):
    """Zoe has a certificate of her own again afterwards."""
    with gateway_in(lab, world, "wait: 2s") as gateway:
        yield gateway
        for line in gateway.run("keys", "bind", "--json").stdout.splitlines():
            gateway.run("keys", "unbind", json.loads(line)["bound"])
        for one in listed(gateway):
            if one["source"] == "own" and "zoo.test" in str(one["addresses"]):
                gateway.run("keys", "remove", one["fingerprint"])
        lab.sites.publish("zoe@zoo.test", lab.zoe)


def listed(gateway, *words):
    return [json.loads(line) for line in gateway.run("keys", *(words or ["list"]), "--json").stdout.splitlines()]


def another_of_zoe(lab, name):
    """Published in place of the one before."""
    fingerprint = lab.sites.make_person(f"{name} <zoe@zoo.test>")
    lab.sites.publish("zoe@zoo.test", fingerprint)
    return fingerprint


def test_what_mail_was_sealed_to_is_not_replaced_silently(world, lab, gateway):
    assert sealed_to(world, gateway, ZOE) == (lab.zoe, "found")
    assert sealed_to(world, gateway, ZOE) == (lab.zoe, "pinned")
    other = another_of_zoe(lab, "Zoe Second")
    assert gateway.run("keys", "refresh").returncode == 0
    world.wait_until(lambda: gateway.events("key-found")[-1]["fingerprint"] == other)
    event = gateway.events("key-found")[-1]
    assert (event["standing"], event["replaces"], event["user"]) == ("proposed", None, event["user"])
    assert sealed_to(world, gateway, ZOE) == (lab.zoe, "pinned")
    proposed, = listed(gateway, "proposed")
    assert (proposed["address"], proposed["fingerprint"], proposed["used"]) == ("zoe@zoo.test", other, lab.zoe)
    assert proposed["evidence"][0]["place"].startswith("https://openpgpkey.zoo.test/")
    shown = {one["fingerprint"]: one["standing"] for one in listed(gateway, "show", "zoe@zoo.test")}
    assert shown == {lab.zoe: "pinned", other: "proposed"}

    run = gateway.run("keys", "approve", other)
    assert run.returncode == 0 and f"no longer to {lab.zoe}" in run.stderr
    world.wait_until(lambda: sealed_to(world, gateway, ZOE) == (other, "own"), timeout=3)
    event = gateway.events("key-approve")[-1]
    assert (event["fingerprint"], event["source"], event["addresses"]) == (other, "wkd", ["zoe@zoo.test"])
    assert event["user"] and event["evidence"].startswith("https://openpgpkey.zoo.test/")
    assert listed(gateway, "proposed") == []


def test_a_revocation_is_in_force_by_itself_and_another_one_takes_its_place(world, lab, gateway):
    gateway.configure(keys=f"{{discover: {{wait: 2s, refresh: 1s, ca: {lab.authority}, allow: ['198.51.100.0/24']}}}}")
    gateway.restart()
    first = another_of_zoe(lab, "Zoe Third")
    assert sealed_to(world, gateway, ZOE) == (first, "found")
    lab.sites.revoke(first)
    lab.sites.publish("zoe@zoo.test", first)
    world.wait_until(lambda: "revoked" in str(sealed_to(world, gateway, ZOE)), timeout=10)
    event = revocation_of(world, gateway, first)
    assert (event["addresses"], event["source"]) == (["zoe@zoo.test"], "wkd")

    second = lab.sites.make_person("Zoe Fourth <zoe@zoo.test>")
    lab.sites.file_of("zoe@zoo.test").write_bytes(lab.sites.gpg("--export", first) + lab.sites.gpg("--export", second))
    world.wait_until(lambda: sealed_to(world, gateway, ZOE) in ((second, "found"), (second, "pinned")), timeout=10)
    event = gateway.events("key-changed")[-1]
    assert (event["fingerprint"], event["replaces"], event["addresses"]) == (second, first, ["zoe@zoo.test"])
    assert sealed_to(world, gateway, ZOE) == (second, "pinned")


def test_of_an_approved_certificate_the_addresses_that_are_named_are_taken(world, lab, gateway):
    both = lab.sites.make_person("Zoe Elsewhere <zoe@zoo.test>")
    lab.sites.gpg("--quick-add-uid", both, "Zoe <zoe@gone.test>")
    lab.sites.publish("zoe@zoo.test", both)
    found = gateway.state / "found/wkd" / f"{both}.pgp"
    assert gateway.run("keys", "find", "zoe@zoo.test").returncode == 0 and found.exists()
    run = gateway.run("keys", "approve", both, "zoe@gone.test")
    assert run.returncode == 1 and "it has no user id of zoe@gone.test" in run.stderr, "of a directory only what was asked for comes"
    assert not (gateway.state / "keys" / f"{both}.pgp").exists()
    found.write_bytes(lab.sites.gpg("--export", both))
    run = gateway.run("keys", "approve", "--json", both, "zoe@zoo.test")
    assert json.loads(run.stdout)["addresses"] == ["zoe@zoo.test"], run.stderr
    own, = [one for one in listed(gateway) if (one["source"], one["fingerprint"]) == ("own", both)]
    assert own["addresses"] == ["zoe@zoo.test"]
    world.wait_until(lambda: sealed_to(world, gateway, ZOE) == (both, "own"), timeout=3)
    assert gateway.events("key-approve")[-1]["addresses"] == ["zoe@zoo.test"]


def test_bound_beats_found(world, lab, gateway):
    assert gateway.run("keys", "find", "dan@direct.test").returncode == 0
    assert gateway.run("keys", "bind", "@zoo.test", lab.dan).returncode == 0
    world.wait_until(lambda: sealed_to(world, gateway, ZOE) == (lab.dan, "bound"), timeout=3)
    assert sealed_to(world, gateway, "anybody@zoo.test") == (lab.dan, "bound")
    event = gateway.events("key-bind")[-1]
    assert (event["fingerprint"], event["addresses"]) == (lab.dan, ["@zoo.test"])
    assert "@zoo.test" in gateway.run("keys", "bind").stdout
    refused = gateway.run("keys", "remove", lab.dan)
    assert refused.returncode == 1 and "keys unbind @zoo.test" in refused.stderr
    assert gateway.run("keys", "disable", lab.dan).returncode == 0
    world.wait_until(lambda: "disabled" in str(sealed_to(world, gateway, ZOE)), timeout=3)
    assert gateway.run("keys", "enable", lab.dan).returncode == 0
    assert gateway.run("keys", "unbind", "@zoo.test").returncode == 0
    world.wait_until(lambda: sealed_to(world, gateway, ZOE)[0] == lab.zoe, timeout=3)
    assert gateway.run("keys", "unbind", "@zoo.test").returncode == 1
    gateway.run("keys", "remove", lab.dan)


def test_bindings_that_cannot_be_read_make_mail_wait(world, lab, gateway):
    file = gateway.state / "keys" / "bindings"
    before = file.read_text() if file.exists() else ""
    assert sealed_to(world, gateway, ZOE)[0] == lab.zoe
    gateway.stop()
    file.write_text("nonsense\n")
    gateway.start()
    assert "451" in sealed_to(world, gateway, ZOE)
    check = gateway.run("check")
    assert "bindings: line 1" in check.stderr + check.stdout
    file.write_text(before)
    world.wait_until(lambda: sealed_to(world, gateway, ZOE)[0] == lab.zoe, timeout=3)


def test_pins_that_cannot_be_read_make_mail_wait(world, lab, gateway):
    assert sealed_to(world, gateway, ZOE) == (lab.zoe, "found")
    gateway.stop()
    file = gateway.state / "trust" / "pins.sqlite"
    before = file.read_bytes()
    file.write_bytes(b"x" * 5000)
    gateway.start()
    assert "451" in sealed_to(world, gateway, ZOE)
    gateway.stop()
    file.write_bytes(before)
    gateway.start()
    assert sealed_to(world, gateway, ZOE) == (lab.zoe, "pinned")


def test_an_address_with_an_extension_uses_the_key_of_the_one_without(world, lab, gateway):
    gateway.write_policy(gateway.usual_policy() + 'recipient_delimiter: "+"\n')
    assert "reloaded" in gateway.reload()
    assert sealed_to(world, gateway, "zoe+news@zoo.test") == (lab.zoe, "found")
    assert sealed_to(world, gateway, ZOE) == (lab.zoe, "pinned")


def test_a_rule_may_narrow_whose_keys_count(world, lab, gateway):
    policy = gateway.usual_policy()
    row = next(line for line in policy.splitlines() if line.strip().startswith("confidential:") and "encrypt" in line)
    gateway.write_policy(policy.replace(row, row.replace("{", "{keys: [own], ", 1)))
    assert "reloaded" in gateway.reload()
    assert "there is no key for zoe@zoo.test" in sealed_to(world, gateway, ZOE)
    world.wait_until(lambda: lab.zoe in gateway.run("keys", "list").stdout)
    assert gateway.run("keys", "approve", lab.zoe).returncode == 0
    world.wait_until(lambda: sealed_to(world, gateway, ZOE) == (lab.zoe, "own"), timeout=3)
