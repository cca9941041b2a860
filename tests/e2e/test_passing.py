"""Mail that needs nothing done passes as it is; mail that is not ours to judge is not even logged."""

import pytest
from expect import refused, results, sealed, unchanged
from mails import Mail, with_attachment
from world import STRANGER, TRAVELLER


@pytest.mark.parametrize("mail", [
    Mail(["max@example.org"], "[internal] Minutes"),
    Mail(["bob@partner.example", "dave@riseup.net"], "[internal] Minutes", cc=["max@gmail.com"]),
    Mail(["max@example.org"], "no tag at all"),
    Mail(["max@example.org"], "[confidential] among colleagues"),
    with_attachment(["bob@partner.example"], "[interne] Minutes"),
    Mail(["bob@partner.example"], "[internal] odd lines", extra=["X-Odd:no space", "X-Fold: a\r\n\tb\r\n  c", "X-Empty:"],
         text=b"{marker}\r\ntrailing blanks \t \r\n..\r\n\xff\xfe\r\n"),
], ids=lambda mail: mail.subject)
def test_allowed_mail_passes_byte_for_byte(world, mail):
    unchanged(world, mail, world.send(mail))
    assert world.record(mail)["outcome"] == "deliver"
    assert {reason for _, reason in results(world.record(mail)).values()} == {"allowed"}


def test_public_mail_also_reaches_the_archive(world):
    mail = Mail(["zoe@yahoo.com"], "[public] Newsletter")
    assert world.send(mail).code == 250
    deliveries = world.arrived(mail)
    assert sorted(to for delivery in deliveries for to in delivery.recipients) == ["archive@example.org", "zoe@yahoo.com"]
    assert all(delivery.without_trace() == mail.data() for delivery in deliveries)


def test_mail_to_an_unsecure_service_leaves_and_the_warning_is_in_the_log(world):
    mail = Mail(["zoe@yahoo.com"], "[internal] Minutes")
    unchanged(world, mail, world.send(mail))
    assert world.record(mail)["outcome"] == "warn"
    assert results(world.record(mail)) == {"zoe@yahoo.com": ("warn", "tier")}


def test_incoming_mail_is_neither_touched_nor_logged(world):
    for mail in (Mail(["max@example.org"], "[secret] from outside", sender="eve@yahoo.com"),
                 Mail(["max@example.org"], "[secret] Undelivered Mail", sender="")):
        unchanged(world, mail, world.send(mail, source=STRANGER))
        assert world.gateway.records_of(mail.message_id) == []


def test_nobody_who_may_send_outwards_can_hide_behind_the_null_sender(world):
    mail, from_a_network = (Mail(["bob@yahoo.com"], "[confidential] Offer", sender="") for _ in range(2))
    refused(world, from_a_network, world.send(from_a_network), "no-key")
    nearly = Mail(["bob@yahoo.com"], "[confidential] Offer", sender="", content=["Content-Type: multipart/reporters; boundary=b"])
    with world.client(world.postfix.submission) as client:
        assert client.login("ann", "open sesame").code == 235
        refused(world, mail, client.send("", mail.recipients, mail.data()), "no-key")
        refused(world, nearly, client.send("", nearly.recipients, nearly.data()), "no-key")


def test_staff_who_log_in_from_elsewhere_are_outgoing(world):
    sealable, refusable = Mail(["bob@partner.example"], "[confidential] Offer"), Mail(["bob@yahoo.com"], "[confidential] Offer")
    with world.client(world.postfix.submission, TRAVELLER) as client:
        assert client.login("ann", "open sesame").code == 235
        sealed(world, sealable, client.send(sealable.sender, sealable.recipients, sealable.data()))
        refused(world, refusable, client.send(refusable.sender, refusable.recipients, refusable.data()), "no-key")


def test_the_tcp_listener_decides_alike(world):
    yes, no = Mail(["bob@partner.example"], "[confidential] Offer"), Mail(["bob@yahoo.com"], "[confidential] Offer")
    sealed(world, yes, world.send(yes, port=world.postfix.smtp_inet))
    refused(world, no, world.send(no, port=world.postfix.smtp_inet), "no-key")


def test_many_mails_in_one_session_are_judged_one_by_one(world):
    mails = [Mail(["bob@partner.example"], subject) for subject in ("[internal] a", "[confidential] b", "[secret] c", "d")]
    with world.client() as client:
        replies = [client.send(mail.sender, mail.recipients, mail.data()) for mail in mails]
    unchanged(world, mails[0], replies[0])
    sealed(world, mails[1], replies[1])
    refused(world, mails[2], replies[2], "not-encrypted")
    unchanged(world, mails[3], replies[3])
