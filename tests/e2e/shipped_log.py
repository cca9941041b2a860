"""A gateway whose audit log goes to a database of the test's own: fixtures, and what is there and what is here."""

import itertools

import pytest
from gateway import Gateway
from logs import NOON, chained, decision, recipient
from ports import free_ports
from world import World

from postgresql import Cluster  # tests/support
from tcp_relay import Relay

ZOE = "zoe@yahoo.com"
_names = (f"mx{i}.example.org" for i in itertools.count(1))


def another_name():
    return next(_names)


@pytest.fixture(scope="module")
def database():
    with Cluster(free_ports(1)[0]) as cluster:
        yield cluster


def settings(url, name):
    return {"audit": f"{{sinks: [\"{url}\"], checkpoint_every: {{records: 100}}}}", "more": f"  name: {name}\n"}


@pytest.fixture
def names(database):
    """A gateway that the database knows: its name, and its role."""
    name = another_name()
    role = name.split(".")[0]
    database.add_gateway(name, role)
    return name, role


def lines_of(gateway):
    files = sorted((gateway.state / "audit").glob("audit-*.jsonl")) + [gateway.state / "audit/audit.jsonl"]
    return [line for file in files for line in file.read_text().splitlines()]


def lines_in(database, name):
    return [row[1] for row in database.sql(f"SELECT seq, line FROM sealgate.record WHERE gateway = '{name}' ORDER BY seq")]


def count_in(database, name):
    return int(database.sql(f"SELECT count(*) FROM sealgate.record WHERE gateway = '{name}'")[0][0])


def wait_for(condition, timeout=60):
    World.wait_until(condition, timeout)


def wait_until_all_is_there(database, name, gateway, timeout=60):
    """Line by line what the gateway has: none missing, none twice, none out of order."""
    wait_for(lambda: count_in(database, name) >= len(lines_of(gateway)), timeout)
    assert lines_in(database, name) == lines_of(gateway)


@pytest.fixture
def gateway(tmp_path):
    """A gateway without Postfix, which does not run yet."""
    gateway = Gateway(tmp_path / "gateway", *free_ports(2))
    yield gateway
    if gateway.running:
        gateway.kill()


@pytest.fixture
def alone(tmp_path, names, database):
    """A gateway without Postfix, with a log that somebody wrote, and that ships through `relay`."""
    with Relay(database.port) as relay:
        gateway = Gateway(tmp_path / "gateway", *free_ports(2))
        gateway.relay, gateway.name = relay, names[0]
        gateway.configure(**settings(f"postgresql://{names[1]}@127.0.0.1:{relay.port}/audit", names[0]))
        yield gateway
        gateway.kill()


def with_records(gateway, count, **more):
    (gateway.state / "audit").mkdir(parents=True, exist_ok=True)
    records = (decision(NOON, "warn", "internal", [recipient(ZOE, "unsecure", "warn", "warn", "tier")], id=f"{i:08}", **more) for i in range(count))
    (gateway.state / "audit/audit.jsonl").write_text("".join(chained(records)))
