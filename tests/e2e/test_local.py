"""Mail from programs on the gateway's own machine: sendmail(1), which reaches the milter through cleanup(8)."""

import pytest
from expect import armor, results, sealed
from leaks import holds
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


@pytest.mark.parametrize("spelled", ["max@example.org", "max", "maximilian@example.org", "Max@Example.ORG", "max@example.org."])
def test_local_mail_that_is_split_reaches_everybody_once_however_postfix_rewrites_them(world, spelled):
    # The world's canonical_maps make maximilian max. cleanup(8) shows him rewritten, and would not find max to take him off.
    mail = Mail(["bob@partner.example", spelled], "[confidential] nightly report", cc=["dave@riseup.net"],
                bcc=["carol@partner.example"])
    submit(world, mail)
    world.wait_until(lambda: sum(len(delivery.recipients) for delivery in world.arrived(mail)) >= 4, timeout=20)
    world.wait_until(lambda: world.gateway.outbox() == [])
    deliveries = {tuple(sorted(address.lower() for address in delivery.recipients)): delivery for delivery in world.arrived(mail)}
    assert sorted(deliveries) == [("bob@partner.example", "dave@riseup.net"), ("carol@partner.example",), ("max@example.org",)]
    for recipients, delivery in deliveries.items():
        assert holds(delivery.data, mail.marker) == (recipients == ("max@example.org",))
    assert mail.marker.encode() in world.keys.dave.decrypt(armor(deliveries["bob@partner.example", "dave@riseup.net"]))
    assert [copy["form"] for copy in world.record(mail)["copies"]] == ["sealed", "original", "sealed"]


def test_by_smtp_canonical_maps_keep_nobody_on_the_message_in_hand(world):
    mail = Mail(["bob@partner.example", "maximilian@example.org"], "[confidential] Offer")
    assert world.send(mail).code == 250
    world.wait_until(lambda: len(world.arrived(mail)) >= 2)
    world.wait_until(lambda: world.gateway.outbox() == [])
    assert sorted(delivery.recipients for delivery in world.arrived(mail)) == [["bob@partner.example"], ["max@example.org"]]


def test_a_local_null_sender_is_neither_touched_nor_logged(world):
    mail = Mail(["bob@yahoo.com"], "[confidential] Undelivered Mail", sender="")
    submit(world, mail)
    delivery, = delivered(world, mail)
    assert (delivery.sender, delivery.body()) == ("", mail.body())
    assert world.gateway.records_of(mail.message_id) == []


def test_refused_local_mail_bounces_to_its_sender_alone(world):
    # sendmail(1) has said yes by then, so Postfix sends the author a bounce. cleanup(8) puts the original header into it
    # (Subject and all) and no body, whatever bounce_size_limit says.
    mail = Mail(["bob@yahoo.com"], "[confidential] nightly report", sender="cron@example.org")
    submit(world, mail)
    bounce = bounce_of(world, mail)
    assert bounce.sender == ""
    assert ("not sent: tagged confidential, but there is no key for bob@yahoo.com (unsecure). Ask them for their OpenPGP key, "
            f"or use Signal or Jitsi instead. [sealgate {world.record(mail)['id']}]") in words(bounce)
    assert b"nightly report" in bounce.body()
    assert world.leaks(mail) == []
    assert world.arrived(mail) == []
    assert results(world.record(mail)) == {"bob@yahoo.com": ("reject", "no-key")}


def test_refused_local_mail_to_many_bounces_with_one_line(world):
    # Postfix would join several lines into "...__550-5.7.1 ...", and says "??550" in its log.
    people = [f"person.with.a.long.name.{number}@department-{number}.nowhere.example" for number in range(20)]
    mail = Mail(people, "[confidential] nightly report", sender="cron@example.org")
    submit(world, mail)
    said = words(bounce_of(world, mail))
    record = world.record(mail)
    assert record["reply"].count("\n") == 0 and len(record["reply"]) <= 510
    assert f"not sent: tagged confidential, but there is no key for {people[0]} (unknown), {people[1]} (unknown)," in said
    assert f" others. Ask them for their OpenPGP keys, or use Signal or Jitsi instead. [sealgate {record['id']}]" in said
    assert "__" not in said and "??" not in world.postfix.log()
    assert world.leaks(mail) == []


def bounce_of(world, mail):
    bounce, = world.sink.wait_for(lambda delivery: delivery.recipients == [mail.sender], timeout=15)
    return bounce


def words(bounce):
    return " ".join(bounce.body().decode().split())


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
