"""--from postgresql://…: each question to the log, its proof and its report, answered for many gateways as for each one's files."""

import json
import subprocess
from collections import Counter
from datetime import timedelta

import pytest
from gateway import PROGRAM, Gateway
from logs import NOON, busy, chained
from ports import free_ports
from test_database import count_in, lines_of, settings, wait_until_all_is_there
from world import World

from postgresql import Cluster  # tests/support

NAMES = ["mx1.example.org", "mx2.example.org", "mx3.example.org"]


class Fleet:
    def __init__(self, database, gateways):
        self.database = database
        self.gateways = gateways
        self.url = database.url("ann")

    def ask(self, *words, gateway=None, url=None, check=True):
        """As an auditor would: no gateway, and no file of one."""
        which = ["--gateway", gateway] if gateway else []
        run = subprocess.run([PROGRAM, *words, "--from", url or self.url, *which], capture_output=True, text=True, timeout=120, check=False)
        assert not check or (run.returncode, run.stderr) == (0, ""), run.stderr
        return run

    def keys(self):
        return [word for one in self.gateways.values() for word in ("--key", (one.state / "audit/checkpoint.pub").read_text().split()[0])]


def parsed(text):
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture(scope="module")
def fleet(tmp_path_factory):
    """Three gateways whose logs are in one database: of other days, some of the same ids."""
    with Cluster(free_ports(1)[0]) as database:
        gateways = {}
        for number, name in enumerate(NAMES):
            role = name.split(".", maxsplit=1)[0]
            database.add_gateway(name, role)
            gateway = Gateway(tmp_path_factory.mktemp(role) / "gateway", *free_ports(2))
            gateway.configure(**settings(database.url(role), name))
            (gateway.state / "audit").mkdir(parents=True)
            records = busy(300 + 100 * number, 40, NOON - timedelta(days=number), seed=number)
            lines = chained(record | {"id": f"{number}{seq:03}-0000", "queue_id": f"4b{number}{seq:05}", "policy": "sha256:" + "1" * 64}
                            for seq, record in enumerate(records))
            (gateway.state / "audit/audit.jsonl").write_text("".join(lines))
            gateways[name] = gateway
            gateway.start()
            wait_until_all_is_there(database, name, gateway)
            gateway.stop()
            gateway.start()  # what was there before is signed
            wait_until_all_is_there(database, name, gateway)
            wait_for_checkpoints(database, name, gateway)
            gateway.kill()  # a last record would not be in the database
        database.sql("CREATE ROLE ann LOGIN IN ROLE sealgate_auditor")
        yield Fleet(database, gateways)


def wait_for_checkpoints(database, name, gateway):
    lines = (gateway.state / "audit/checkpoints.jsonl").read_text().splitlines()
    World.wait_until(lambda: database.sql(f"SELECT count(*) FROM sealgate.checkpoint WHERE gateway = '{name}'") == [[str(len(lines))]], 60)


def own(gateway, *words):
    run = gateway.run(*words)
    assert (run.returncode, run.stderr) == (0, ""), run.stderr
    return run.stdout


@pytest.mark.parametrize("question", [[], ["--sender", "eva@example.org"], ["--sender", "EVA@Example.org", "--sender", "kay@example.org"], ["--sender", "nobody@example.org"], ["--domain", "yahoo.com", "--outcome", "warn"], ["--id", "1007-0000"],
                                      ["--since", "2026-11-20", "--until", "2026-11-25"], ["--reason", "no-key"], ["--event", "start"],
                                      ["--near-miss", "--last", "5"]])
def test_one_gateway_answers_as_its_files(fleet, question):
    for name, gateway in fleet.gateways.items():
        of_files = gateway.run("audit", "show", "--json", *question)
        of_database = fleet.ask("audit", "show", "--json", *question, gateway=name, check=False)
        assert of_database.returncode == of_files.returncode
        assert parsed(of_database.stdout) == [{"gateway": name} | record for record in parsed(of_files.stdout)]


def test_who_wrote_is_looked_up(fleet):
    plan = fleet.database.sql("SET enable_seqscan = off; EXPLAIN SELECT line FROM sealgate.record r WHERE (lower(r.sender COLLATE \"C\") = ANY (ARRAY['eva@example.org']) "
                              "OR r.event = 'start' OR r.line IS NULL OR (r.id IS NULL AND r.event IS NULL))")
    assert "Seq Scan" not in str(plan), plan


def test_all_gateways_answer_in_the_order_of_time(fleet):
    found = parsed(fleet.ask("audit", "show", "--json").stdout)
    assert len(found) == sum(count_in(fleet.database, name) for name in NAMES)
    assert [record["time"] for record in found] == sorted(record["time"] for record in found)
    for name, gateway in fleet.gateways.items():
        assert [record["seq"] for record in found if record["gateway"] == name] == [json.loads(line)["seq"] for line in lines_of(gateway)]
    table = fleet.ask("audit", "show", "--last", "3").stdout.splitlines()
    assert table[0].startswith("GATEWAY") and len(table) == 4
    rows = fleet.ask("audit", "show", "--csv", "--domain", "yahoo.com").stdout.splitlines()
    assert rows[0].startswith("gateway,") and {row.split(",")[0] for row in rows[1:]} == set(NAMES)


def test_what_is_counted_is_the_sum(fleet):
    wanted = Counter()
    for gateway in fleet.gateways.values():
        for row in parsed(own(gateway, "audit", "stats", "--json", "--by", "sender,domain")):
            wanted[row["sender"], row["domain"]] += row["recipients"]
    found = {(row["sender"], row["domain"]): row["recipients"] for row in parsed(fleet.ask("audit", "stats", "--json", "--by", "sender,domain").stdout)}
    assert found == wanted
    by_gateway = {row["gateway"]: row["messages"] for row in parsed(fleet.ask("audit", "stats", "--json", "--by", "gateway").stdout)}
    assert by_gateway == {name: 300 + 100 * number for number, name in enumerate(NAMES)}
    nothing = fleet.ask("audit", "show", "--domain", "yaho.com", check=False)
    assert nothing.returncode == 1 and "did you mean yahoo.com" in nothing.stderr


def test_each_log_is_proved_in_the_database(fleet):
    found = {one["gateway"]: one for one in parsed(fleet.ask("audit", "verify", "--json", *fleet.keys()).stdout)}
    for name, gateway in fleet.gateways.items():
        of_files = json.loads(own(gateway, "audit", "verify", "--json"))
        for field in ("ok", "records", "last_hash", "signed_to", "checkpoints", "problems"):
            assert found[name][field] == of_files[field], field
    said = fleet.ask("audit", "verify", *fleet.keys()).stdout
    assert said.count("whole: ") == 3 and "copies in the database" not in said and "the database's copies" in said
    kept = fleet.gateways[NAMES[1]].state / "audit/checkpoints.jsonl"
    one = fleet.ask("audit", "verify", "--json", "--checkpoint", str(kept), *fleet.keys(), gateway=NAMES[1])
    assert json.loads(one.stdout)["ok"]
    which = fleet.ask("audit", "verify", "--checkpoint", str(kept), *fleet.keys(), check=False)
    assert which.returncode == 2 and "--gateway NAME" in which.stderr
    keyless = fleet.ask("audit", "verify", check=False)
    assert keyless.returncode == 2 and "--key" in keyless.stderr


@pytest.mark.parametrize("harm, undo, said", [
    ("UPDATE sealgate.record SET line = replace(line, '@example.org', '@example.net') WHERE gateway = '{0}' AND seq = 40", None, "record 40 "),
    ("DELETE FROM sealgate.record WHERE gateway = '{0}' AND seq BETWEEN 100 AND 101", None, "101"),
    ("DELETE FROM sealgate.record WHERE gateway = '{0}' AND seq > 200", None, "200"),
], ids=["changed", "removed", "cut"])
def test_whoever_owns_the_database_changes_nothing_unseen(fleet, harm, undo, said):
    name = NAMES[0]
    fleet.database.sql("CREATE TABLE sealgate.kept AS SELECT * FROM sealgate.record WHERE gateway = '%s'" % name)
    try:
        fleet.database.sql(harm.format(name))
        run = fleet.ask("audit", "verify", *fleet.keys(), check=False)
        assert run.returncode == 1 and said in run.stderr and name in run.stderr and NAMES[1] not in run.stderr
        report = fleet.ask("report", "--json", *fleet.keys(), check=False)
        whole = {one["gateway"]: one["whole"] for one in json.loads(report.stdout)["gateways"]}
        assert report.returncode == 1 and whole == {NAMES[0]: False, NAMES[1]: True, NAMES[2]: True}
    finally:
        fleet.database.sql(f"DELETE FROM sealgate.record WHERE gateway = '{name}'")
        fleet.database.sql("INSERT INTO sealgate.record SELECT * FROM sealgate.kept")
        fleet.database.sql("DROP TABLE sealgate.kept")


def test_the_report_is_of_all(fleet, tmp_path):
    found = json.loads(fleet.ask("report", "--json", *fleet.keys()).stdout)
    each = [json.loads(own(gateway, "report", "--json")) for gateway in fleet.gateways.values()]
    assert found["messages"] == sum(one["messages"] for one in each)
    assert found["outcomes"] == {word: sum(one["outcomes"][word] for one in each) for word in found["outcomes"]}
    assert [(one["gateway"], one["whole"]) for one in found["gateways"]] == [(name, True) for name in NAMES]
    page = tmp_path / "report.html"
    fleet.ask("report", "--output", str(page), *fleet.keys())
    assert all(name in page.read_text() for name in NAMES) and "3 gateways" in page.read_text()
    alone = json.loads(fleet.ask("report", "--json", *fleet.keys(), gateway=NAMES[2]).stdout)
    assert alone["messages"] == each[2]["messages"] and alone["gateways"] == [] and alone["proof"]["whole"]


def test_another_policy_is_tried_with_the_mail_of_all(fleet, tmp_path):
    policy = tmp_path / "new.yaml"
    policy.write_text(fleet.gateways[NAMES[0]].usual_policy(internal="{default: reject}"))
    found = json.loads(fleet.ask("simulate", "--policy", str(policy), "--json").stdout)
    each = [json.loads(own(gateway, "simulate", "--policy", str(policy), "--json")) for gateway in fleet.gateways.values()]
    for field in ("decisions", "alike", "differ"):
        assert found[field] == sum(one[field] for one in each)
    since = ["--since", "2026-11-20"]
    assert (json.loads(fleet.ask("simulate", "--policy", str(policy), "--json", *since, gateway=NAMES[1]).stdout)["decisions"] ==
            json.loads(own(fleet.gateways[NAMES[1]], "simulate", "--policy", str(policy), "--json", *since))["decisions"] > 0)


def test_one_decision_is_proved_out_of_the_database(fleet, tmp_path):
    proof = tmp_path / "proof"
    record = parsed(fleet.ask("audit", "show", "--json", "--event", "start", gateway=NAMES[1]).stdout)[0]
    fleet.ask("audit", "prove", "--output", str(proof), str(record["seq"]), *fleet.keys(), gateway=NAMES[1])
    checked = subprocess.run([PROGRAM, "audit", "check-proof", "--json", *fleet.keys(), str(proof)], capture_output=True, text=True, timeout=60, check=True)
    told = json.loads(checked.stdout)
    assert (told["origin"].split("/")[0], told["record"], told["content"]["hash"]) == (NAMES[1], record["seq"], record["hash"])
    assert proof.read_text() == own(fleet.gateways[NAMES[1]], "audit", "prove", str(record["seq"]))
    several = fleet.ask("audit", "prove", str(record["seq"]), *fleet.keys(), check=False)
    assert several.returncode == 1 and "--gateway NAME" in several.stderr
    missing = fleet.ask("audit", "prove", "ZZZZ-ZZZZ", *fleet.keys(), check=False)
    assert missing.returncode == 1 and "no whole record" in missing.stderr


def test_what_comes_is_followed(fleet):
    with subprocess.Popen([PROGRAM, "audit", "show", "--json", "--follow", "--last", "1", "--event", "start", "--from", fleet.url],
                          stdout=subprocess.PIPE, text=True) as process:
        assert json.loads(process.stdout.readline())["event"] == "start"
        fleet.gateways[NAMES[2]].start()
        try:
            record = json.loads(process.stdout.readline())
        finally:
            fleet.gateways[NAMES[2]].stop()
            process.kill()
        assert (record["gateway"], record["event"]) == (NAMES[2], "start")


@pytest.mark.parametrize("words, said", [
    (["audit", "show", "--gateway", "mx4.example.org"], "mx1.example.org, mx2.example.org, mx3.example.org"),
    (["audit", "show", "--from", "postgresql://ann:secret@127.0.0.1/audit"], "passfile="),
    (["audit", "show", "--from", "postgresql://ann@db.example.org/audit"], "sslmode=verify-full"),
    (["audit", "show", "--from", "mysql://ann@127.0.0.1/audit"], "--from takes postgresql://"),
    (["audit", "verify", "--from", "soon"], "--from takes postgresql://"),
    (["audit", "show", "--from", "postgresql://ann@127.0.0.1:1/audit"], "cannot connect"),
])
def test_what_cannot_be_asked_says_why(fleet, words, said):
    url = [] if "--from" in words else ["--from", fleet.url]
    run = subprocess.run([PROGRAM, *words, *url], capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 2 and said in run.stderr and "secret" not in run.stderr.replace("passfile", "")


def test_a_dropped_month_is_told_and_the_rest_is_proved(fleet):
    """The last test of this file: it takes something away."""
    first = min(fleet.database.sql("SELECT to_char(min(at), 'YYYY-MM-01') FROM sealgate.record"))[0]
    fleet.database.sql(f"SELECT sealgate.drop_month('{first}')")
    for one in parsed(fleet.ask("audit", "verify", "--json", *fleet.keys()).stdout):
        assert one["ok"] and one["first_record"] > 1
        assert any("dropped record_" in note for note in one["notes"])
