"""Held mail: seen, released, refused; by whom it was; and nothing lost, twice or in clear, wherever a command was killed."""

import json
import threading
from contextlib import contextmanager

import pytest
from expect import armor
from held_mail import once, secret
from mails import Mail


@contextmanager
def holding(world, *keys):
    """The gateway with a policy that holds for near misses, or for want of a key."""
    with world.gateway_with(policy=world.gateway.usual_policy(**dict.fromkeys(keys, "hold"))):
        yield


def test_the_list_says_who_since_when_why_and_who_may_release(world, held):
    mail = secret(world)
    one = held.only()
    record = world.record(mail)
    assert (one["queue_id"], one["decision"], one["classification"]) == (record["queue_id"], record["id"], "secret")
    assert (one["sender"], one["recipients"]) == ("ann@example.org", ["max@example.org"])
    assert one["reasons"] == [{"address": "max@example.org", "tier": "organisation", "reason": "tier"}]
    assert one["may_release"].startswith("root on ") and not one["forgotten"] and not one["expired"]
    run = held.run("list")
    assert run.returncode == 0 and "secret: tier max@example.org" in run.stdout and "root on " in run.stdout


def test_show_has_the_header_and_the_commands_and_the_body_only_where_it_is_asked_for(world, held):
    mail = secret(world)
    one = held.only()
    for words in ([one["queue_id"]], [one["decision"]], [f"[sealgate {one['decision'].lower()}]."]):
        run = held.run("show", *words)
        assert run.returncode == 0, run.stderr
        assert f"Message-ID: <{mail.message_id}>" in run.stdout and mail.marker not in run.stdout
        assert f"sealgate held release {one['queue_id']} --postfix-config" in run.stdout
        assert f"sealgate audit show --id {one['decision']}" in run.stdout
    assert mail.marker in held.run("show", "--body", one["queue_id"]).stdout
    shown = json.loads(held.run("show", "--json", one["queue_id"]).stdout)
    assert mail.message_id in shown["header"] and len(shown["commands"]) == 3
    assert held.run("show", "NOSUCHID").returncode == 1


def test_what_somebody_else_holds_is_listed_too_and_said_to_be_theirs(world, held):
    port = world.postfix.open_door(smtpd_client_restrictions="static:HOLD", smtpd_milters="")
    mail = Mail(["max@example.org"], "[public] Lunch")
    assert world.send(mail, port).code == 250
    one = held.only()
    assert not one["by_sealgate"] and one["decision"] is None and "not held by sealgate" in held.run("list").stdout


def test_a_release_lets_a_mail_go_once_and_is_on_record_with_who_did_it(world, held, monkeypatch):
    mail = secret(world)
    one = held.only()
    monkeypatch.setenv("SUDO_USER", "ann")
    said = held.released(one["queue_id"])
    delivery = once(world, mail)
    assert delivery.data.endswith(mail.entity())
    world.wait_until(lambda: world.gateway.events("held-release"))
    event = world.gateway.events("held-release")[-1]
    assert (event["queue_id"], event["decision"], event["released_by"]) == (one["queue_id"], one["decision"], said["decision"])
    assert event["user"] == "ann as root"
    first, second = world.gateway.records_of(mail.message_id)
    assert (second["id"], second["outcome"], second["release_of"]) == (said["decision"], "deliver", first["id"])
    assert held.left() == []
    assert "no mail" in held.run("release", one["queue_id"]).stderr
    assert len(world.arrived(mail)) == 1


def test_a_key_that_came_meanwhile_seals(world, held):
    mail = Mail(["held-for@partner.example"], "[confidential] Offer")
    with holding(world, "no_key"):
        reply = world.send(mail)
        one = held.only()
        late = world.keys.make("held-for@partner.example")
        with world.keys_imported(late.certificate):
            held.released(one["queue_id"])
            delivery = once(world, mail)
    assert late.decrypt(armor(delivery)) == mail.entity()
    assert reply.code == 250 and world.leaks(mail) == []


def test_without_a_key_a_mail_stays_and_whoever_released_it_reads_why(world, held):
    mail = Mail(["zoe@yahoo.com"], "[confidential] Offer")
    with holding(world, "no_key"):
        assert world.send(mail).code == 250
        one = held.only()
        why = held.stays(one["queue_id"])
        assert "stays held" in why and "zoe@yahoo.com: no-key" in why and "confidential" in why
        held.stays(one["queue_id"], "--as", "public")
    why = held.stays(one["queue_id"])  # today's policy refuses
    assert "there is no key for zoe@yahoo.com" in why
    assert world.arrived(mail) == [] and held.left() == []
    assert world.gateway.outbox() == [] or all("zoe" not in str(copy) for copy in world.gateway.outbox())


def test_nearly_a_tag_is_released_as_the_tag_that_was_meant(world, held):
    mail = Mail(["bob@partner.example"], "[confidental] Offer")
    with holding(world, "near_miss"):
        assert world.send(mail).code == 250
        said = held.released(held.only()["queue_id"])
        delivery = once(world, mail)
    assert world.keys.bob.decrypt(armor(delivery)) == mail.entity()
    assert next(record for record in world.gateway.records() if record["id"] == said["decision"])["classification"] == "confidential"


@pytest.mark.parametrize("named, is_sealed", [("confidential", True), ("internal", False)])
def test_as_says_what_was_meant(world, held, named, is_sealed):
    mail = Mail(["bob@partner.example"], "[confidental] Offer")
    with holding(world, "near_miss"):
        assert world.send(mail).code == 250
        held.released(held.only()["queue_id"], "--as", named)
        delivery = once(world, mail)
    assert (b"BEGIN PGP MESSAGE" in delivery.data) == is_sealed
    event = world.gateway.events("held-release")[-1]
    assert event["as"] == named


def test_as_makes_nothing_milder_than_its_own_tags(world, held):
    mail = Mail(["zoe@yahoo.com"], "[confidential] [secrt] Offer")
    with holding(world, "near_miss", "no_key"):
        assert world.send(mail).code == 250
        why = held.stays(held.only()["queue_id"], "--as", "public")
        assert "zoe@yahoo.com: no-key" in why
        assert held.run("release", "--as", "nonsense", held.only()["queue_id"]).returncode == 2
    assert world.arrived(mail) == []


def test_hidden_recipients_of_a_released_mail_get_copies_of_their_own_once(world, held):
    mail = Mail(["bob@partner.example"], "[confidental] Offer", bcc=["carol@partner.example", "max@example.org"])
    with holding(world, "near_miss"):
        assert world.send(mail).code == 250
        held.released(held.only()["queue_id"])
        world.wait_until(lambda: len(world.arrived(mail)) == 3)
        assert sorted(to for delivery in world.arrived(mail) for to in delivery.recipients) == sorted(mail.recipients)
    assert held.list() == []


def test_a_mail_without_a_sender_is_released_too(world, held):
    mail = Mail(["max@example.org"], "[secret] Away from my desk", sender="")
    assert world.send(mail).code == 250
    world.settle()
    held.released(held.only()["queue_id"])
    assert once(world, mail).sender == ""


def test_two_releases_at_a_time_let_it_go_once(world, held):
    mail = secret(world)
    queue_id = held.only()["queue_id"]
    both = [held.start("release", queue_id) for _ in range(2)]
    for one in both:
        one.communicate(timeout=60)
    assert sorted(one.returncode for one in both) == [0, 1]
    once(world, mail)


def test_released_while_the_policy_reloads(world, held):
    mails = [secret(world) for _ in range(4)]
    stop = threading.Event()

    def reload():
        while not stop.is_set():
            world.gateway.reload()
    reloading = threading.Thread(target=reload)
    reloading.start()
    try:
        for one in held.list():
            held.released(one["queue_id"])
    finally:
        stop.set()
        reloading.join()
    for mail in mails:
        world.wait_until(lambda mail=mail: world.arrived(mail))
        assert len(world.arrived(mail)) == 1
    assert world.postfix.queue() == []


# Nobody else can release.

@pytest.mark.parametrize("known", [False, True])
def test_a_stranger_who_says_a_token_has_nothing_of_it(world, held, known):
    mail = secret(world)
    one = held.only()
    other = Mail(["zoe@yahoo.com"], "[confidential] Offer")
    token = held.permit(one) if known else "0" * 32
    reply = held.hand_in(token, {"queue_id": one["queue_id"], "sender": other.sender, "recipients": other.recipients}, other.data())
    assert reply.code == 451 and "not released" in reply.text
    assert world.arrived(other) == [] and world.leaks(other) == []
    assert world.arrived(mail) == []


@pytest.mark.parametrize("change", [(b"among colleagues", b"among enemies"), (b"Dear colleague", b"Dear reader")])
def test_a_permit_is_for_that_mail_alone(world, held, change):
    mail = secret(world)
    one = held.only()
    data = held.content(one["queue_id"]).replace(b"\n", b"\r\n").replace(*change)
    reply = held.hand_in(held.permit(one), one, data)
    assert reply.code == 451 and "Subject or its body" in reply.text.replace("\n", " ")
    reply = held.hand_in(held.permit(one), one | {"recipients": ["eve@gmx.net"]})
    assert reply.code == 451 and "envelope" in reply.text
    token = held.permit(one)
    assert held.hand_in(token, one).code == 250
    assert held.hand_in(token, one).code == 451
    assert world.arrived(mail) == []


def test_at_a_port_without_the_gateway_nothing_leaves(world, held):
    mail = secret(world)
    one = held.only()
    with world.gateway_with(held="{submit: 127.0.0.1:%d}" % world.postfix.submit):
        assert "does not ask this gateway" in held.stays(one["queue_id"])
        world.settle()
    assert world.arrived(mail) == []


def test_in_monitor_mode_nothing_is_released(world, held):
    mail = secret(world)
    with world.gateway_with(mode="monitor"):
        assert "monitor mode" in held.stays(held.only()["queue_id"])
    assert world.arrived(mail) == []


# Refused.

def told(world, mail):
    return [delivery for delivery in world.sink.deliveries
            if delivery.field("In-Reply-To") == f"<{mail.message_id}>" and "was not sent" in (delivery.field("Subject") or "")]


def test_a_refusal_tells_the_sender_and_removes_the_mail(world, held):
    mail = secret(world)
    one = held.only()
    run = held.run("refuse", one["queue_id"])
    assert run.returncode == 0, run.stderr
    assert held.list() == [] and held.left() == []
    world.wait_until(lambda: told(world, mail), timeout=20)
    notice, = told(world, mail)
    assert notice.recipients == ["ann@example.org"] and notice.sender == ""
    assert f"[sealgate {one['decision']}]".encode() in notice.data and mail.marker.encode() not in notice.data
    assert world.arrived(mail) == []
    world.wait_until(lambda: [event for event in world.gateway.events("held-refuse") if event["queue_id"] == one["queue_id"]])
    assert world.gateway.events("held-refuse")[-1]["decision"] == one["decision"]


def test_whom_nobody_can_tell_is_refused_by_its_id_alone(world, held):
    door = world.postfix.open_door(smtpd_client_restrictions="static:HOLD", smtpd_milters="")
    assert world.send(Mail(["max@example.org"], "[public] Lunch", sender="eve@gmx.net"), door).code == 250
    one = held.only()
    run = held.run("refuse", one["queue_id"])
    assert run.returncode == 1 and "--untold" in run.stderr and held.only() == one
    assert held.left() == []
    assert held.run("refuse", "--expired", "--untold").returncode == 2
    assert held.run("refuse", "--untold", one["queue_id"]).returncode == 0
    assert held.list() == []


def test_expired_mail_whose_sender_cannot_be_told_stays(world, held):
    with world.gateway_with(held="{remind: 1s, expire: 2s}"):
        mail = Mail(["max@example.org"], "[secret] Away", sender="")
        assert world.send(mail).code == 250
        secret(world)
        world.wait_until(lambda: all(one["expired"] for one in held.list()))
        run = held.run("refuse", "--expired")
        assert run.returncode == 1 and run.stdout.count("refused") == 1 and "--untold" in run.stderr
        assert held.only()["sender"] == ""


@contextmanager
def adding(world, address):
    """Postfix adds somebody to each mail, and members for an alias."""
    try:
        world.postfix.set("virtual_alias_maps", "inline:{ { team@example.org = max@example.org, lea@example.org } }")
        world.postfix.set("always_bcc", address)
        yield
    finally:
        world.postfix.set("always_bcc", "")
        world.postfix.set("virtual_alias_maps", "")


def test_whom_postfix_adds_is_neither_decided_about_nor_named(world, held):
    mails = [Mail(["team@example.org"], f"[secret] {what}") for what in ("released", "refused")]
    with adding(world, "copies@yahoo.com"):
        for mail in mails:
            assert world.send(mail).code == 250
        released, refused = (next(one for one in held.list() if one["queue_id"] == world.record(mail)["queue_id"]) for mail in mails)
        assert sorted(released["recipients"]) == ["copies@yahoo.com", "lea@example.org", "max@example.org"]
        held.released(released["queue_id"])
        once(world, mails[0], released["recipients"], but=[refused["queue_id"]])
    assert held.run("refuse", refused["queue_id"]).returncode == 0
    world.wait_until(lambda: told(world, mails[1]), timeout=20)
    notice, = told(world, mails[1])
    assert b"team@example.org" in notice.data
    assert not any(added in notice.data for added in (b"copies@yahoo.com", b"lea@example.org", b"max@example.org"))


@pytest.mark.parametrize("step", ["begun", "told", "removed"])
def test_a_refusal_that_was_killed_goes_on(world, held, step):
    mail = secret(world)
    one = held.only()
    token = held.permit(one, "refusal")
    if step != "begun":
        held.accepted(token)
    if step == "removed":
        held.super("-d", one["queue_id"], "hold")
    run = held.run("refuse", one["queue_id"])
    assert run.returncode == 0, run.stderr
    assert held.list() == [] and held.left() == []
    if step == "begun":
        world.wait_until(lambda: told(world, mail), timeout=20)
        assert len(told(world, mail)) == 1
    assert world.arrived(mail) == []


def test_what_is_being_refused_is_not_released_and_the_other_way_round(world, held):
    secret(world)
    one = held.only()
    held.permit(one, "refusal")
    assert "being refused" in held.stays(one["queue_id"])
    for name in held.left():
        (held.directory / name).unlink()
    held.permit(one)
    run = held.run("refuse", one["queue_id"])
    assert run.returncode == 1 and "being released" in run.stderr


def test_what_waited_for_too_long_is_marked_and_refused_together(world, held):
    with world.gateway_with(held="{remind: 1s, expire: 2s}"):
        mails = [secret(world) for _ in range(2)]
        world.wait_until(lambda: all(one["expired"] for one in held.list()))
        assert "expired" in held.run("list").stdout
        config = str(world.postfix.config)
        assert "2 mails have been held for longer" in world.gateway.run("check", "--postfix-config", config).stderr
        assert json.loads(world.gateway.run("check", "--json", "--postfix-config", config).stdout)["held"] == {"mails": 2, "forgotten": 2}
        run = held.run("refuse", "--expired")
        assert run.returncode == 0 and run.stdout.count("refused") == 2
        assert held.list() == []
    assert all(world.arrived(mail) == [] for mail in mails)


def test_held_commands_say_what_is_wrong(world, held):
    assert "Postfix configuration" in world.gateway.run("held", "list", "--postfix-config", "/nonexistent").stderr
    assert held.run("refuse").returncode == 2
    assert held.run("release", "0000").returncode == 1
