"""Hundreds of held mails, or ten thousand where SEALGATE_HELD_MANY says so: listed, released and refused each once, and no command asks Postfix more than it has to."""

import os
import subprocess
import time

import pytest
from mails import Mail

MANY = int(os.environ.get("SEALGATE_HELD_MANY", "300"))  # 10000 is what the gateway is built for
EXPIRE = 20  # seconds


def held_later(world, subject):
    mail = Mail(["max@example.org"], subject)
    assert world.send(mail).code == 250
    return mail


@pytest.fixture
def many(world, held):
    """They wait in the hold queue."""
    began = time.monotonic()
    subprocess.run(["/usr/sbin/smtp-source", "-s", "16", "-m", str(MANY), "-S", "[secret] Numbers", "-f", "ann@example.org", "-t", "max@example.org",
                    f"127.0.0.1:{world.postfix.smtp}"], check=True, timeout=600)
    took("filled", began)
    yield held.list()
    held.super("-d", "ALL", "hold")


def took(what, began):
    print(f"{MANY} {what}: {time.monotonic() - began:.1f} s")


def arrived(world):
    return [delivery for delivery in world.sink.deliveries if delivery.recipients == ["max@example.org"]]


def test_of_many_each_goes_or_is_refused_once(world, held, many):
    began = time.monotonic()
    assert len(many) == len(held.list()) == MANY and all(one["by_sealgate"] for one in many)
    took("listed", began)
    for one in many[:3]:
        held.released(one["queue_id"])
    world.wait_until(lambda: len(arrived(world)) == 3)
    with world.gateway_with(held="{remind: 1s, expire: %ds}" % EXPIRE):
        world.wait_until(lambda: all(one["expired"] for one in held.list()[-1:]), timeout=2 * EXPIRE)
        for number in range(2):
            held_later(world, f"[secret] {number}, and not yet too old")
        began = time.monotonic()
        run = held.run("refuse", "--expired", timeout=1200)
        took("refused", began)
        assert run.returncode == 0, run.stderr[-500:]
        assert run.stdout.count("refused") == MANY - 3
        assert len(held.list()) == 2 and held.left() == []
        ids = {one["queue_id"] for one in many}
        world.wait_until(lambda: len(refused_of(world, ids)) == MANY - 3, timeout=120)
    told = refused_of(world, ids)
    assert len(set(told)) == len(told)
    assert len(arrived(world)) == 3


def refused_of(world, ids):
    return [event["queue_id"] for event in world.gateway.events("held-refuse") if event["queue_id"] in ids]


def test_many_held_mails_are_listed_and_released_each_once(world, held):
    ours = {f"<{held_later(world, f'[secret] {number}').message_id}>" for number in range(200)}
    assert len(held.list()) == 200
    for one in held.list()[:20]:
        held.released(one["queue_id"])

    def released():
        return [delivery.field("Message-ID") for delivery in world.sink.deliveries if delivery.field("Message-ID") in ours]
    world.wait_until(lambda: len(released()) >= 20)
    world.settle()
    assert len(released()) == len(set(released())) == 20
    assert len(held.list()) == 180
