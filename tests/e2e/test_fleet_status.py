"""sealgate status --fleet: what each gateway has in force, by the database of their logs, and where they differ."""

import json

import pytest
from gateway import Gateway
from ports import free_ports
from shipped_log import another_name, settings, wait_for, wait_until_all_is_there

from postgresql import Cluster  # tests/support


@pytest.fixture
def database():
    """No other test's gateways are in it."""
    with Cluster(free_ports(1)[0]) as cluster:
        cluster.sql("CREATE ROLE auditor LOGIN IN ROLE sealgate_auditor")
        yield cluster


@pytest.fixture
def fleet(database, tmp_path):
    gateways = []
    for _ in range(3):
        name = another_name()
        database.add_gateway(name, name.split(".")[0])
        gateway = Gateway(tmp_path / name, *free_ports(2))
        gateway.name, gateway.settings = name, settings(database.url(name.split(".")[0]), name)
        gateway.configure(**gateway.settings)
        gateways.append(gateway)
    yield gateways
    for gateway in gateways:
        if gateway.running:
            gateway.kill()


def asked(gateway, *words):
    run = gateway.run("status", "--fleet", "--json", *words)
    return json.loads(run.stdout) | {"exit": run.returncode}


def test_they_stand_alike_until_they_do_not(fleet, database):
    first, second, third = fleet
    told = asked(first)
    assert told["exit"] == 1 and told["problems"] == [f"{one.name} has brought no record yet" for one in fleet]
    for gateway in fleet:
        gateway.start()
        wait_until_all_is_there(database, gateway.name, gateway)
    told = asked(first)
    assert (told["exit"], told["problems"]) == (0, [])
    assert [(one["gateway"], one["state"], one["mode"]) for one in told["gateways"]] == [(one.name, "started", "enforce") for one in fleet]
    own = json.loads(first.run("status", "--json").stdout)
    assert {(one["policy"], one["version"]) for one in told["gateways"]} == {(own["policy"], own["version"])}
    assert told["gateways"][0]["records"] == own["audit"]["records"]

    second.write_policy(second.usual_policy(no_key="hold"))
    second.reload()
    third.configure(mode="monitor", **third.settings)
    third.reload()
    wait_for(lambda: len(asked(first)["problems"]) == 2)
    told = asked(first)
    theirs = {one["gateway"]: one["policy"] for one in told["gateways"]}
    assert told["exit"] == 1 and len(set(theirs.values())) == 2
    assert told["problems"][0].startswith("policy: ") and f"{second.name} has {theirs[second.name]}" in told["problems"][0]
    assert told["problems"][1] == f"mode: {first.name} and {second.name} have enforce, {third.name} has monitor"
    table = first.run("status", "--fleet")
    assert table.returncode == 1 and "not the same everywhere" in table.stdout and second.name in table.stdout

    for gateway in (second, third):
        gateway.stop()
        gateway.start()
        gateway.stop()
    wait_for(lambda: len(asked(first)["problems"]) == 0)
    assert [one["state"] for one in asked(first)["gateways"]] == ["started", "stopped", "stopped"]


def test_an_auditor_asks_it_too(fleet, database, tmp_path):
    fleet[0].start()
    wait_until_all_is_there(database, fleet[0].name, fleet[0])
    told = asked(fleet[1], "--from", database.url("auditor"))
    assert told["gateways"][0]["state"] == "started" and [one["state"] for one in told["gateways"][1:]] == ["never seen"] * 2


def test_without_a_database_it_says_what_is_missing(tmp_path):
    gateway = Gateway(tmp_path / "alone", *free_ports(2))
    gateway.configure()
    run = gateway.run("status", "--fleet")
    assert run.returncode == 2 and "audit.sinks names no database" in run.stderr
    assert gateway.run("status", "--fleet", "--from", "nonsense").returncode == 2
    assert gateway.run("status", "--from", "postgresql://a@localhost/b").returncode == 2
