"""What one gateway of a fleet found, pinned and told is so for all: nobody asks again, nobody takes another key silently, nobody is told twice."""

import json
import secrets

import pytest
from expect import unchanged
from gateway import Gateway
from mails import Mail
from milter_client import MilterClient
from ports import free_ports
from published_people import gateway_in, lab, sealed_to  # noqa: F401
from shipped_log import another_name, database, wait_for  # noqa: F401

ZOE = "zoe@zoo.test"


def by_socket(database, role):
    """From whatever network a gateway lives in."""
    return f"postgresql://{role}@/audit?host={database.socket}&port={database.port}"


@pytest.fixture
def settings(database, tmp_path):
    """settings() are those of one more gateway."""
    key = tmp_path / "fleet.key"
    key.write_text(secrets.token_hex(32))
    key.chmod(0o600)

    def one_more():
        name = another_name()
        database.add_gateway(name, name.split(".")[0])
        url = by_socket(database, name.split(".")[0])
        return name, dict(audit=f"{{sinks: [\"{url}\"]}}", more=f"  name: {name}\nfleet: {{key: {key}}}\n")
    return one_more


@pytest.fixture
def elsewhere(settings, tmp_path):
    """Another gateway, which can ask nobody for keys."""
    gateway = Gateway(tmp_path / "elsewhere", *free_ports(2))
    gateway.name, gateway.settings = settings()
    gateway.configure(**gateway.settings)
    gateway.start()
    yield gateway
    if gateway.running:
        gateway.kill()


def listed(gateway, *words):
    return [json.loads(line) for line in gateway.run("keys", *words, "--json").stdout.splitlines()]


@pytest.fixture
def here(world, lab, settings):
    with gateway_in(lab, world, "wait: 5s") as gateway:
        gateway.name, more = settings()
        more["keys"] = f"{{discover: {{wait: 5s, ca: {lab.authority}, allow: ['198.51.100.0/24']}}}}"
        gateway.configure(**more)
        gateway.restart()
        yield gateway
        for one in listed(gateway, "list"):  # what the other one approved is ours, too
            if one["source"] == "own" and ZOE in one["addresses"]:
                gateway.run("keys", "remove", one["fingerprint"])
        lab.sites.publish(ZOE, lab.zoe)


def test_what_was_found_and_pinned_is_so_elsewhere(world, lab, here, elsewhere):
    assert sealed_to(world, here, ZOE)[0] == lab.zoe
    wait_for(lambda: [one["standing"] for one in listed(elsewhere, "show", ZOE)] == ["pinned"])
    shown, = listed(elsewhere, "show", ZOE)
    assert (shown["fingerprint"], shown["source"]) == (lab.zoe, "wkd")
    wait_for(lambda: elsewhere.events("key-found"))
    event, = elsewhere.events("key-found")
    assert (event["fingerprint"], event["source"], event["gateway"], event["standing"]) == (lab.zoe, "wkd", here.name, "found")
    assert event["evidence"].startswith("https://openpgpkey.zoo.test/")

    other = lab.sites.make_person(f"Zoe Elsewhere <{ZOE}>")
    lab.sites.publish(ZOE, other)
    assert here.run("keys", "find", ZOE).returncode == 0
    wait_for(lambda: {one["fingerprint"]: one["standing"] for one in listed(elsewhere, "show", ZOE)} == {lab.zoe: "pinned", other: "proposed"})
    proposed, = listed(elsewhere, "proposed")
    assert (proposed["fingerprint"], proposed["used"]) == (other, lab.zoe)
    assert proposed["evidence"][0]["place"].startswith("https://openpgpkey.zoo.test/")

    assert elsewhere.run("keys", "approve", other).returncode == 0
    wait_for(lambda: sealed_to(world, here, ZOE) == (other, "own"))
    wait_for(lambda: listed(here, "proposed") == [])
    assert not [one for one in json.loads(here.run("status", "--json").stdout)["problems"] if "shared" in one]


def told_keys(gateway):
    ledger = gateway.state / "notices/ledger.jsonl"
    return {key for line in ledger.read_text().splitlines() for key in json.loads(line)["told"]} if ledger.exists() else set()


def test_a_sender_is_told_once_by_all_of_them(world, settings, elsewhere):
    name, more = settings()
    with world.gateway_with(**more) as gateway:
        mail = Mail(["zoe@yahoo.com"], "[internal] News", sender="nina@example.org")
        unchanged(world, mail, world.send(mail))
        assert world.record(mail)["notice"] == "warning" and gateway.running
        wait_for(lambda: told_keys(gateway) and told_keys(elsewhere) == told_keys(gateway))
        with MilterClient(elsewhere.inet_endpoint) as client:
            client.send("nina@example.org", ["zoe@yahoo.com"], b"Subject: [internal] More\r\nFrom: nina@example.org\r\n\r\nwords\r\n", user="nina")
        assert elsewhere.records()[-1]["notice"] == "already-warned", elsewhere.records()[-1]
