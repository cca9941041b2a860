"""One mail whose recipients need different forms: everybody gets it once, in the right form, and nobody learns of a Bcc."""

import pytest
from expect import armor, results
from leaks import holds
from mails import Mail
from ports import free_ports

BOB, CAROL, DAVE = "bob@partner.example", "carol@partner.example", "dave@riseup.net"
MAX, TOM = "max@example.org", "tom@example.org"


def delivered(world, mail, count):
    """{recipients: delivery}, once there are so many, and no more come."""
    world.wait_until(lambda: len(world.arrived(mail)) >= count)
    world.wait_until(lambda: world.gateway.outbox() == [])
    deliveries = world.arrived(mail)
    assert len(deliveries) == count
    reached = sorted(address for delivery in deliveries for address in delivery.recipients)
    assert reached == sorted(mail.recipients), "everybody once"
    return {frozenset(delivery.recipients): delivery for delivery in deliveries}


def readers(world, delivery):
    """The key ids in a sealed mail's ciphertext."""
    listed = world.keys.bob.gpg("--list-packets", "--list-only", input=armor(delivery))
    return {line.split()[-1].decode() for line in listed.splitlines() if line.startswith(b":pubkey enc")}


def test_a_colleague_gets_the_original_and_a_partner_the_ciphertext(world):
    mail = Mail([BOB, MAX], "[confidential] Offer")
    assert world.send(mail).code == 250
    deliveries = delivered(world, mail, 2)
    sealed_one, original = deliveries[frozenset([BOB])], deliveries[frozenset([MAX])]
    assert not holds(sealed_one.data, mail.marker)
    assert world.keys.bob.decrypt(armor(sealed_one)) == mail.entity()
    assert original.without_trace().partition(b"Received:")[0] == mail.data() or original.data.endswith(mail.data())
    record = world.record(mail)
    assert record["outcome"] == "seal"
    assert record["copies"] == [{"form": "original", "recipients": [MAX]}]
    assert results(record) == {BOB: ("seal", "sealed"), MAX: ("deliver", "allowed")}


def test_each_hidden_recipient_has_a_ciphertext_of_their_own(world):
    mail = Mail([BOB], "[confidential] Offer", cc=[DAVE], bcc=[CAROL])
    assert world.send(mail).code == 250
    deliveries = delivered(world, mail, 2)
    visible, hidden = deliveries[frozenset([BOB, DAVE])], deliveries[frozenset([CAROL])]
    keys = world.keys
    assert readers(world, visible) == {keys.bob.encryption_key_id(), keys.dave.encryption_key_id()}
    assert readers(world, hidden) == {keys.carol.encryption_key_id()}
    assert b"carol" not in visible.data.lower()
    assert keys.carol.decrypt(armor(hidden)) == keys.bob.decrypt(armor(visible)) == mail.entity()
    assert world.leaks(mail) == []


def test_everybody_at_once(world, tmp_path):
    mail = Mail([BOB, MAX], "[confidential] Offer", cc=[DAVE], bcc=[CAROL, TOM])
    file = tmp_path / "m.eml"
    file.write_bytes(mail.data())
    shown = world.gateway.run("explain", *(word for one in mail.recipients for word in ("--to", one)), str(file)).stdout
    assert f"(original): {MAX}, {TOM}" in shown and f"(sealed): {CAROL}" in shown
    assert world.send(mail).code == 250
    deliveries = delivered(world, mail, 3)
    assert set(deliveries) == {frozenset([BOB, DAVE]), frozenset([CAROL]), frozenset([MAX, TOM])}
    for people in ([BOB, DAVE], [CAROL]):
        assert not holds(deliveries[frozenset(people)].data, mail.marker)
    for people in ([BOB, DAVE], [MAX, TOM]):
        assert b"carol" not in deliveries[frozenset(people)].data.lower()


def test_hidden_recipients_alone_get_one_ciphertext_each(world):
    mail = Mail([], "[confidential] Offer", extra=["X-Note: nobody is visible"], bcc=[BOB, CAROL])
    assert world.send(mail).code == 250
    deliveries = delivered(world, mail, 2)
    for person, address in ((world.keys.bob, BOB), (world.keys.carol, CAROL)):
        assert readers(world, deliveries[frozenset([address])]) == {person.encryption_key_id()}


def test_one_refused_recipient_still_stops_the_whole_mail(world):
    mail = Mail([BOB, MAX, "zoe@yahoo.com"], "[confidential] Offer")
    assert world.send(mail).code == 550
    assert world.arrived(mail) == [] and world.gateway.outbox() == []


def test_sealed_copies_have_the_protected_subject_too(world):
    with world.gateway_with(policy=world.gateway.usual_policy(protect_subject="true")):
        mail = Mail([BOB], "[confidential] Kiteprice", bcc=[CAROL])
        assert world.send(mail).code == 250
        for delivery in delivered(world, mail, 2).values():
            assert delivery.field("Subject") == "[...]"
            assert b"kiteprice" not in delivery.data.lower()


def test_copies_wait_until_postfix_takes_them(world):
    mail = Mail([BOB, MAX], "[confidential] Offer")
    nobody, = free_ports(1)
    with world.gateway_with(submit=nobody):
        assert world.send(mail).code == 250
        world.wait_until(lambda: len(world.arrived(mail)) == 1)
        waiting, = world.gateway.outbox()
        assert [one["address"] for one in waiting["recipients"]] == [MAX]
    world.gateway.run("outbox", "retry").check_returncode()
    delivered(world, mail, 2)


def test_a_retry_of_the_same_mail_makes_no_second_copy(world):
    mail = Mail([BOB, MAX], "[confidential] Offer")
    for _ in range(2):
        assert world.send(mail).code == 250
    world.wait_until(lambda: world.gateway.outbox() == [])
    reached = [address for delivery in world.arrived(mail) for address in delivery.recipients]
    assert reached.count(MAX) == 1


def test_a_mail_that_is_sent_on_reaches_those_who_have_it_already(world):
    mail = Mail([BOB], "[confidential] Offer", cc=[MAX])
    assert world.send(mail).code == 250
    delivered(world, mail, 2)
    resent = "".join(f"Resent-{line}\r\n" for line in ("From: ann@example.org", f"To: {DAVE}, {MAX}",
                                                      "Date: Tue, 24 Nov 2026 09:00:00 +0100", "Message-ID: <2@example.org>"))
    with world.client() as client:
        assert client.send(mail.sender, [DAVE, MAX], resent.encode() + mail.data()).code == 250
    world.wait_until(lambda: len(world.arrived(mail)) == 4 and world.gateway.outbox() == [])
    reached = sorted(address for delivery in world.arrived(mail) for address in delivery.recipients)
    assert reached == sorted([BOB, MAX, DAVE, MAX])


def test_a_hidden_recipient_spelled_twice_gets_one_copy(world):
    mail = Mail([BOB], "[confidential] Offer", bcc=[CAROL, CAROL.capitalize(), f" {CAROL}"])
    assert world.send(mail).code == 250
    world.wait_until(lambda: len(world.arrived(mail)) >= 2 and world.gateway.outbox() == [])
    reached = sorted(address.lower() for delivery in world.arrived(mail) for address in delivery.recipients)
    assert reached == sorted([BOB, CAROL])


@pytest.mark.parametrize("subject", ["[confidential] Offer", "[public] News"])
def test_monitor_mode_splits_nothing(world, subject):
    with world.gateway_with(mode="monitor"):
        mail = Mail([BOB, MAX], subject, bcc=[CAROL])
        assert world.send(mail).code == 250
        delivery, = world.arrived(mail)
        assert delivery.without_trace() == mail.data() and world.gateway.outbox() == []
