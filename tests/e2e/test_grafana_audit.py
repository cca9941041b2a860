"""The dashboard for auditors: each of its queries is asked of a real database as an auditor's role, and says what the log says."""

import collections
import json
import re

import pytest
from gateway import HERE, Gateway
from logs import NOON, chained, decision, recipient
from ports import free_ports
from shipped_log import ZOE, another_name, database, settings, wait_until_all_is_there  # noqa: F401

BOARD = json.loads((HERE.parent.parent / "contrib/grafana/sealgate-audit.json").read_text())
PANELS = {panel["title"]: panel["targets"][0]["rawSql"] for panel in BOARD["panels"]}
BOB, EVE = "bob@partner.example", "eve@insecure.example"
RECORDS = [
    decision(NOON, "reject", "confidential", [recipient(BOB, "better", "encrypt", "reject", "no-key")], sender="ann@example.org"),
    decision(NOON, "reject", "confidential", [recipient(BOB, "better", "encrypt", "reject", "no-key")], sender="max@example.org"),
    decision(NOON, "warn", "internal", [recipient(ZOE, "unsecure", "warn", "warn", "tier"), recipient(EVE, "unsecure", "warn", "warn", "tier")]),
    decision(NOON, "warn", "internal", [recipient(ZOE, "unsecure", "warn", "warn", "tier")], policy="sha256:" + "2" * 64),
    decision(NOON, "seal", "confidential", [recipient(BOB, "better")]),
]


def as_grafana_does(sql, gateways):
    """Its macros: https://grafana.com/docs/grafana/latest/datasources/postgres/."""
    sql = sql.replace("$gateway", ", ".join(f"'{one}'" for one in gateways))
    sql = re.sub(r"\$__timeFilter\((\w+)\)", r"\1 BETWEEN '2000-01-01T00:00:00Z' AND '2100-01-01T00:00:00Z'", sql)
    sql = re.sub(r"\$__timeGroupAlias\((\w+), \$__interval\)", r"floor(extract(epoch from \1)/3600)*3600 AS \"time\"", sql).replace(r"\"", '"')
    assert "$" not in sql, sql
    return sql


@pytest.fixture(scope="module")
def asked(database, tmp_path_factory):
    """{panel: its rows}, of two gateways with the same records."""
    database.sql("CREATE ROLE auditor LOGIN IN ROLE sealgate_auditor")
    names = []
    for _ in range(2):
        name = another_name()
        names.append(name)
        database.add_gateway(name, name.split(".")[0])
        gateway = Gateway(tmp_path_factory.mktemp("gateway") / "here", *free_ports(2))
        gateway.configure(**settings(database.url(name.split(".")[0]), name))
        (gateway.state / "audit").mkdir(parents=True)
        (gateway.state / "audit/audit.jsonl").write_text("".join(chained(map(dict, RECORDS))))
        gateway.start()
        wait_until_all_is_there(database, name, gateway)
        gateway.stop()
    return {title: database.sql(as_grafana_does(sql, names), role="auditor") for title, sql in PANELS.items()} | {"names": names}


def test_each_query_is_one_that_an_auditor_may_ask(asked):
    assert asked.keys() >= PANELS.keys() and len(PANELS) == len(BOARD["panels"]) >= 15


def test_what_it_shows_is_what_the_log_says(asked):
    outcomes = collections.Counter(one["outcome"] for one in RECORDS)
    assert asked["Decisions"] == [["10"]] and asked["Refused"] == [["4"]] and asked["Encrypted here"] == [["2"]]
    assert asked["To insecure domains"] == [["6"]] and asked["Gaps"] == [["0"]]
    assert collections.Counter({row[1]: int(row[2]) for row in asked["Decisions by outcome"]}) == collections.Counter({k: 2 * v for k, v in outcomes.items()})
    assert asked["Refusals by reason"] == [["no-key", "4"]]
    assert [row[:3] for row in asked["Insecure domains"]] == [["yahoo.com", "4", "1"], ["insecure.example", "2", "1"]]
    assert [row[1:] for row in asked["Who writes to insecure domains"]] == [["4", "insecure.example, yahoo.com"]]
    assert [row[:4] for row in asked["Whom nobody could write to"]] == [[BOB, "missing", "4", "2"]]
    assert len(asked["Policies and when they came"]) == 4
    for name, row in zip(asked["names"], asked["Proof"]):
        assert row[0] == name and int(row[1]) >= len(RECORDS) and row[5] == "0"


def test_it_stands_on_a_data_source_that_is_asked_for():
    source, = BOARD["__inputs"]
    assert {panel["datasource"]["uid"] for panel in BOARD["panels"]} == {f"${{{source['name']}}}"}
    assert len({panel["id"] for panel in BOARD["panels"]}) == len(BOARD["panels"])
    assert "FROM sealgate.gateway" in BOARD["templating"]["list"][0]["query"]
