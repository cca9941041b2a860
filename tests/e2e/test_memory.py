"""Memory that is refused (std::bad_alloc) defers the one mail that needed it: the gateway goes on, and the mail comes again.

Of the requests that one mail makes, some are refused, spread over all; with SEALGATE_FAULT_POINTS=all each.
"""

import collections
import os

from mails import Mail, split_mail, text_of

SAMPLES = None if os.environ.get("SEALGATE_FAULT_POINTS") == "all" else 6

BOB, CAROL, MAX = "bob@partner.example", "carol@partner.example", "max@example.org"


def large_mail():
    return Mail([BOB, MAX], "[confidential] Offer", bcc=[CAROL], text=text_of(2_160_000))


def reached(world, mail):
    return collections.Counter(address for delivery in world.arrived(mail) for address in delivery.recipients)


def everybody_once(world, mail):
    world.wait_until(lambda: world.gateway.outbox() == [], timeout=60)
    world.wait_until(lambda: reached(world, mail) == collections.Counter(mail.recipients), timeout=60)


def test_other_mail_passes_meanwhile(world, faults):
    faults.arm("memory 1")
    large = large_mail()
    assert world.send(large).code // 100 == 4
    small = split_mail()
    assert world.send(small).code == 250
    everybody_once(world, small)
    world.send_until_accepted(large)
    everybody_once(world, large)


def large_requests_of_a_mail(world, faults):
    mail = large_mail()
    faults.arm("memory 0")
    assert world.send(mail).code == 250
    everybody_once(world, mail)
    return faults.large_requests()


def test_a_refusal_anywhere_costs_neither_the_gateway_nor_the_mail(world, faults):
    """Not the same number in each run: threads ask in any order."""
    count = large_requests_of_a_mail(world, faults)
    assert count > 10, "the gateway asks for much memory otherwise than this test knows"
    process, refused = world.gateway.pid, 0
    numbers = range(1, count + 1) if SAMPLES is None else [1 + (count - 1) * step // (SAMPLES - 1) for step in range(SAMPLES)]
    for number in numbers:
        mail = large_mail()
        faults.arm(f"memory {number}")
        world.send_until_accepted(mail)
        everybody_once(world, mail)
        refused += faults.failed()
        assert world.gateway.running and world.gateway.pid == process, f"request {number} of {count}: the gateway ended"
    assert refused >= len(numbers) - 2, f"{refused} of {len(numbers)} requests were refused"
