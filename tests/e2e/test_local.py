"""Mail from programs on the gateway's own machine: sendmail(1), which reaches the milter through cleanup(8)."""

from expect import results, sealed
from mails import Mail


def submit(world, mail):
    run = world.postfix.sendmail(mail.sender, mail.recipients, mail.data())
    assert run.returncode == 0, run.stderr


def delivered(world, mail, timeout=15):
    return world.sink.wait_for(lambda delivery: delivery.field("Message-ID") == f"<{mail.message_id}>", timeout)


def test_local_mail_is_sealed(world):
    mail = Mail(["bob@partner.example"], "[confidential] nightly report")
    submit(world, mail)
    assert delivered(world, mail)
    delivery = sealed(world, mail, Accepted)
    assert delivery.recipients == ["bob@partner.example"]


def test_local_mail_that_needs_nothing_passes(world):
    mail = Mail(["max@example.org"], "[internal] nightly report")
    submit(world, mail)
    delivery, = delivered(world, mail)
    assert delivery.body() == mail.body()
    assert world.record(mail)["outcome"] == "deliver"


def test_a_local_null_sender_is_neither_touched_nor_logged(world):
    mail = Mail(["bob@yahoo.com"], "[confidential] Undelivered Mail", sender="")
    submit(world, mail)
    delivery, = delivered(world, mail)
    assert (delivery.sender, delivery.body()) == ("", mail.body())
    assert world.gateway.records_of(mail.message_id) == []


def test_refused_local_mail_bounces_to_its_sender_alone(world):
    # sendmail(1) has said yes by then, so Postfix sends the author a bounce. cleanup(8) puts the original header into it
    # (Subject and all) and no body, whatever bounce_size_limit says; it joins the lines of our reply with "__".
    mail = Mail(["bob@yahoo.com"], "[confidential] nightly report", sender="cron@example.org")
    submit(world, mail)
    bounce, = world.sink.wait_for(lambda delivery: delivery.recipients == [mail.sender], timeout=15)
    assert bounce.sender == ""
    assert "there is no key for bob@yahoo.com (unsecure)." in " ".join(bounce.body().decode().split())
    assert b"nightly report" in bounce.body()
    assert world.leaks(mail) == []
    assert world.arrived(mail) == []
    assert results(world.record(mail)) == {"bob@yahoo.com": ("reject", "no-key")}


def test_held_local_mail_is_held(world):
    mail = Mail(["max@example.org"], "[secret] nightly report")
    submit(world, mail)
    world.wait_until(lambda: world.gateway.records_of(mail.message_id))
    world.settle()
    assert [entry["queue_name"] for entry in world.queued(mail)] == ["hold"]


def test_local_mail_waits_while_the_gateway_is_away(world):
    mail = Mail(["bob@partner.example"], "[confidential] nightly report")
    world.gateway.stop()
    submit(world, mail)
    assert not delivered(world, mail, timeout=3)
    assert [entry["queue_name"] for entry in world.queued(mail)] == ["maildrop"]
    world.gateway.start()
    assert delivered(world, mail)
    sealed(world, mail, Accepted)


class Accepted:
    """What sendmail(1) says, as an SMTP reply."""

    code = 250
