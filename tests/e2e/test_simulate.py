"""`sealgate simulate`: what another policy would have done with mail that was really sent."""

import json
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from gateway import Gateway
from logs import NOON, chained, decision, recipient, stamp
from mails import Mail

HERE = Path(__file__).parent
BOB, MAX, ZOE = "bob@partner.example", "max@example.org", "zoe@yahoo.com"
SENT = [("[confidential] Offer", [BOB]), ("[confidential] Offer", [ZOE, MAX]), ("[public] News", [BOB, ZOE]), ("[internal] Minutes", [ZOE]),
        ("[secret] Plan", [MAX]), ("[confidental] Offer", [BOB]), ("No tag", [ZOE])]


@pytest.fixture
def since(world):
    """The moment from which on the log is of this test alone."""
    world.send(Mail([MAX], "[public] Before"))
    return stamp(datetime.fromisoformat(world.gateway.records()[-1]["time"].replace("Z", "+00:00")) + timedelta(milliseconds=1))


def simulated(gateway, policy, path, *arguments):
    path.write_text(policy)
    run = gateway.run("simulate", "--policy", str(path), "--json", *arguments)
    assert (run.returncode, run.stderr) == (0, "")
    return json.loads(run.stdout)


def test_the_policy_in_force_would_do_the_same(world, since, tmp_path):
    for subject, to in SENT:
        world.send(Mail(to, subject))
    told = simulated(world.gateway, world.gateway.usual_policy(), tmp_path / "same.yaml", "--since", since)
    assert (told["decisions"], told["alike"], told["differ"]) == (len(SENT), len(SENT), 0)
    assert told["outcomes"] == [] and told["rules"]["rows"] == []


def test_what_a_stricter_policy_would_have_done(world, since, tmp_path):
    for subject, to in SENT:
        world.send(Mail(to, subject))
    ids = {record["tags"][0]["tag"] if record["tags"] else "": record["id"] for record in world.gateway.records()[-len(SENT):] if "outcome" in record}
    stricter = world.gateway.usual_policy(internal="{organisation: deliver, secure: deliver, default: reject}", near_miss="warn")
    told = simulated(world.gateway, stricter, tmp_path / "new.yaml", "--since", since)
    outcomes = {(one["was"], one["would_be"]): one["messages"] for one in told["outcomes"]}
    assert outcomes == {("warn", "reject"): 2, ("reject", "warn"): 1}  # Minutes and what has no tag; the slip near "confidential"
    assert ids["internal"] in sum((one["examples"] for one in told["outcomes"]), [])
    assert {row["domain"]: (row["stricter"], row["milder"]) for row in told["domains"]["rows"]}["yahoo.com"] == (2, 0)
    rules = {(row["classification"], row["tier"], row["was"], row["would_be"]): row["recipients"] for row in told["rules"]["rows"]}
    assert rules[("internal", "unsecure", "warn", "reject")] == 2
    run = world.gateway.run("simulate", "--policy", str(tmp_path / "new.yaml"), "--since", since)
    assert run.returncode == 0 and "3 would differ: 2 stricter, 1 milder" in run.stdout and ids["internal"] in run.stdout
    assert "The log holds no Subjects" in run.stdout
    page = tmp_path / "report.html"
    run = world.gateway.run("report", "--since", since, "--policy", str(tmp_path / "new.yaml"), "--output", str(page))
    assert (run.returncode, run.stderr) == (0, "")
    assert "What another policy would have done" in page.read_text() and ids["internal"] in page.read_text()


def test_a_policy_with_errors_is_not_tried(world, tmp_path):
    (tmp_path / "bad.yaml").write_text(world.gateway.usual_policy(near_miss="perhaps", downgrade="never"))
    for command in (["simulate"], ["report", "--output", "-"]):
        run = world.gateway.run(*command, "--policy", str(tmp_path / "bad.yaml"))
        assert run.returncode == 1 and run.stdout == "" and "perhaps" in run.stderr and "never" in run.stderr
    run = world.gateway.run("simulate")
    assert run.returncode == 2 and "--policy" in run.stderr
    run = world.gateway.run("simulate", "--policy", str(tmp_path / "none.yaml"))
    assert run.returncode == 1 and "none.yaml" in run.stderr


def test_a_log_of_another_version_is_decided_about_too(tmp_path):
    """0.1.0 wrote less: what the reasons say is taken, and the policy that decided comes to the same."""
    gateway = Gateway(tmp_path / "gateway", 1, 2)
    shutil.rmtree(gateway.state, ignore_errors=True)
    shutil.copytree(HERE / "state-0.1.0", gateway.state)
    told = simulated(gateway, (HERE / "state-0.1.0/policy.yaml").read_text(), tmp_path / "policy.yaml")
    assert told["decisions"] > 3 and told["differ"] == 0 and told["outcomes"] == []


def test_hashed_addresses_keep_their_tier(tmp_path):
    gateway = Gateway(tmp_path / "gateway", 1, 2)
    (gateway.state / "audit").mkdir(parents=True)
    who = "hmac-00112233445566778899aabbccddeeff"
    records = [decision(NOON, "warn", "internal", [recipient(who, "unsecure", "warn", "warn", "tier")], tags=[{"tag": "internal", "carrier": "subject"}]),
               decision(NOON, "warn", "internal", [recipient(who, "gone", "warn", "warn", "tier")]),
               decision(NOON, "defer", "internal", [recipient(who, "unsecure", "warn", "warn", "tier")], failure="no-room")]
    (gateway.state / "audit/audit.jsonl").write_text("".join(chained(records)))
    told = simulated(gateway, gateway.usual_policy(internal="{organisation: deliver, default: reject}"), tmp_path / "new.yaml")
    assert (told["decisions"], told["stricter"]) == (1, 1) and told["domains"]["rows"][0]["domain"] == "(hidden)"
    assert {one["what"]: one["decisions"] for one in told["not_held"]} == {"deferred": 1, "hidden": 1, "tier-kept": 1, "earlier-version": 1}


def test_damaged_lines_are_told(tmp_path):
    gateway = Gateway(tmp_path / "gateway", 1, 2)
    (gateway.state / "audit").mkdir(parents=True)
    (gateway.state / "audit/audit.jsonl").write_text("".join(chained([decision(NOON)])) + "broken\n")
    (tmp_path / "new.yaml").write_text(gateway.usual_policy())
    run = gateway.run("simulate", "--policy", str(tmp_path / "new.yaml"))
    assert run.returncode == 0 and "damaged" in run.stderr
