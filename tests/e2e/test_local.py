"""Mail from programs on the gateway's own machine: sendmail(1), which reaches the milter through cleanup(8)."""

import pytest
from expect import armor, refused, results, sealed
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


def test_a_local_mail_without_a_sender_that_is_no_report_is_decided_about(world):
    passes, sealable = Mail(["bob@yahoo.com"], "Away from my desk", sender=""), Mail(["bob@partner.example"], "[confidential] x", sender="")
    for mail in (passes, sealable):
        submit(world, mail)
    delivery, = delivered(world, passes)
    assert (delivery.sender, delivery.body()) == ("", passes.body())
    record = world.record(passes)
    assert (record["author"], record["classification"], record["outcome"], record["notice"]) == ("program", "internal", "warn", None)
    assert delivered(world, sealable)
    assert sealed(world, sealable, Accepted).sender == ""


def cron_mail(subject="Cron <root@mail> backup", **more):
    return Mail(["root"], subject, sender="root", **({"extra": ["X-Cron-Env: <SHELL=/bin/sh>"]} | more))


def test_what_cron_sends_is_classified_by_a_policy_of_its_own(world):
    mails = [cron_mail(), cron_mail(extra=["Auto-Submitted: auto-generated"]), cron_mail("[confidential] backup")]
    by_hand = cron_mail("Minutes", extra=[])
    with world.gateway_with(policy=world.gateway.usual_policy(untagged="reject")):
        for mail in [*mails, by_hand]:
            submit(world, mail)
        for mail in mails:
            assert delivered(world, mail)
            record = world.record(mail)
            assert (record["author"], record["outcome"]) == ("program", "deliver")
            assert record["recipients"][0]["tier"] == "organisation"
        assert [world.record(mail)["classification"] for mail in mails] == ["internal", "internal", "confidential"]
        world.wait_until(lambda: world.gateway.records_of(by_hand.message_id))
    assert results(world.record(by_hand)) == {"root@example.org": ("reject", "untagged")}


def test_a_name_without_a_domain_is_the_organisations(world):
    mail = Mail(["cy"], "[confidential] Minutes", sender="cy")
    reply = world.send(mail)
    assert reply.code == 250
    delivery, = world.arrived(mail)
    assert (delivery.sender, delivery.recipients, delivery.body()) == ("cy@example.org", ["cy@example.org"], mail.body())
    assert results(world.record(mail)) == {"cy": ("deliver", "allowed")}
    routed = Mail(["yahoo.com!cy"], "[confidential] Minutes")
    refused(world, routed, world.send(routed), "no-key")


def redirected(subject, to="bob@partner.example", sender="eve@yahoo.com"):
    """As a Sieve script sends it on: the envelope sender and From are a stranger's."""
    mail = Mail([to], subject, sender=sender)
    mail.data = lambda: Mail.data(mail).replace(b"To: " + to.encode(), b"To: ann@example.org")
    return mail


def test_strangers_do_not_know_our_tags(world):
    near, tagged = redirected("[Confidental] Offer"), redirected("[confidential] Offer")
    ours = redirected("[Confidental] Offer", sender="ann@example.org")
    for mail in (near, tagged, ours):
        submit(world, mail)
    delivery, = delivered(world, near)
    assert delivery.body() == near.body()
    record = world.record(near)
    assert (record["author"], record["outcome"]) == ("stranger", "deliver")
    assert [miss["suggestion"] for miss in record["near_misses"]] == ["[confidential]"]
    assert delivered(world, tagged)
    sealed(world, tagged, Accepted)
    world.wait_until(lambda: world.gateway.records_of(ours.message_id))
    assert results(world.record(ours)) == {"bob@partner.example": ("reject", "near-miss")}


def test_a_refusal_tells_a_stranger_neither_tags_nor_recipients(world, tmp_path):
    mail = redirected("[Confidental] [confidential] Offer", to="bob@yahoo.com")
    submit(world, mail)
    bounce, = world.sink.wait_for(lambda delivery: delivery.recipients == [mail.sender], timeout=15)
    said = " ".join(bounce.body().decode().split("message/delivery-status")[0].split())
    assert "the rules of Example Org do not let it go there" in said
    assert not any(word in said for word in ("[confidential]", "tagged", "[internal]"))
    by_smtp = redirected("[confidential] Offer", to="bob@yahoo.com")
    reply = world.send(by_smtp)
    refused(world, by_smtp, reply, "no-key")
    assert "bob" not in reply.text and "confidential" not in reply.text
    file = tmp_path / "m.eml"
    file.write_bytes(mail.data())
    explained = world.gateway.explain(file, mail.sender, mail.recipients)
    assert (explained["author"], results(explained)) == ("stranger", results(world.record(mail)))


def test_nor_does_a_refusal_that_goes_back_through_a_rewritten_sender(world):
    mail = redirected("[Confidental] Offer", to="bob@yahoo.com", sender="SRS0=Ab1c=XY=yahoo.com=eve@example.org")
    original = mail.data
    mail.data = lambda: original().replace(mail.sender.encode(), b"eve@yahoo.com")
    assert b"<eve@yahoo.com>" in mail.data()
    reply = world.send(mail)
    refused(world, mail, reply, "near-miss")
    assert "your mail is forwarded from here" in reply.text
    assert not any(word in reply.text for word in ("bob", "onfiden", "tag"))


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
    logged = [line for line in world.postfix.log().splitlines() if record["id"] in line]
    assert "__" not in said and logged and not any("??" in line for line in logged)
    assert world.leaks(mail) == []


def bounce_of(world, mail):
    bounce, = world.sink.wait_for(lambda delivery: delivery.recipients == [mail.sender], timeout=15)
    return bounce


def words(bounce):
    return " ".join(bounce.body().decode().split())


def test_held_local_mail_is_held(world):
    mail = Mail(["max@example.org"], "[secret] nightly report")
    submit(world, mail)
    world.wait_until(lambda: [entry["queue_name"] for entry in world.queued(mail)] == ["hold"])
    assert world.gateway.records_of(mail.message_id)


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
