"""A release of held mail that is killed, wherever it is: whoever calls it next goes on from there, and the mail leaves once."""

import random
import time
from datetime import timedelta

import pytest
from held_mail import once, secret

LONG_AGO = timedelta(hours=1)


def test_killed_before_the_mail_is_handed_in(world, held):
    mail = secret(world)
    one = held.only()
    held.permit(one)
    held.released(one["queue_id"])
    once(world, mail)
    assert held.left() == []


@pytest.mark.parametrize("age, waits", [(timedelta(0), True), (LONG_AGO, False)])
def test_killed_while_the_mail_is_handed_in(world, held, age, waits):
    mail = secret(world)
    one = held.only()
    held.permit(one, "claimed", age)
    if waits:
        assert "under way" in held.stays(one["queue_id"])
        assert world.arrived(mail) == []
    else:
        held.released(one["queue_id"])
        once(world, mail)


def handed_in(world, held):
    """Killed right behind Postfix's answer."""
    mail = secret(world)
    one = held.only()
    token = held.permit(one)
    assert held.hand_in(token, one).code == 250
    world.settle()
    assert world.arrived(mail) == []
    new, = [entry["queue_id"] for entry in world.postfix.queue() if entry["queue_id"] != one["queue_id"]]
    return mail, one, token, new


@pytest.mark.parametrize("accepted", [False, True])
@pytest.mark.parametrize("by", ["old", "new"])
def test_killed_when_postfix_had_said_yes(world, held, accepted, by):
    mail, one, token, new = handed_in(world, held)
    if accepted:
        held.accepted(token)
    assert [entry["state"] for entry in held.list()] == ["being-released", "being-released"]
    held.released(one["queue_id"] if by == "old" else new)
    once(world, mail)
    assert held.left() == []


def test_killed_when_the_held_one_was_removed(world, held):
    mail, one, token, _ = handed_in(world, held)
    held.accepted(token)
    held.super("-d", one["queue_id"], "hold")
    held.released(one["queue_id"])
    once(world, mail)


def test_killed_when_the_new_one_was_let_go(world, held):
    mail, one, token, new = handed_in(world, held)
    held.accepted(token)
    held.super("-d", one["queue_id"], "hold")
    held.super("-H", new)
    held.released(one["queue_id"])
    once(world, mail)
    events = [event for event in world.gateway.events("held-release") if event["queue_id"] == one["queue_id"]]
    world.wait_until(lambda: events or world.gateway.events("held-release"))


def test_killed_anywhere_it_leaves_once(world, held):
    for _ in range(12):
        mail = secret(world)
        queue_id = held.only()["queue_id"]
        command = held.start("release", queue_id)
        time.sleep(random.uniform(0, 0.5))
        command.kill()
        command.communicate()
        while "under way" in (said := held.run("release", queue_id).stderr):
            held.age()
        assert said == "" or "no mail" in said, said
        once(world, mail)
        assert held.left() == []


def test_the_gateway_said_yes_and_postfix_never_took_it(world, held):
    mail = secret(world)
    one = held.only()
    token = held.permit(one, "claimed", LONG_AGO)
    held.taken(token, "4GoneAgain")
    held.released(one["queue_id"])
    once(world, mail)


def test_the_gateway_is_killed_while_it_decides(world, held):
    mail = secret(world)
    one = held.only()
    world.gateway.kill()
    why = held.stays(one["queue_id"])
    assert "451" in why or "does not ask" in why
    world.gateway.start()
    held.released(one["queue_id"])
    once(world, mail)
