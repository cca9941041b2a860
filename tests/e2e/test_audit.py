"""The audit log: what stands in a record, and that a broken log is noticed."""

import json
import re
import shutil

import pytest
from mails import Mail

FIELDS = {"seq", "time", "id", "queue_id", "message_id", "sender", "client", "classification", "tags", "protection", "outcome",
          "mode", "recipients", "policy", "size", "duration_ms", "prev", "hash"}


@pytest.fixture
def mail(world):
    mail = Mail(["bob@partner.example"], "[confidential] The bridge")
    assert world.send(mail).code == 250
    return mail


def test_a_record_has_all_its_fields(world, mail):
    record = world.record(mail)
    assert FIELDS <= record.keys()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", record["time"])
    assert record["sender"] == "ann@example.org"
    assert "127.0.0.1" in json.dumps(record["client"])
    assert record["policy"].startswith("sha256:")
    assert record["queue_id"] in world.postfix.log()
    assert record["tags"] == [{"tag": "confidential", "carrier": "subject"}]
    assert abs(record["size"] - len(mail.data())) < 100


def test_no_record_holds_a_subject_or_a_body(world, mail):
    text = "".join(path.read_text() for path in (world.gateway.state / "audit").rglob("*") if path.is_file())
    assert mail.marker not in text and "bridge" not in text


def test_records_are_numbered_without_gaps_and_chained(world, mail):
    records = world.gateway.all_records()
    assert [record["seq"] for record in records] == list(range(records[0]["seq"], records[0]["seq"] + len(records)))
    assert all(later["prev"] == earlier["hash"] for earlier, later in zip(records, records[1:]))


def test_show_prints_the_decision_without_its_text(world, mail):
    run = world.gateway.run("audit", "show")
    assert run.returncode == 0, run.stderr
    assert world.record(mail)["id"] in run.stdout
    assert "bob@partner.example" in run.stdout and "bridge" not in run.stdout
    run = world.gateway.run("audit", "show", "--json")
    assert world.record(mail)["id"] in [json.loads(line).get("id") for line in run.stdout.splitlines()]


@pytest.fixture
def verify_damaged(world, tmp_path):
    """verify_damaged(damage) says what `audit verify` thinks of a copy of the log whose lines went through damage()."""
    def verify(damage):
        for file in (world.gateway.config, world.gateway.policy):
            shutil.copy(file, tmp_path)
        shutil.copytree(world.gateway.state, tmp_path / "state", ignore=shutil.ignore_patterns("*.sock", "gpg"))
        log = max((tmp_path / "state" / "audit").glob("*.jsonl"), key=lambda path: path.read_bytes().count(b'"outcome"'))
        log.write_bytes(b"".join(damage(log.read_bytes().splitlines(keepends=True))))
        return world.gateway.run("audit", "verify", config=tmp_path / "sealgate.yaml")
    return verify


DAMAGES = {
    "a word changed": lambda lines: [*lines[:-2], lines[-2].replace(b'"time":"2', b'"time":"3'), lines[-1]],
    "a record taken out": lambda lines: [*lines[:-2], lines[-1]],
    "two records swapped": lambda lines: [*lines[:-3], lines[-2], lines[-3], lines[-1]],
    "a record doubled": lambda lines: [*lines, lines[-1]],
    "the first record gone": lambda lines: lines[1:],
}


def test_an_untouched_log_is_whole(world, mail, verify_damaged):
    run = verify_damaged(lambda lines: lines)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_log_is_not_whole(world, verify_damaged, damage):
    for _ in range(3):
        world.send(Mail(["max@example.org"], "[internal] Minutes"))
    run = verify_damaged(damage)
    assert run.returncode == 1, run.stdout + run.stderr
