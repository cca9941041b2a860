"""A release of held mail that is killed, wherever it is: whoever calls it next goes on from there, and the mail leaves once."""

import random
import time
from datetime import timedelta

import pytest
from held_mail import once, secret
from mails import Mail

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
    assert (run := held.run("refuse", new)).returncode == 1 and "being released" in run.stderr
    held.released(one["queue_id"] if by == "old" else new)
    once(world, mail)
    assert held.left() == []


def test_killed_when_the_held_one_was_removed(world, held):
    mail, one, token, _ = handed_in(world, held)
    held.marked(token, "accepted", "replaced")
    held.super("-d", one["queue_id"], "hold")
    held.released(one["queue_id"])
    once(world, mail)


def test_killed_when_the_new_one_was_let_go(world, held):
    mail, one, token, new = handed_in(world, held)
    held.marked(token, "accepted", "replaced")
    held.super("-d", one["queue_id"], "hold")
    held.super("-H", new)
    held.released(one["queue_id"])
    once(world, mail)
    world.wait_until(lambda: events_of(world, one))
    assert len(events_of(world, one)) == 1


def events_of(world, held_one):
    return [event for event in world.gateway.events("held-release") if event["queue_id"] == held_one["queue_id"]]


def test_what_was_killed_at_its_end_is_written_down_by_whoever_comes_next(world, held):
    mail, one, token, new = handed_in(world, held)
    held.marked(token, "accepted", "replaced")
    held.super("-d", one["queue_id"], "hold")
    held.super("-H", new)
    once(world, mail)
    assert held.run("release", "NOSUCHID").returncode == 1
    assert held.left() == []
    world.wait_until(lambda: events_of(world, one))


def test_the_event_is_there_before_the_mail_is_let_go(world, held):
    mail, one, token, new = handed_in(world, held)
    held.marked(token, "accepted", "replaced", "noted")
    held.super("-d", one["queue_id"], "hold")
    held.released(one["queue_id"])
    once(world, mail)
    world.settle()
    assert events_of(world, one) == []  # it was left before


@pytest.mark.parametrize("words", [["--as", "public"], ["--as", "secret"]])
def test_what_was_decided_by_other_terms_is_not_let_go_by_these(world, held, words):
    mail, one, _, _ = handed_in(world, held)
    run = held.run("release", *words, one["queue_id"])
    assert run.returncode == 1 and "being released without --as" in run.stderr, run.stderr
    assert world.arrived(mail) == []
    held.released(one["queue_id"])
    once(world, mail)


def test_what_postfix_took_and_nobody_sees_is_left_alone(world, held):
    mail, one, token, new = handed_in(world, held)
    held.accepted(token)
    held.super("-d", new, "hold")  # as where another filter throws it away, or another Postfix has it
    for _ in range(2):
        why = held.stays(one["queue_id"])
        assert f"as {new}" in why and "no such mail is to be seen" in why, why
        held.age()
    for name in held.left():
        (held.directory / name).unlink()  # as it says
    held.released(one["queue_id"])
    once(world, mail)


def test_what_somebody_else_let_go_meanwhile_leaves_once(world, held):
    mail, one, token, _ = handed_in(world, held)
    held.accepted(token)
    held.super("-H", one["queue_id"])
    world.wait_until(lambda: world.arrived(mail))
    run = held.run("release", one["queue_id"])
    assert run.returncode == 1 and "somebody else took it out" in run.stderr
    once(world, mail)
    assert held.left() == [] and events_of(world, one) == []


def test_a_damaged_file_stops_no_command(world, held):
    mail = secret(world)
    one = held.only()
    damaged = held.directory / ("f" * 32 + ".permit")
    damaged.write_text(" " * (3 << 20))
    try:
        run = held.run("release", one["queue_id"])
        assert run.returncode == 0 and str(damaged) in run.stderr, run.stderr
        assert str(damaged) in held.run("list").stderr
        once(world, mail)
        assert held.left() == [damaged.name]
    finally:
        damaged.unlink()


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


def test_copies_that_left_are_not_sent_again_and_nobody_is_told_that_the_mail_was_not(world, held):
    mail = Mail(["bob@partner.example"], "[confidental] Offer", bcc=["carol@partner.example"])
    with world.gateway_with(policy=world.gateway.usual_policy(near_miss="hold")):
        assert world.send(mail).code == 250
        one = held.only()
        token = held.permit(one)
        assert held.hand_in(token, one).code == 250
        world.wait_until(lambda: world.arrived(mail))
        new, = [entry["queue_id"] for entry in world.postfix.queue() if entry["queue_id"] != one["queue_id"]]
        held.super("-d", new, "hold")  # as where Postfix refuses it behind us
        (held.directory / f"{token}.taken").unlink()
        assert f"{token}.owed" in held.left()
        run = held.run("refuse", one["queue_id"])
        assert run.returncode == 1 and "have it already" in run.stderr
        held.age()
        held.released(one["queue_id"])
        world.wait_until(lambda: len(world.arrived(mail)) == 2)
        world.settle()
    assert sorted(to for delivery in world.arrived(mail) for to in delivery.recipients) == sorted(mail.recipients)
    assert held.left() == []
