"""What 0.1.0 left behind is read as it is: its log goes on and verifies, its certificates seal, the copies that waited leave once, its policy holds.

state-0.1.0/ was written by that version: mails of each outcome, two copies that wait, and the policy that was in force.
"""

import json
import shutil

import pytest
from expect import armor
from gateway import HERE, Gateway
from mails import Mail
from ports import free_ports

LEFT = HERE / "state-0.1.0"
RECORDS, DECISION = 18, "PCAG-N72Q"  # the last one's copies wait


@pytest.fixture
def upgraded(world, tmp_path):
    """The gateway before its first start, on what the old one left."""
    world.gateway.stop()
    gateway = Gateway(tmp_path / "gateway", *free_ports(1), world.postfix.submit)
    shutil.copytree(LEFT, gateway.state, ignore=shutil.ignore_patterns("policy.yaml"))
    for path in gateway.state.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
    gateway.write_policy((LEFT / "policy.yaml").read_text())
    yield gateway
    if gateway.running:
        gateway.stop()


def arrived(world):
    return [one for one in world.sink.deliveries if one.field("Message-ID").startswith("<6.3f83e9edec14@")]


def told(gateway, *command):
    run = gateway.run(*command, "--json")
    assert run.returncode == 0, run.stdout + run.stderr
    return json.loads(run.stdout)


def test_what_0_1_0_left_is_read_as_it_is(world, upgraded):
    assert upgraded.run("check").returncode == 0
    assert told(upgraded, "audit", "verify")["records"] == RECORDS
    upgraded.start()
    world.wait_until(lambda: len(arrived(world)) >= 2)
    world.settle()
    copies = arrived(world)
    assert upgraded.outbox() == [] and sorted(one.recipients for one in copies) == [["carol@partner.example"], ["max@example.org"]]
    sealed, = (one for one in copies if one.recipients == ["carol@partner.example"])
    assert armor(sealed).startswith(b"-----BEGIN PGP MESSAGE")

    verified = told(upgraded, "audit", "verify")
    assert verified["ok"] and verified["records"] > RECORDS
    assert len([one for one in upgraded.records() if one.get("id") == DECISION and one.get("outcome") == "seal"]) == 1
    assert upgraded.run("audit", "show", "--id", DECISION).stdout.count("carol@partner.example") >= 1
    certificates = upgraded.run("keys", "list").stdout
    for file in (LEFT / "keys").glob("*.pgp"):
        assert file.stem in certificates.replace(" ", ""), file.stem
    assert upgraded.events("start")[-1]["signing_key"] == (LEFT / "audit/checkpoint.pub").read_text().strip()


def test_its_certificates_seal(upgraded, tmp_path):
    mail = Mail(["bob@partner.example"], "[confidential] Offer")
    (tmp_path / "mail.eml").write_bytes(mail.data())
    assert upgraded.explain(tmp_path / "mail.eml", mail.sender, mail.to)["outcome"] == "seal"
