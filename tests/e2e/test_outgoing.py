"""What counts as outgoing: a sender of ours whoever hands the mail in, reports by their form, and what passes undecided is told."""

import re

import pytest
from expect import refused, results, sealed, unchanged
from mails import Mail
from world import STRANGER

WEBMAIL = STRANGER  # may relay here, and nobody has named it in gateway.outgoing


def test_a_sender_of_ours_is_outgoing_whoever_the_client_is(world):
    sealable, refusable = Mail(["bob@partner.example"], "[confidential] Offer"), Mail(["bob@yahoo.com"], "[confidential] Offer")
    sealed(world, sealable, world.send(sealable, source=WEBMAIL))
    refused(world, refusable, world.send(refusable, source=WEBMAIL), "no-key")


def test_a_sender_of_ours_is_outgoing_as_a_whole_if_one_recipient_is_outside(world):
    mail = Mail(["max@example.org", "bob@yahoo.com"], "[confidential] Offer")
    record = refused(world, mail, world.send(mail, source=WEBMAIL), "no-key")
    assert results(record)["max@example.org"] == ("deliver", "allowed")
    bare = Mail(["bob@yahoo.com"], "[confidential] Offer", sender="ann")  # Postfix completes it with its own domain
    refused(world, bare, world.send(bare, source=WEBMAIL), "no-key")


def test_what_comes_in_our_name_to_our_own_people_is_incoming(world):
    mail = Mail(["max@example.org", "tom"], "[secret] from outside")
    reply = world.send(mail, source=WEBMAIL)
    unchanged(world, mail, reply, recipients=["max@example.org", "tom@example.org"])
    assert world.gateway.records_of(mail.message_id) == []


def test_own_senders_can_be_switched_off(world):
    world.gateway.config.write_text(world.gateway.config.read_text().replace("authenticated: true", "own_senders: false"))
    try:
        world.gateway.restart()
        mail = Mail(["bob@yahoo.com"], "[confidential] Offer")
        unchanged(world, mail, world.send(mail, source=WEBMAIL))
        assert world.gateway.records_of(mail.message_id) == []
    finally:
        world.gateway.configure()
        world.gateway.restart()


def test_what_is_relayed_undecided_is_told_once_for_each_client(world):
    world.gateway.restart()
    before = len(world.gateway.log())
    mails = [Mail([to], "[confidential] Offer", sender=sender)
             for to, sender in (("bob@yahoo.com", "eve@yahoo.com"), ("zoe@yahoo.com", "eve@yahoo.com"), ("max@example.org", "eve@yahoo.com"))]
    for mail in mails:
        unchanged(world, mail, world.send(mail, source=WEBMAIL))
        assert world.gateway.records_of(mail.message_id) == []
    told = re.findall("not decided: (.*)", world.gateway.log()[before:])
    assert len(told) == 1 and told[0].startswith(f"{WEBMAIL} ") and "gateway.outgoing.networks" in told[0]
    assert re.search(rf"such as (\w+)", told[0]).group(1) in world.postfix.log()


# Reports: the form that Thunderbird's receipts have, and Postfix's own.

RECEIPT = """\
------mdn\r
Content-Type: text/plain; charset=UTF-8\r
Content-Transfer-Encoding: 7bit\r
\r
This is a Return Receipt for the mail that you sent to ann@example.org.\r
\r
Note: This Return Receipt only acknowledges that the message was displayed on the recipient's computer. {marker}\r
\r
------mdn\r
Content-Type: message/disposition-notification; name="MDNPart2.txt"\r
Content-Disposition: inline\r
Content-Transfer-Encoding: 7bit\r
\r
Reporting-UA: mail.example.org; Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Thunderbird/115.5.0\r
Final-Recipient: rfc822;ann@example.org\r
Original-Message-ID: <1@yahoo.com>\r
Disposition: manual-action/MDN-sent-manually; displayed\r
\r
------mdn\r
Content-Type: text/rfc822-headers; name="MDNPart3.txt"\r
Content-Transfer-Encoding: 7bit\r
Content-Disposition: inline\r
\r
From: Bob <bob@yahoo.com>\r
To: ann@example.org\r
Subject: [confidential] Offer\r
Message-ID: <1@yahoo.com>\r
\r
------mdn--\r
"""


def receipt(text=RECEIPT, subject="Return Receipt (displayed) - [confidential] Offer"):
    return Mail(["bob@yahoo.com"], subject, sender="", text=text.encode(),
                content=["Content-Type: multipart/report; report-type=disposition-notification;", '\tboundary="----mdn"'])


def as_ann(world, mail):
    with world.client(world.postfix.submission) as client:
        assert client.login("ann", "open sesame").code == 235
        return client.send("", mail.recipients, mail.data())


def passed_reports(world, mail):
    return [event for event in world.gateway.events("report-passed") if event.get("message_id") == f"<{mail.message_id}>"]


def test_a_receipt_passes_and_is_in_the_log(world):
    mail = receipt()
    unchanged(world, mail, as_ann(world, mail))
    assert world.gateway.records_of(mail.message_id) == []
    event, = passed_reports(world, mail)
    assert (event["report"], event["user"], event["recipients"]) == ("disposition-notification", "ann", ["bob@yahoo.com"])
    assert event["client"] == "127.0.0.1" and event["queue_id"] in world.postfix.log()
    assert "report-passed" in world.gateway.run("audit", "show", "--event", "report-passed").stdout


@pytest.mark.parametrize("forged", [
    receipt("------mdn\r\n\r\nthe offer: {marker}\r\n------mdn--\r\n"),
    receipt(RECEIPT.replace("message/disposition-notification;", "text/plain;")),
    receipt(RECEIPT.replace("Disposition: manual-action", "{marker}: manual-action")),
    receipt(RECEIPT.replace("Reporting-UA: mail", "The offer is as follows.\r\nReporting-UA: mail")),
    receipt(RECEIPT.replace("text/plain; charset=UTF-8", "application/pdf")),
    receipt(RECEIPT.replace("{marker}", "{marker}" + "\r\nthe offer" * 2000)),
    receipt(RECEIPT.replace("text/rfc822-headers;", "message/rfc822;").replace("<1@yahoo.com>\r\n\r\n------mdn--",
                                                                              "<1@yahoo.com>\r\n\r\nthe offer\r\n------mdn--")),
], ids=["text alone", "no notification", "a field is missing", "a text among the fields", "a file", "long", "a tagged mail comes back"])
def test_what_only_calls_itself_a_report_is_decided_about(world, forged):
    refused(world, forged, as_ann(world, forged), "no-key")
    assert passed_reports(world, forged) == []


@pytest.mark.parametrize("subject, refers", [("Re: [...]", True), ("Re: Offer", True), ("Re: [...]", False)])
def test_a_report_that_brings_back_an_answer_in_a_sensitive_thread_is_decided_about(world, subject, refers):
    """As one that brings back a tagged mail."""
    first = Mail(["bob@partner.example"], "[confidential] Offer")
    sealed(world, first, world.send(first))
    reference = f"In-Reply-To: <{first.message_id}>\r\n" if refers else ""
    answer = f"Subject: {subject}\r\n{reference}Message-ID: <1@yahoo.com>\r\n"
    header, whole = (RECEIPT.replace("Subject: [confidential] Offer\r\nMessage-ID: <1@yahoo.com>\r\n", answer + text)
                     for text in ("", "\r\n> the offer: {marker}\r\n"))
    mail = receipt(whole.replace("text/rfc822-headers;", "message/rfc822;"), "Return Receipt (displayed)")
    refused(world, mail, as_ann(world, mail), "no-key")
    assert passed_reports(world, mail) == []
    mail = receipt(header, "Return Receipt (displayed)")
    unchanged(world, mail, as_ann(world, mail))
    assert len(passed_reports(world, mail)) == 1


@pytest.mark.parametrize("sender", ["<>", ""])
def test_explain_says_that_a_report_passes(world, tmp_path, sender):
    file, mail = tmp_path / "m.eml", receipt()
    file.write_bytes(mail.data())
    said = world.gateway.explain(file, sender, mail.recipients)
    assert (said["report"], said["outcome"], said["reply"]) == ("disposition-notification", "deliver", None)
    assert (said["classification"], said["recipients"]) == (None, [])
    told = world.gateway.run("explain", "--from", sender, "--to", "bob@yahoo.com", str(file))
    assert told.returncode == 0 and "m.eml: passes undecided\n" in told.stdout and "disposition-notification" in told.stdout
    for recipients, by in ((mail.recipients, "ann@example.org"), ([*mail.recipients, "zoe@yahoo.com"], sender)):
        said = world.gateway.explain(file, by, recipients)
        assert (said["report"], said["outcome"]) == (None, "reject")


def test_a_report_goes_to_one_address(world):
    mail = receipt()
    mail.to.append("zoe@yahoo.com")
    refused(world, mail, as_ann(world, mail), "no-key")


def test_a_report_that_postfix_wrote_passes_from_another_host_of_ours(world):
    undeliverable = Mail(["zoe@yahoo.com"], "[internal] Offer", sender="eve@nowhere.example")
    world.sink.answer("RCPT zoe@yahoo.com", "550 5.1.1 nobody of that name")
    assert world.send(undeliverable).code == 250
    bounce, = world.sink.wait_for(lambda delivery: delivery.recipients == ["eve@nowhere.example"], timeout=20)
    assert b"multipart/report" in bounce.header()
    world.sink.forget()
    with world.client() as client:
        assert client.send("", ["eve@nowhere.example"], bounce.data).code == 250
    again, = world.sink.wait_for(lambda delivery: delivery.recipients == ["eve@nowhere.example"], timeout=20)
    assert again.body() == bounce.body()
    assert world.gateway.events("report-passed")[-1]["report"] == "delivery-status"


def test_a_report_that_cannot_be_recorded_waits(world, faults):
    mail = receipt()
    faults.arm("full audit/audit.jsonl")
    reply = as_ann(world, mail)
    assert reply.code == 452 and "no room" in reply.text, str(reply)
    faults.disarm()
    assert world.arrived(mail) == []
