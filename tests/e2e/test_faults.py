"""The gateway is killed at random moments while split mails pass, and the client sends again until it hears 250: nothing in
clear, nothing lost, nothing twice.

SEALGATE_FAULTS_COUNT is how many mails there are, SEALGATE_FAULTS_SEED when the gateway is killed.
"""

import os
import random
import threading
import time

from leaks import holds
from mails import split_mail

SEED = os.environ.get("SEALGATE_FAULTS_SEED", "1")
COUNT = int(os.environ.get("SEALGATE_FAULTS_COUNT", "15"))

SEALED = {"bob@partner.example", "carol@partner.example", "dave@riseup.net"}


def kill_and_restart(world, after):
    time.sleep(after)
    world.gateway.kill()
    world.gateway.start()


def test_killed_at_any_moment_nothing_is_in_clear_lost_or_twice(world):
    chance = random.Random(SEED)
    mails = []
    for _ in range(COUNT):
        mail = split_mail()
        killer = threading.Thread(target=kill_and_restart, args=(world, chance.uniform(0, 0.25)))
        killer.start()
        world.send_until_accepted(mail)
        killer.join()
        mails.append(mail)
    world.gateway.run("outbox", "retry").check_returncode()
    world.wait_until(lambda: world.gateway.outbox() == [], timeout=60)
    in_doubt = sum(len(of.partition("\n")[0].split(", ")) for of in world.gateway.log().split("may arrive twice at ")[1:])
    twice = 0
    for mail in mails:
        deliveries = world.arrived(mail)
        reached = [address for delivery in deliveries for address in delivery.recipients]
        assert set(reached) == set(mail.recipients), "nobody is left out"
        twice += len(reached) - len(set(reached))
        for delivery in deliveries:
            if SEALED & set(delivery.recipients):
                assert not holds(delivery.data, mail.marker)
    assert twice <= in_doubt, f"{twice} deliveries twice, and the log says so of {in_doubt}"
