"""What a sender wants to be told (RFC 3461) holds for the copies of a split mail too: Postfix and the gateway report what was
asked for, in the sender's own names, and nothing else.
"""

import re

import pytest
from mails import Mail
from smtp_client import stuffed
from smtp_sink import Sink

BOB, MAX = "bob@partner.example", "max@example.org"
REFUSED = "550 5.1.1 nobody of that name"


def send(world, mail, of_mail="", of_recipient=None):
    """With parameters for MAIL, and for the RCPT of some of the recipients."""
    with world.client() as client:
        client.command(f"MAIL FROM:<{mail.sender}> {of_mail}".rstrip())
        for address in mail.recipients:
            reply = client.command(f"RCPT TO:<{address}> {(of_recipient or {}).get(address, '')}".rstrip())
            assert reply.code == 250, str(reply)
        assert client.command("DATA").code == 354
        client.send_raw(stuffed(mail.data()))
        assert client.finish().code == 250


def split_mail():
    """Bob gets the message in hand, sealed; Max a copy of the original."""
    return Mail([BOB, MAX], "[confidential] Offer")


def everything_is_done(world):
    world.wait_until(lambda: world.gateway.outbox() == [])
    world.wait_until(lambda: world.postfix.queue() == [], timeout=30)


def reports(world):
    return [delivery.data.decode() for delivery in world.sink.deliveries if delivery.sender == ""]


@pytest.mark.parametrize("parameters, wanted", [("", 1), ("NOTIFY=NEVER", 0), ("NOTIFY=SUCCESS", 0), ("NOTIFY=FAILURE,DELAY", 1)])
def test_what_the_next_server_refuses_is_reported_as_asked(world, parameters, wanted):
    mail = split_mail()
    world.sink.answer(f"RCPT {MAX}", REFUSED)
    send(world, mail, of_recipient={MAX: parameters})
    everything_is_done(world)
    assert [address for delivery in world.arrived(mail) for address in delivery.recipients] == [BOB]
    assert len(reports(world)) == wanted
    assert all(f"Final-Recipient: rfc822; {MAX}" in report for report in reports(world))


@pytest.mark.parametrize("parameters, wanted", [("", 1), ("NOTIFY=NEVER", 0), ("NOTIFY=SUCCESS,DELAY", 0), ("NOTIFY=FAILURE", 1)])
def test_what_postfix_refuses_of_a_copy_is_reported_by_the_gateway_as_asked(world, parameters, wanted):
    mail, before = split_mail(), len(world.gateway.log())
    refusing = world.postfix.open_door(smtpd_milters="", smtpd_recipient_restrictions="check_recipient_access inline:{"
                                       f"{{ {MAX} = 550 5.7.1 not here }}}}, permit")
    with world.gateway_with(submit=refusing):
        send(world, mail, "ENVID=envelope+2B1", {MAX: f"{parameters} ORCPT=rfc822;maximilian@example.org".strip()})
        everything_is_done(world)
    assert len(reports(world)) == wanted
    for report in reports(world):
        assert "Original-Envelope-Id: envelope+1\r\n" in report
        assert f"Original-Recipient: rfc822;maximilian@example.org\r\nFinal-Recipient: rfc822; {MAX}\r\n" in report
    assert ("asked not to be told" in world.gateway.log()[before:]) == (wanted == 0)
    assert MAX not in [address for delivery in world.arrived(mail) for address in delivery.recipients]


def test_success_is_reported_by_postfix_for_the_message_in_hand_and_for_the_copy(world):
    mail = split_mail()
    send(world, mail, "RET=HDRS ENVID=envelope1", {BOB: "NOTIFY=SUCCESS", MAX: "NOTIFY=SUCCESS ORCPT=rfc822;maximilian@example.org"})
    everything_is_done(world)
    by_recipient = {re.search(r"\nFinal-Recipient: rfc822; (\S+)", report).group(1): report for report in reports(world)}
    assert sorted(by_recipient) == [BOB, MAX] and len(reports(world)) == 2
    assert "\nOriginal-Recipient: rfc822;maximilian@example.org" in by_recipient[MAX]
    for report in by_recipient.values():
        assert "Action: relayed" in report and "Original-Envelope-Id: envelope1" in report
        assert mail.marker not in report, "RET=HDRS"


def test_a_server_that_does_not_know_of_reports_is_told_nothing_of_them(world):
    mail = split_mail()
    with Sink() as submit, world.gateway_with(submit=submit.port):
        send(world, mail, "RET=FULL", {MAX: "NOTIFY=SUCCESS"})
        world.wait_until(lambda: world.gateway.outbox() == [])
        copy, = submit.deliveries
    assert copy.recipients == [MAX]


def test_what_is_wanted_survives_the_gateway(world):
    mail = split_mail()
    world.sink.answer(f"RCPT {MAX}", REFUSED)
    with Sink() as submit, world.gateway_with(submit=submit.port):
        submit.answer("MAIL", "451 4.3.0 later", times=100)
        send(world, mail, of_recipient={MAX: "NOTIFY=NEVER"})
        world.wait_until(lambda: any(copy["tries"] for copy in world.gateway.outbox()))
    world.gateway.run("outbox", "retry").check_returncode()
    everything_is_done(world)
    assert reports(world) == []
