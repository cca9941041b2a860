"""audit.sinks: the log in a real PostgreSQL, each record once and in order, whatever becomes of the database, the way to it, or the
gateway; and mail that never waits for it."""

import hashlib
import json
import re
import time

import pytest
from gateway import Gateway
from logs import NOON, chained, decision
from mails import Mail
from ports import free_ports
from shipped_log import (ZOE, alone, another_name, count_in, database, lines_in, lines_of, names, settings, wait_for,  # noqa: F401
                         wait_until_all_is_there, with_records)
from world import World

BOB = "bob@partner.example"


def test_what_is_sent_is_there_within_seconds(world, names, database):
    name, role = names
    with world.gateway_with(**settings(database.url(role), name)):
        for i in range(20):
            world.send(Mail([BOB, ZOE], f"[internal] News {i}", sender="ann@example.org"))
        wait_until_all_is_there(database, name, world.gateway)
        record = world.gateway.records()[-1]
        row = database.sql(f"SELECT id, sender, outcome, classification, queue_id, policy FROM sealgate.record WHERE gateway = '{name}' AND seq = {record['seq']}")
        assert row == [[record[field] for field in ("id", "sender", "outcome", "classification", "queue_id", "policy")]]
        status = json.loads(world.gateway.run("status", "--json").stdout)
        assert status["sinks"] == [{"sink": f"postgresql://127.0.0.1:{database.port}/audit", "records": status["sinks"][0]["records"], "problem": None}]
        assert status["sinks"][0]["records"] > 0
        wanted = database.sql(f"SELECT DISTINCT sender, domain FROM sealgate.recipient WHERE gateway = '{name}' AND tier = 'unsecure' AND sender = 'ann@example.org'")
        assert wanted == [["ann@example.org", "yahoo.com"]]
    world.gateway.restart()


def test_an_outage_costs_nothing_but_time(alone, database):
    alone.start()
    wait_until_all_is_there(database, alone.name, alone)
    database.stop()
    alone.stop()
    alone.start()  # mail would go on
    assert json.loads(alone.run("status", "--json").stdout)["mode"] == "enforce"
    wait_for(lambda: json.loads(alone.run("status", "--json").stdout)["problems"])
    assert "its copy" in alone.run("status").stdout and "the audit log's copy in" in alone.log()
    database.start()
    wait_until_all_is_there(database, alone.name, alone)
    wait_for(lambda: not json.loads(alone.run("status", "--json").stdout)["problems"])
    assert "works again" in alone.log()


def test_a_server_that_is_killed_again_and_again(alone, database):
    with_records(alone, 30_000)
    alone.start()
    for _ in range(4):
        before = count_in(database, alone.name)
        wait_for(lambda: count_in(database, alone.name) > before)
        database.kill()
        database.start()
    wait_until_all_is_there(database, alone.name, alone, 120)


@pytest.mark.parametrize("side", ["before", "after"])
def test_cut_in_the_middle_of_an_append(alone, database, side):
    """The client cannot know whether it was taken: it asks."""
    with_records(alone, 5000)
    cuts = []

    def cut(data):
        if b"sealgate.append" in data and len(cuts) < 5:
            cuts.append(data)
            if side == "after":
                time.sleep(0.3)  # the server has it, and its answer is lost
            return True
        return False

    setattr(alone.relay, side, cut)
    alone.start()
    wait_until_all_is_there(database, alone.name, alone, 120)
    assert len(cuts) == 5


def test_a_gateway_that_is_killed(alone, database):
    with_records(alone, 20_000)
    for _ in range(3):
        alone.start()
        before = count_in(database, alone.name)
        wait_for(lambda: count_in(database, alone.name) > before)
        alone.kill()
    alone.start()
    wait_until_all_is_there(database, alone.name, alone)


def test_a_silent_server_holds_up_nobody(alone, database):
    alone.start()
    wait_until_all_is_there(database, alone.name, alone)
    alone.relay.silent = True
    began = time.monotonic()
    alone.stop()
    alone.start()
    alone.stop()  # the connection is under way, and never comes about
    assert time.monotonic() - began < 10
    alone.relay.silent = False
    alone.relay.cut()
    alone.start()
    wait_until_all_is_there(database, alone.name, alone)


def test_another_log_under_the_same_name_is_refused_and_told(alone, database, tmp_path):
    with_records(alone, 50)
    alone.start()
    wait_until_all_is_there(database, alone.name, alone)
    alone.stop()
    kept = lines_in(database, alone.name)
    with_records(alone, 80, user="somebody else")  # a clone that wrote the same numbers anew
    alone.start()
    wait_for(lambda: json.loads(alone.run("status", "--json").stdout)["problems"])
    assert "is not the one of this log" in alone.log()
    alone.stop()
    (alone.state / "audit/audit.jsonl").write_text("".join(line + "\n" for line in kept[:20]))  # put back from an older copy
    for file in alone.state.glob("audit/checkpoints.jsonl"):
        file.unlink()
    alone.start()
    wait_for(lambda: "was put back from an older copy" in alone.log())
    assert lines_in(database, alone.name) == kept
    assert database.sql(f"SELECT count(*) FROM sealgate.gap WHERE gateway = '{alone.name}'") == [["0"]]


def test_lost_records_are_a_gap_that_is_kept(alone, database):
    with_records(alone, 100)
    file = alone.state / "audit/audit.jsonl"
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(lines[:40] + lines[60:]))  # somebody's hand took them, before they were there
    alone.start()
    wait_until_all_is_there(database, alone.name, alone)
    assert database.sql(f"SELECT first_record, last_record, why FROM sealgate.gap WHERE gateway = '{alone.name}'") == [["41", "60", "never came"]]


def test_what_postgresql_takes_for_no_text_is_there_too(alone, database):
    """Senders write what they like; a line that somebody's hand made may be anything."""
    nasty = ["\\u0000", "\\ud800", 'quote " and \\\\ and {a,b}', "ünïcödé", "$1; DROP TABLE sealgate.record"]
    records = [decision(NOON, id="AAAA-AAAA", sender=text + "@example.org") for text in nasty]
    lines = [line.replace("\\\\u0000", "\\u0000").replace("\\\\ud800", "\\ud800") for line in chained(records)]
    prev, out = "0" * 64, []
    for line in lines:  # hashed anew: the escapes were put in by hand
        body = line[:line.index(',"prev"')] + f',"prev":"{prev}"'
        prev = hashlib.sha256(body.encode()).hexdigest()
        out.append(f'{body},"hash":"{prev}"}}\n'.encode())
    body = b'{"seq":6,"time":"2026-11-27T12:00:00.000Z","id":"\xff\xfe","prev":"' + prev.encode() + b'"'
    out.append(body + b',"hash":"' + hashlib.sha256(body).hexdigest().encode() + b'"}\n')
    (alone.state / "audit").mkdir(parents=True)
    (alone.state / "audit/audit.jsonl").write_bytes(b"".join(out))
    alone.start()
    wait_for(lambda: count_in(database, alone.name) >= 7)
    octets = database.sql(f"SELECT line IS NULL, encode(octets, 'hex') FROM sealgate.record WHERE gateway = '{alone.name}' AND seq = 6")
    assert octets == [["t", out[-1].strip().hex()]]
    stored = database.sql(f"SELECT encode(convert_to(line, 'UTF8'), 'hex') FROM sealgate.record WHERE gateway = '{alone.name}' AND seq <= 5 ORDER BY seq")
    assert [bytes.fromhex(row[0]) + b"\n" for row in stored] == out[:5]


def test_wrong_clocks_and_new_years_have_their_month(alone, database):
    records = [decision(time, id="AAAA-AAAA") for time in (NOON, NOON.replace(year=2025, month=1), NOON.replace(year=2099), NOON.replace(year=1999))]
    (alone.state / "audit").mkdir(parents=True)
    (alone.state / "audit/audit.jsonl").write_text("".join(chained(records)))
    alone.start()
    wait_until_all_is_there(database, alone.name, alone)


def test_a_gateway_may_append_its_own_and_nothing_else(database, names):
    name, role = names
    other = another_name()
    database.add_gateway(other, other.split(".")[0])
    for statement in ("SELECT * FROM sealgate.record", "DELETE FROM sealgate.record", "INSERT INTO sealgate.position VALUES ('x', 1, 'y')",
                      "UPDATE sealgate.gateway SET role = 'postgres'", "TRUNCATE sealgate.record", "SELECT sealgate.add_gateway('a', 'b')",
                      "SELECT sealgate.drop_month('2026-11-01')", "SELECT sealgate.ensure_month(now())", "DROP TABLE sealgate.gap"):
        run = database.sql(statement, role, check=False)
        assert run.returncode != 0 and re.search("permission denied|must be owner", run.stdout), statement
    assert database.sql("SELECT gateway, seq FROM sealgate.own_position()", role) == [[name, "0"]]


def test_a_gateway_cannot_become_the_owner(database, names):
    """What acts for the owner takes no type or table of the caller's own."""
    _, role = names
    assert database.sql("CREATE TEMPORARY TABLE version (version int)", role, check=False).returncode != 0
    database.sql("GRANT TEMPORARY ON DATABASE audit TO PUBLIC")  # an owner who knows better
    run = database.sql("CREATE FUNCTION pg_temp.e(t pg_catalog.text) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'as %', current_user; END $$;"
                       "CREATE DOMAIN pg_temp.text AS pg_catalog.text CHECK (pg_temp.e(VALUE)); SELECT gateway FROM sealgate.own_position()", role, check=False)
    assert "as postgres" not in run.stdout, run.stdout
    database.install()


def test_no_other_record_holds_up_those_behind_it(alone, database):
    """An index of PostgreSQL has its limits, and senders have long addresses."""
    wide = "".join(chr(0x4e00 + i * 7919 % 20000) for i in range(900)) + "@example.org"
    (alone.state / "audit").mkdir(parents=True)
    records = [decision(NOON, sender=wide), decision(NOON), decision(NOON, recipients="none")]
    (alone.state / "audit/audit.jsonl").write_text("".join(chained(records)))
    alone.start()
    wait_until_all_is_there(database, alone.name, alone)
    assert int(database.sql("SELECT count(*) FROM sealgate.recipient")[0][0]) >= 0  # whatever a gateway sends, the view works


def test_a_log_whose_beginning_was_pruned_has_a_gap_there(alone, database):
    with_records(alone, 20)
    file = alone.state / "audit/audit.jsonl"
    file.write_text("".join(file.read_text().splitlines(keepends=True)[7:]))
    alone.start()
    wait_until_all_is_there(database, alone.name, alone)
    assert database.sql(f"SELECT first_record, last_record FROM sealgate.gap WHERE gateway = '{alone.name}'") == [["1", "7"]]


def test_readers_do_not_wait_for_a_new_month(alone, database):
    """A long report holds its lock while the first record of a month arrives."""
    reader = database.session("BEGIN; SELECT count(*) FROM sealgate.record; SELECT pg_sleep(20); COMMIT")
    try:
        (alone.state / "audit").mkdir(parents=True)
        (alone.state / "audit/audit.jsonl").write_text("".join(chained([decision(NOON.replace(year=2021, month=2))])))
        alone.start()
        wait_for(lambda: count_in(database, alone.name) > 0, 10)
    finally:
        reader.kill()


def test_an_auditor_reads_and_changes_nothing(database):
    database.sql("CREATE ROLE ann LOGIN IN ROLE sealgate_auditor")
    database.sql("SELECT count(*) FROM sealgate.record", "ann")
    for view in ("decision", "recipient", "event", "checkpoint", "gap", "position"):
        database.sql(f"SELECT count(*) FROM sealgate.{view}", "ann")
    for statement in ("DELETE FROM sealgate.record", "INSERT INTO sealgate.gap VALUES ('a', 1, 2, 'x')", "SELECT sealgate.drop_month('2026-11-01')",
                      "SELECT sealgate.keep_checkpoints('{1}', '{x}')"):
        assert database.sql(statement, "ann", check=False).returncode != 0, statement


def test_the_schema_may_be_run_again(database):
    assert database.install().returncode == 0


def test_checkpoints_are_kept_there(alone, database):
    with_records(alone, 300)
    alone.start()
    alone.stop()  # signs
    alone.start()
    own = (alone.state / "audit/checkpoints.jsonl").read_text().splitlines()

    def kept():
        return [row[0] for row in database.sql(f"SELECT line FROM sealgate.checkpoint WHERE gateway = '{alone.name}' ORDER BY seq")]

    wait_for(lambda: set(own) <= set(kept()))


def test_what_libpq_finds_in_the_environment_counts_for_nothing(alone, database):
    alone.start(environment={"PGHOSTADDR": "192.0.2.1", "PGSSLMODE": "require", "PGOPTIONS": "-c nonsense=1"})
    wait_until_all_is_there(database, alone.name, alone)


def test_a_role_of_another_gateway_is_refused(alone, database, names):
    other = another_name()
    database.add_gateway(other, other.split(".")[0])
    alone.configure(**settings(f"postgresql://{other.split('.')[0]}@127.0.0.1:{database.port}/audit", alone.name))
    alone.start()
    wait_for(lambda: f'writes there for "{other}"' in alone.log())
    assert count_in(database, alone.name) == 0 and count_in(database, other) == 0


def test_a_month_that_is_dropped_is_a_gap(alone, database):
    records = [decision(NOON.replace(year=2024, month=month), id="AAAA-AAAA") for month in (1, 1, 2, 3)]
    (alone.state / "audit").mkdir(parents=True)
    (alone.state / "audit/audit.jsonl").write_text("".join(chained(records)))
    alone.start()
    wait_until_all_is_there(database, alone.name, alone)
    assert database.sql("SELECT sealgate.drop_month('2024-01-01')") == [["2"]]
    assert database.sql(f"SELECT first_record, last_record, why FROM sealgate.gap WHERE gateway = '{alone.name}'") == [["1", "2", "dropped record_2024_01"]]
    assert count_in(database, alone.name) == len(lines_of(alone)) - 2


def test_what_the_database_does_not_have_is_not_pruned(alone, database):
    url = f"postgresql://{alone.name.split('.')[0]}@127.0.0.1:{alone.relay.port}/audit"
    alone.configure(audit=f'{{sinks: ["{url}"], keep: 1s, rotate: {{size: 4KiB, daily: false}}}}', more=f"  name: {alone.name}\n")
    with_records(alone, 30)
    alone.start()
    wait_until_all_is_there(database, alone.name, alone)
    alone.relay.silent = True
    alone.relay.cut()
    shipped = count_in(database, alone.name)
    alone.run("reload")  # an event that the database does not get, and which ends the large file
    World.wait_until(lambda: list((alone.state / "audit").glob("audit-*.jsonl")), 10)
    for _ in range(40):
        alone.run("reload")
    time.sleep(1.2)
    before = lines_of(alone)
    said = alone.run("audit", "prune")
    assert said.returncode == 0 and "stays until each database" in said.stdout, said.stdout + said.stderr
    first = json.loads(lines_of(alone)[0])["seq"]
    assert first <= shipped + 1 < len(before)
    alone.relay.silent = False
    alone.relay.cut()
    wait_for(lambda: count_in(database, alone.name) >= len(before))
    said = alone.run("audit", "prune")
    assert said.returncode == 0 and said.stdout.startswith("taken away") and "stays until" not in said.stdout
    assert database.sql(f"SELECT count(*) FROM sealgate.gap WHERE gateway = '{alone.name}'") == [["0"]]
    assert json.loads(alone.run("audit", "verify", "--json").stdout)["ok"]


@pytest.mark.parametrize("url, why", [
    ("postgresql://mx1@db.example.org/audit", "sslmode=verify-full"),
    ("postgresql://mx1@db.example.org/audit?sslmode=require", "sslmode=verify-full"),
    ("postgresql://mx1:secret@127.0.0.1/audit", "has a password"),
    ("postgresql://127.0.0.1/audit", "names no role"),
    ("postgresql://mx1@127.0.0.1", "names no database"),
    ("postgresql://mx1@127.0.0.1/audit?nonsense=1", "nonsense"),
    ("mysql://mx1@127.0.0.1/audit", "is no sink"),
])
def test_a_sink_that_would_betray_is_refused(tmp_path, url, why):
    gateway = Gateway(tmp_path / "gateway", *free_ports(2))
    gateway.configure(audit=f'{{sinks: ["{url}"]}}')
    run = gateway.run("check")
    assert run.returncode == 1 and why in run.stderr + run.stdout and "secret" not in run.stderr + run.stdout
