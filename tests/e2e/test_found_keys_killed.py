"""The gateway is killed as soon as it has taken up a found certificate, or seals to another one than before: what became of the certificate is in the
log all the same, and administrators are told."""

import time

import pytest
from discovery_lab import NETWORK
from published_people import gateway_in, lab, sealed_to  # noqa: F401

ZOE = "zoe@zoo.test"


@pytest.fixture
def gateway(world, lab, faults):
    with gateway_in(lab, world, "wait: 10s") as gateway:
        restart(gateway, faults)
        yield gateway
        faults.disarm()
        lab.sites.publish(ZOE, lab.zoe)


def restart(gateway, faults):
    gateway.kill()
    gateway.start(faults.environment)


def killed(world, gateway, faults, plan):
    faults.arm(plan)
    sealed_to(world, gateway, ZOE)
    world.wait_until(lambda: not gateway.running)
    faults.disarm()
    gateway.start(faults.environment)


def another_of_zoe(lab, name):
    fingerprint = lab.sites.make_person(f"{name} <{ZOE}>")
    lab.sites.publish(ZOE, fingerprint)
    return fingerprint


def test_what_is_found_is_in_the_log(world, lab, gateway, faults):
    killed(world, gateway, faults, "before trust/evidence")
    assert (gateway.state / "found/wkd" / f"{lab.zoe}.pgp").exists()
    assert sealed_to(world, gateway, ZOE)[0] == lab.zoe
    event, = [one for one in gateway.events("key-found") if one["fingerprint"] == lab.zoe]
    assert (event["addresses"], event["source"], event["standing"]) == ([ZOE], "wkd", "found")


def test_what_is_sealed_to_another_one_than_before_is_in_the_log(world, lab, gateway, faults):
    assert sealed_to(world, gateway, ZOE)[0] == lab.zoe
    second = another_of_zoe(lab, "Zoe Killed")
    gateway.run("keys", "remove", lab.zoe)
    assert gateway.run("keys", "find", ZOE).returncode == 0
    restart(gateway, faults)
    killed(world, gateway, faults, "before trust/evidence")
    assert sealed_to(world, gateway, ZOE)[0] == second
    assert sealed_to(world, gateway, ZOE) == (second, "pinned")
    events = [one for one in gateway.events("key-changed") if one["fingerprint"] == second]
    assert events, "it is pinned, and nobody is told that it took another one's place"
    for event in events:
        assert (event["replaces"], event["addresses"]) == (lab.zoe, [ZOE])

    time.sleep(1.1)  # a mail is not of the second in which it is made
    (gateway.state / "watch" / "told.jsonl").unlink(missing_ok=True)
    gateway.configure(keys=f"{{discover: {{ca: {lab.authority}, allow: ['{NETWORK}']}}, watch: {{mail: [admin@example.org]}}}}")
    gateway.restart()
    world.wait_until(lambda: [one for one in gateway.events("keys-watch") if second in one["changed"]["fingerprints"]], timeout=10)
