"""The gateway is killed before and after each of its effects in turn, and its disk is full at each, while a split mail passes;
the client sends again until it hears 250. Nothing in clear, nothing lost, nothing twice.

The test prints a table of counts. SEALGATE_FAULT_POINTS=all takes every point; else each effect has one, before or after.
"""

import collections
import os
import random
from typing import NamedTuple

import pytest
from fault_points import step_of
from leaks import holds
from mails import split_mail

ALL = os.environ.get("SEALGATE_FAULT_POINTS") == "all"
SEALED = {"bob@partner.example", "carol@partner.example", "dave@riseup.net"}


class Outcome(NamedTuple):
    points: int = 0
    fired: int = 0
    in_clear: int = 0
    lost: int = 0
    twice: int = 0
    told: int = 0  # recipients of whom the log says that it may be twice


def restart(world, faults):
    world.gateway.kill()
    world.gateway.start(faults.environment)


def effects_of_a_mail(world, faults):
    for arm in (lambda: None, faults.arm):  # the first mail of a world makes files that later ones find
        arm()
        assert world.send(split_mail()).code == 250
        world.wait_until(lambda: world.gateway.outbox() == [])
    effects = faults.effects()
    faults.disarm()
    return effects


def try_point(world, faults, plan):
    """What became of one mail: whether the fault happened, and an Outcome."""
    restart(world, faults)
    mail, before = split_mail(), len(world.gateway.log())
    faults.arm(plan)
    fired = False

    def recovers():
        nonlocal fired
        if not world.gateway.running:
            fired = True
            faults.disarm()
            world.gateway.start(faults.environment)
        if faults.failed():
            fired = True
            faults.disarm()

    world.send_until_accepted(mail, recovers)

    def is_done():
        recovers()
        return world.gateway.outbox() == [] and world.gateway.running

    world.gateway.run("outbox", "retry")
    world.wait_until(is_done, timeout=60)
    faults.disarm()
    deliveries = world.arrived(mail)
    reached = collections.Counter(address for delivery in deliveries for address in delivery.recipients)
    return Outcome(points=1, fired=int(fired), twice=sum(reached.values()) - len(reached),
                   lost=len(set(mail.recipients) - set(reached)),
                   in_clear=sum(holds(delivery.data, mail.marker) for delivery in deliveries
                                if SEALED & set(delivery.recipients)),
                   told=named_as_twice(world.gateway.log()[before:]))


def named_as_twice(log):
    lists = [line.partition("may arrive twice at ")[2] for line in log.splitlines()]
    return sum(len(addresses.split(", ")) for addresses in lists if addresses)


def table(outcomes):
    lines = [f"{'step':12} {'points':>7} {'fired':>7} {'clear':>7} {'lost':>7} {'twice':>7} {'told':>7}"]
    return "\n".join(lines + [f"{step:12} " + " ".join(f"{value:7}" for value in outcome)
                              for step, outcome in outcomes.items()])


def added(one, other):
    return Outcome(*map(sum, zip(one, other)))


def met(faults, plan, planned):
    """The effect that the plan met. What the threads of the gateway do has no order among them: a number may be of another one."""
    number, effects = plan.rpartition(" ")[2], faults.effects()
    return effects[int(number) - 1] if number.isdigit() and len(effects) >= int(number) else planned


def run(world, faults, plans):
    """plans: pairs of an effect and a plan. The outcomes by step, after all of them were checked."""
    outcomes = collections.defaultdict(Outcome)
    for effect, plan in plans:
        outcome = try_point(world, faults, plan)
        assert (outcome.in_clear, outcome.lost) == (0, 0), f"{plan}, {effect}: {outcome}"
        assert outcome.twice <= outcome.told, f"{plan}, {effect}: arrived twice, and the log does not say so"
        step = step_of(met(faults, plan, effect))
        outcomes[step] = added(outcomes[step], outcome)
    print(table(outcomes))
    return outcomes


def test_killed_around_each_effect(world, faults):
    effects = effects_of_a_mail(world, faults)
    assert {step_of(effect) for effect in effects} == {"seal", "record", "keep copies", "hand over", "answer"}
    chance = random.Random(len(effects))
    plans = [(effect, f"{when} {number}") for number, effect in enumerate(effects, 1)
             for when in (["before", "after"] if ALL else [chance.choice(["before", "after"])])]
    outcomes = run(world, faults, plans)
    for step, outcome in outcomes.items():
        assert outcome.fired > outcome.points * 0.8, f"{step}: few of the faults happened"
        assert outcome.twice == 0 or step == "hand over"


def submit_locally(world, mail):
    assert world.postfix.sendmail(mail.sender, mail.recipients, mail.data()).returncode == 0


def everybody_has_it(world, mail):
    return {address for delivery in world.arrived(mail) for address in delivery.recipients} == set(mail.recipients)


def answers_to_a_local_mail(world, faults):
    """The numbers of these effects, of a mail that passes."""
    restart(world, faults)
    mail = split_mail()
    faults.arm()
    submit_locally(world, mail)
    world.wait_until(lambda: everybody_has_it(world, mail) and world.gateway.outbox() == [], timeout=30)
    numbers = [number for number, effect in enumerate(faults.effects(), 1) if step_of(effect) == "answer"]
    faults.disarm()
    return numbers


def killed_at(world, faults, number, when):
    """The step that this effect was of. Of an answer: everybody has the mail once; else it is twice where the log says so."""
    restart(world, faults)
    mail, before, plan = split_mail(), len(world.gateway.log()), f"{when} {number}"
    faults.arm(plan)
    submit_locally(world, mail)
    world.wait_until(lambda: not world.gateway.running, timeout=30)
    faults.disarm()
    step = step_of(met(faults, plan, ""))
    world.gateway.start(faults.environment)
    world.wait_until(lambda: everybody_has_it(world, mail), timeout=60)
    world.wait_until(lambda: world.gateway.outbox() == [] and world.postfix.queue() == [], timeout=60)
    reached = [address for delivery in world.arrived(mail) for address in delivery.recipients]
    told = named_as_twice(world.gateway.log()[before:]) if step == "hand over" else 0
    assert len(reached) - len(mail.recipients) <= told, f"{plan}, {step}: once each"
    assert not any(holds(delivery.data, mail.marker) for delivery in world.arrived(mail) if SEALED & set(delivery.recipients))
    return step


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_around_the_answer_to_a_local_mail_that_leaves_as_copies_alone(world, faults, when):
    answers = answers_to_a_local_mail(world, faults)
    assert answers
    for place in range(len(answers)):
        for _ in range(8):
            if place >= len(answers) or killed_at(world, faults, answers[place], when) == "answer":
                break
            answers = answers_to_a_local_mail(world, faults)
        else:
            pytest.fail("no answer was met")


def test_a_disk_that_has_no_room_for_the_record_alone_is_told_as_such(world, faults):
    for place in ("audit/audit.jsonl", "threads/"):
        mail = split_mail()
        faults.arm(f"full {place}")
        reply = world.send(mail)
        assert faults.failed() and reply.code == 452, str(reply)
        assert reply.lines[0].startswith("4.3.1 not sent yet: the mail gateway has no room for it just now."), str(reply)
        faults.disarm()
        assert world.arrived(mail) == []
        world.send_until_accepted(mail)


def test_a_disk_that_is_full_from_each_effect_on(world, faults):
    effects = effects_of_a_mail(world, faults)
    plans = [(effect, f"full {number}") for number, effect in enumerate(effects, 1) if step_of(effect) != "answer"]
    outcomes = run(world, faults, plans if ALL else plans[::3])
    assert all(outcome.twice == 0 for outcome in outcomes.values())
