"""Replies in a sensitive thread are as sensitive as what they answer: untagged, over the partner's answer, and over restarts."""

import itertools
import re
from contextlib import contextmanager

import pytest
from expect import decision_id, refused, sealed, unchanged
from mails import Mail
from world import STRANGER

BOB, ZOE = "bob@partner.example", "zoe@yahoo.com"
_sender = itertools.count(1)

QUOTING = b"Yes, the 4.2 million are right.\r\n\r\n> Subject: [confidential] Quarterly figures\r\n>\r\n> the secret {marker}\r\n"


def offer(**more):
    return Mail([BOB], "[confidential] Offer", **more)


def answer(to, *, subject="Re: Offer", reply_to=None, references=(), **more):
    extra = [f"In-Reply-To: <{reply_to.message_id}>"] if reply_to else []
    extra += ["References:" + "".join(f"\r\n <{one.message_id}>" for one in references)] if references else []
    return Mail(to, subject, extra=extra, text=QUOTING, **more)


def from_partner(world, mail, **how):
    """The partner's answer comes in: it is neither touched nor logged."""
    came = answer(["ann@example.org"], reply_to=mail, sender=BOB, **how)
    unchanged(world, came, world.send(came, source=STRANGER))
    assert world.gateway.records_of(came.message_id) == []
    return came


def send_sealed(world):
    mail = offer()
    sealed(world, mail, world.send(mail))
    return mail


def inherited(world, mail, known_by="reference"):
    assert world.record(mail)["classification"] == "confidential"
    assert world.record(mail)["thread"] == {"classification": "confidential", "known_by": known_by, "effect": "inherited"}


@pytest.mark.parametrize("subject", ["Re: [...]", "AW: [ext] Re: [...]", "[Fwd: [...]]", "=?utf-8?B?UmU6IFsuLi5d?=", "RE [...]",
                                     "=?utf-8?Q?Zaproponowano_now=C4=85_godzin=C4=99=3A?= [...]", "Re: " * 264 + "[...]"])
def test_an_answer_to_a_hidden_subject_is_sealed_or_refused_in_whatever_thread(world, subject):
    yes, no = answer([BOB], subject=subject), answer([ZOE], subject=subject)
    sealed(world, yes, world.send(yes))
    inherited(world, yes, "subject")
    reply = world.send(no)
    refused(world, no, reply, "no-key")
    assert "not tagged and so confidential as an answer to encrypted mail" in reply.text
    assert "If it is less sensitive, tag it [public] or [internal]." in reply.text


def test_our_answer_to_the_partners_answer_is_sealed_or_refused(world):
    theirs = from_partner(world, send_sealed(world))
    yes, no = answer([BOB], reply_to=theirs), answer([ZOE], reply_to=theirs)
    sealed(world, yes, world.send(yes))
    inherited(world, yes)
    reply = world.send(no)
    refused(world, no, reply, "no-key")
    assert "not tagged and so confidential like the mail that it answers" in reply.text
    # Further on in the thread, by the mails of either side.
    for before in yes, from_partner(world, from_partner(world, yes)):
        further = answer([BOB], reply_to=before)
        sealed(world, further, world.send(further))


def test_references_alone_are_enough(world):
    first = send_sealed(world)
    mail = answer([BOB], references=[Mail([]), first, Mail([])])
    sealed(world, mail, world.send(mail))
    inherited(world, mail)


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_a_thread_is_known_across_restarts(world, end):
    first = send_sealed(world)
    theirs = from_partner(world, first)
    getattr(world.gateway, end)()
    world.gateway.start()
    for before in first, theirs:
        mail = answer([BOB], reply_to=before)
        sealed(world, mail, world.send(mail))


def test_colleagues_threads_are_known_too(world):
    first = Mail(["max@example.org"], "[confidential] Offer")
    unchanged(world, first, world.send(first))
    within, outside = answer(["max@example.org"], reply_to=first), answer([BOB], reply_to=first, sender="max@example.org")
    unchanged(world, within, world.send(within))
    inherited(world, within)
    sealed(world, outside, world.send(outside))


def test_other_threads_are_left_alone(world):
    stranger = Mail(["ann@example.org"], "Hello", sender="eve@elsewhere.example", extra=["In-Reply-To: <never@seen.example>"])
    unchanged(world, stranger, world.send(stranger, source=STRANGER))
    ordinary = Mail([BOB], "[internal] Minutes")
    unchanged(world, ordinary, world.send(ordinary))
    no = Mail([ZOE], "[confidential] Offer")
    refused(world, no, world.send(no))
    for before in stranger, ordinary, no:
        mail = answer([BOB], reply_to=before)
        unchanged(world, mail, world.send(mail))
        assert world.record(mail)["thread"] is None


def forwarding(attached, to, extra=()):
    """A mail with that one attached."""
    lines = ["From: bob@partner.example", *attached, "", "> the secret {marker}"]
    return Mail(to, "As promised", extra=list(extra), content=["Content-Type: multipart/mixed; boundary=b"],
                text="\r\n".join(["--b", "", "see below", "--b", "Content-Type: message/rfc822", "", *lines, "--b--", ""]).encode())


def test_what_is_attached_is_as_sensitive_as_its_thread(world):
    first = send_sealed(world)
    theirs = from_partner(world, first)
    for attached in [f"Message-ID: <{theirs.message_id}>"], [f"References: <{first.message_id}>"], ["Subject: Re: [...]"]:
        yes, no = forwarding(attached, [BOB]), forwarding(attached, [ZOE])
        sealed(world, yes, world.send(yes))
        refused(world, no, world.send(no), "no-key")
    unknown = forwarding(["Message-ID: <never@seen.example>", "Subject: Re: Offer"], [BOB])
    unchanged(world, unknown, world.send(unknown))
    with world.gateway_with(policy=world.gateway.usual_policy().replace("carriers:\n", "carriers:\n  forwarded: false\n")):
        mail = forwarding([f"Message-ID: <{theirs.message_id}>"], [BOB])
        unchanged(world, mail, world.send(mail))


@pytest.mark.parametrize("downgrade, outcome, effect", [("warn", "warn", "lowered"), ("ignore", "deliver", "lowered"),
                                                       ("raise", "seal", "raised"), ("reject", "reject", "lowered")])
def test_a_reply_that_is_tagged_lower(world, downgrade, outcome, effect):
    with world.gateway_with(policy=world.gateway.usual_policy(downgrade=downgrade)):
        first = send_sealed(world)
        sender = f"tilda{next(_sender)}@example.org"
        mail = answer([BOB], subject="[internal] Re: Offer", reply_to=first, sender=sender)
        reply = world.send(mail)
        record = world.record(mail)
        assert (record["outcome"], record["thread"]["effect"]) == (outcome, effect)
        if outcome == "reject":
            refused(world, mail, reply, "downgrade")
            assert "tagged internal, but it answers mail that is confidential" in reply.text
            return
        if outcome == "seal":
            sealed(world, mail, reply)
        else:
            unchanged(world, mail, reply)
        # What it said of itself does not make the thread milder.
        further = answer([BOB], reply_to=mail)
        sealed(world, further, world.send(further))
        told = world.sink.wait_for(lambda delivery: delivery.recipients == [sender], timeout=10 if outcome == "warn" else 0.3)
        assert bool(told) == (outcome == "warn")


def test_a_header_that_programs_set_lowers_no_reply(world):
    mail = answer([BOB], reply_to=send_sealed(world))
    mail.extra.append("Sensitivity: Personal")
    sealed(world, mail, world.send(mail))
    assert world.record(mail)["thread"]["effect"] == "raised"


def test_explain_decides_as_the_gateway_does(world, tmp_path):
    theirs = from_partner(world, send_sealed(world))
    mail = answer([ZOE], reply_to=theirs)
    file = tmp_path / "reply.eml"
    file.write_bytes(mail.data())
    said = world.gateway.explain(file, mail.sender, mail.recipients)
    refused(world, mail, world.send(mail), "no-key")
    record = world.record(mail)
    for name in "classification", "thread", "outcome", "recipients":
        assert said[name] == record[name]
    assert "answers mail that is confidential (known by its reference): inherited" in world.gateway.run("explain", str(file)).stdout


def test_a_memory_that_is_not_ours_is_moved_aside_and_mail_goes_on(world):
    mail = send_sealed(world)
    world.gateway.stop()
    memory = world.gateway.state / "threads" / "memory"
    memory.write_bytes(b"\x00\xff what is this?\n" * 100)
    before = len(world.gateway.log())
    world.gateway.start()
    assert "none that this gateway has written with its key; moved to" in world.gateway.log()[before:]
    assert list(memory.parent.glob("memory.broken*"))
    forgotten = answer([BOB], reply_to=mail)
    unchanged(world, forgotten, world.send(forgotten))
    placeholder = answer([BOB], subject="Re: [...]", reply_to=mail)
    sealed(world, placeholder, world.send(placeholder))
    known = answer([BOB], reply_to=placeholder)
    sealed(world, known, world.send(known))


def test_what_cannot_be_remembered_does_not_leave(world):
    first = send_sealed(world)
    world.gateway.kill()
    threads = world.gateway.state / "threads"
    kept = threads.with_name("threads.kept")
    threads.rename(kept)
    threads.write_text("no directory")
    world.gateway.start()
    try:
        mail, ordinary = offer(), Mail([BOB], "[internal] Minutes")
        reply = world.send(mail)
        assert reply.code == 451, str(reply)
        assert world.arrived(mail) == [] and world.leaks(mail) == []
        assert [record["outcome"] for record in world.gateway.records_of(mail.message_id)] == ["seal", "defer"]
        unchanged(world, ordinary, world.send(ordinary))
        from_partner(world, first)
    finally:
        threads.unlink()
        kept.rename(threads)
        world.gateway.restart()
    mail = answer([BOB], reply_to=first)
    sealed(world, mail, world.send(mail))


@contextmanager
def unreadable(world, name):
    """The gateway started with a file of its memory that nobody can read, root neither; readable again after the block."""
    world.gateway.stop()
    file = world.gateway.state / "threads" / name
    kept = file.with_name(name + ".kept")
    file.rename(kept)
    file.symlink_to("/proc/self/mem")
    world.gateway.start()
    try:
        yield
        assert file.is_symlink(), "it was not touched"
    finally:
        file.unlink()
        kept.rename(file)


@pytest.mark.parametrize("name", ["memory", "key"])
def test_what_cannot_be_read_is_not_taken_for_nothing(world, name, tmp_path):
    first, before = send_sealed(world), len(world.gateway.log())
    set_aside = set((world.gateway.state / "threads").glob("*.broken*"))
    reply, ordinary, within = answer([BOB], reply_to=first), Mail([BOB], "[internal] Minutes"), Mail(["max@example.org"], "Lunch?")
    encrypted = answer([BOB], subject="Re: [...]", reply_to=first)
    with unreadable(world, name):
        assert "until it can be read, sensitive mail is deferred, and replies without a tag" in world.gateway.log()[before:]
        said = world.send(reply)
        record = world.record(reply)
        assert (said.code, record["outcome"], record["failure"], record["id"]) == (451, "defer", "threads-unreadable", decision_id(said))
        assert "it answers another mail, and the mail gateway cannot look up just now how sensitive that one is" in said.text
        assert world.arrived(reply) == [] and world.leaks(reply) == []
        for mail in ordinary, within:
            unchanged(world, mail, world.send(mail))
        for mail in offer(), encrypted:
            assert world.send(mail).code == 451
            assert world.arrived(mail) == [] and world.leaks(mail) == []
        file = tmp_path / "reply.eml"
        file.write_bytes(reply.data())
        assert (world.gateway.explain(file, reply.sender, [BOB])["outcome"]) == "defer"
        check = world.gateway.run("check")
        assert check.returncode == 1 and f"threads/{name}: Input/output error" in check.stderr
    for mail in reply, encrypted:
        sealed(world, mail, world.send(mail))
    assert "memory of threads: works again" in world.gateway.log()[before:]
    assert set((world.gateway.state / "threads").glob("*.broken*")) == set_aside
    assert "threads" not in world.gateway.run("check").stderr


@pytest.mark.parametrize("hand", [lambda file: file.write_bytes(b""), lambda file: file.write_bytes(file.read_bytes()[:100]),
                                  lambda file: file.unlink()])
def test_another_hand_on_the_memory_costs_nothing(world, hand):
    first, before = send_sealed(world), len(world.gateway.log())
    hand(world.gateway.state / "threads" / "memory")
    second = send_sealed(world)
    assert world.gateway.log()[before:].count("is not as the gateway left it, and is written anew") == 1
    world.gateway.kill()
    world.gateway.start()
    for before in first, second:
        mail = answer([BOB], reply_to=before)
        sealed(world, mail, world.send(mail))


class Unnamed(Mail):
    """Without a Message-ID, as scanners and scripts send it."""

    field = b""

    def data(self):
        return super().data().replace(b"Message-ID: <%s>\r\n" % self.message_id.encode(), self.field)


@pytest.fixture(scope="module", name="plain_door")
def door_of_a_postfix_that_adds_no_fields(opened_world):
    return opened_world.postfix.open_door(local_header_rewrite_clients="")


def send_unnamed(world, door, mail):
    """The deliveries, with the Message-ID that was given to it."""
    reply = world.send(mail, port=door)
    assert reply.code == 250, str(reply)
    world.settle()
    record = world.gateway.records()[-1]
    assert re.fullmatch(r"<sealgate\.%s@example\.org>" % record["id"], record["message_id"])
    mail.message_id = record["message_id"].strip("<>")
    deliveries = world.arrived(mail)
    assert [delivery.fields("Message-ID") for delivery in deliveries] == [[record["message_id"]]] * len(deliveries)
    return deliveries


@pytest.mark.parametrize("field", [b"", b"Message-ID:\r\n", b"Message-Id: <>\r\n"])
@pytest.mark.parametrize("cell", ["deliver", "warn"])
def test_what_has_no_message_id_is_given_one_and_known_by_it(world, plain_door, cell, field):
    with world.gateway_with(policy=world.gateway.usual_policy(confidential=f"{{organisation: deliver, secure: {cell}, default: encrypt}}")):
        mail = Unnamed([BOB], "[confidential] Scan", sender=f"scanner{next(_sender)}@example.org")
        mail.field = field
        delivery, = send_unnamed(world, plain_door, mail)
        assert delivery.body() == mail.body()
        theirs = from_partner(world, mail)
        for before in mail, theirs:
            reply = answer([ZOE], reply_to=before)
            refused(world, reply, world.send(reply), "no-key")
            inherited(world, reply)


def test_the_copies_of_a_sealed_mail_have_the_same_message_id(world, plain_door):
    mail = Unnamed([BOB, "max@example.org"], "[confidential] Scan")
    send_unnamed(world, plain_door, mail)
    world.wait_until(lambda: len(world.arrived(mail)) == 2)
    copy, = [delivery for delivery in world.arrived(mail) if delivery.recipients == ["max@example.org"]]
    assert copy.fields("Message-ID") == [f"<{mail.message_id}>"]
    reply = answer([BOB], reply_to=mail)
    sealed(world, reply, world.send(reply))


def test_what_is_not_remembered_is_left_as_it_is(world, plain_door):
    mail = Unnamed([BOB], "Minutes")
    assert world.send(mail, port=plain_door).code == 250
    world.settle()
    assert world.gateway.records()[-1]["message_id"] is None
    delivery, = world.sink.wait_for(lambda one: mail.marker.encode() in one.data)
    assert delivery.fields("Message-ID") == []


def test_monitor_mode_remembers_what_would_have_been(world):
    with world.gateway_with(mode="monitor"):
        first = Mail([ZOE], "[confidential] Offer")
        unchanged(world, first, world.send(first))
        mail = answer([BOB], reply_to=first)
        unchanged(world, mail, world.send(mail))
        assert world.record(mail)["outcome"] == "seal"
        inherited(world, mail)


def test_the_memory_names_nobody(world):
    mail = send_sealed(world)
    for path in (world.gateway.state / "threads").iterdir():
        assert mail.message_id.encode() not in path.read_bytes()
        assert path.stat().st_mode & 0o077 == 0
