"""Ten thousand held mails: listed, released and refused each once, and no command asks Postfix more than it has to."""

import subprocess

import pytest
from mails import Mail

MANY = 10_000


@pytest.fixture
def many(world, held):
    """They wait in the hold queue."""
    subprocess.run(["smtp-source", "-s", "16", "-m", str(MANY), "-S", "[secret] Numbers", "-f", "ann@example.org", "-t", "max@example.org",
                    f"127.0.0.1:{world.postfix.smtp}"], check=True)
    yield held.list()
    held.super("-d", "ALL", "hold")


def test_of_ten_thousand_each_goes_or_is_refused_once(world, held, many):
    assert len(many) == MANY and all(one["by_sealgate"] for one in many)
    for one in many[:3]:
        held.released(one["queue_id"])
    world.wait_until(lambda: len(world.sink.deliveries) == 3)
    mail = Mail(["max@example.org"], "[secret] later, and not yet too old")
    with world.gateway_with(held="{remind: 1s, expire: 2s}"):
        run = held.run("refuse", "--expired")
        assert run.returncode == 0, run.stderr[-500:]
        assert run.stdout.count("refused") == MANY - 3
        assert held.list() == [] and held.left() == []
    told = world.gateway.events("held-refuse")
    assert len({one["queue_id"] for one in told}) == len(told) == MANY - 3
