"""Memory that is refused (std::bad_alloc) defers the one mail that needed it: the gateway goes on, and the mail comes again."""

import collections

from mails import Mail, split_mail

BOB, CAROL, MAX = "bob@partner.example", "carol@partner.example", "max@example.org"


def large_mail():
    return Mail([BOB, MAX], "[confidential] Offer", bcc=[CAROL], text=b"{marker}\r\n" + (b"x" * 70 + b"\r\n") * 30_000)


def reached(world, mail):
    return collections.Counter(address for delivery in world.arrived(mail) for address in delivery.recipients)


def everybody_once(world, mail):
    world.wait_until(lambda: world.gateway.outbox() == [], timeout=30)
    world.wait_until(lambda: reached(world, mail) == collections.Counter(mail.recipients), timeout=30)


def test_other_mail_passes_meanwhile(world, faults):
    faults.arm("memory 1")
    large = large_mail()
    assert world.send(large).code // 100 == 4
    small = split_mail()
    assert world.send(small).code == 250
    everybody_once(world, small)
    world.send_until_accepted(large)
    everybody_once(world, large)
