"""A mail that is small enough as it comes, and too large once it is encrypted, or with all its copies: refused with words before
anything of it moves."""

import collections
import json
import socketserver
import threading

import pytest
from expect import decision_id, deferred, refused
from mails import Mail, text_of
from ports import free_ports

BOB, CAROL, DAVE, MAX = "bob@partner.example", "carol@partner.example", "dave@riseup.net", "max@example.org"
LIMIT = 200_000


def mail_of(octets, to, **how):
    return Mail(to, "[confidential] Offer", text=text_of(octets), **how)


@pytest.fixture(name="narrow")
def postfix_with_a_small_limit(world):
    world.postfix.set("message_size_limit", LIMIT)
    world.gateway.reload()
    yield world
    world.postfix.set("message_size_limit", 200_000_000)
    world.gateway.reload()


def reached(world, mail):
    world.wait_until(lambda: world.gateway.outbox() == [])
    return collections.Counter(address for delivery in world.arrived(mail) for address in delivery.recipients)


def sent_or_refused(world, mail):
    """Whether it went to everybody; else it was refused by the gateway, and nobody has it."""
    reply = world.send(mail)
    if reply.code == 250:
        world.wait_until(lambda: reached(world, mail) == collections.Counter(mail.recipients))
        return True
    assert reply.lines[0].startswith("5.3.4 not sent: "), f"Postfix's own words: {reply}"
    refused(world, mail, reply, "too-large-sealed")
    assert world.gateway.outbox() == []
    return False


@pytest.mark.parametrize("how", [dict(to=[BOB]), dict(to=[BOB, MAX]), dict(to=[BOB], bcc=[CAROL]), dict(to=[], bcc=[CAROL, DAVE])],
                         ids=["in hand alone", "in hand and in clear", "in hand and a copy", "copies alone"])
def test_around_the_limit_of_postfix_a_mail_goes_to_all_or_is_refused_with_words(narrow, how):
    fits, too_large = 100_000, 190_000
    assert sent_or_refused(narrow, mail_of(fits, **how))
    assert not sent_or_refused(narrow, mail_of(too_large, **how))
    while too_large - fits > 200:
        middle = (fits + too_large) // 2
        if sent_or_refused(narrow, mail_of(middle, **how)):
            fits = middle
        else:
            too_large = middle
    assert too_large * 1.4 > LIMIT * 0.97, "what would have gone is not refused"


def test_a_refusal_for_size_says_who_how_much_and_what_next(narrow):
    mail = mail_of(190_000, [BOB, MAX])
    reply = narrow.send(mail)
    said = " ".join(line.removeprefix("5.3.4 ") for line in reply.lines)
    assert said == (f"not sent: tagged confidential, but once it is encrypted it is larger than the mail server takes (200 kB), so it "
                    f"cannot go to {BOB} (secure). Send less in one mail. [sealgate {decision_id(reply)}]")
    record = narrow.record(mail)
    assert (record["outcome"], record["copies"], record["archive"]) == ("reject", [], [])


def test_a_limit_that_changes_is_known_after_a_reload(world):
    mail = mail_of(190_000, [BOB])
    assert world.send(mail).code == 250
    world.postfix.set("message_size_limit", LIMIT)
    try:
        world.gateway.reload()
        assert world.send(mail_of(190_000, [BOB])).code == 552
    finally:
        world.postfix.set("message_size_limit", 200_000_000)
        world.gateway.reload()
    assert world.send(mail_of(190_000, [BOB])).code == 250


def test_a_limit_that_is_raised_is_known_to_the_next_mail_that_it_refused(narrow):
    assert narrow.send(mail_of(190_000, [BOB])).code == 552
    narrow.postfix.set("message_size_limit", 200_000_000)
    assert narrow.send(mail_of(190_000, [BOB])).code == 250


def test_a_limit_that_nobody_confirms_defers(narrow):
    class SaysItsLimitOnce(socketserver.StreamRequestHandler):
        def handle(self):
            if self.server.asked:
                return
            self.server.asked = True
            self.wfile.write(b"220 test\r\n")
            self.rfile.readline()
            self.wfile.write(b"250-test\r\n250 SIZE %d\r\n" % LIMIT)
            self.rfile.readline()

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), SaysItsLimitOnce) as port:
        port.asked = False
        threading.Thread(target=port.serve_forever, daemon=True).start()
        with narrow.gateway_with(submit=port.server_address[1]):
            narrow.wait_until(lambda: port.asked)
            assert narrow.send(mail_of(1_000, [BOB])).code == 250
            mail = mail_of(190_000, [BOB])
            deferred(narrow, mail, narrow.send(mail), "limit-unknown")
        port.shutdown()


def test_a_limit_that_nobody_has_ever_named_defers_what_might_be_too_large(narrow):
    closed, = free_ports(1)
    mail = mail_of(190_000, [BOB, MAX])
    with narrow.gateway_with(submit=closed):
        assert narrow.send(mail_of(1_000, [BOB, MAX])).code == 250
        reply = narrow.send(mail)
        deferred(narrow, mail, reply, "limit-unknown")
        assert "it grows when it is encrypted, and the mail gateway cannot find out just now how large a mail may be" in reply.text
        assert len(narrow.gateway.outbox()) == 1, "of the small one alone"
    narrow.wait_until(lambda: narrow.gateway.outbox() == [])
    assert not sent_or_refused(narrow, mail_of(190_000, [BOB, MAX]))


def test_a_limit_is_not_forgotten_by_a_reload(narrow):
    with narrow.gateway_with():
        assert sent_or_refused(narrow, mail_of(1_000, [BOB]))
        narrow.gateway.configure(submit=free_ports(1)[0])
        narrow.gateway.reload()
        assert narrow.send(mail_of(100_000, [BOB])).code == 250, "it fits into what was named last"
        mail = mail_of(190_000, [BOB, MAX])
        deferred(narrow, mail, narrow.send(mail), "limit-unknown")
        assert narrow.gateway.outbox() == []


def test_monitor_mode_refuses_nothing_for_its_size(narrow):
    with narrow.gateway_with(mode="monitor"):
        assert narrow.send(mail_of(190_000, [BOB])).code == 250


def test_check_says_what_to_set(narrow):
    run = narrow.gateway.run("check")
    assert run.returncode == 0, run.stderr
    assert "takes messages of at most 200 kB" in run.stdout
    assert "Set message_size_limit = 73400320 in main.cf, or gateway.limits.message_size: 139KiB" in run.stderr
    told = json.loads(narrow.gateway.run("check", "--json").stdout)
    assert told["submit"] == {"size_limit": LIMIT, "size_needed": 73400320, "enough": False, "problem": None}


def test_check_is_content_with_enough_and_with_nobody_to_ask(world):
    run = world.gateway.run("check")
    assert "takes messages of at most 200.0 MB" in run.stdout and "message_size_limit" not in run.stderr
    with world.gateway_with(submit=1):
        run = world.gateway.run("check")
        assert run.returncode == 0 and "cannot be asked now: no connection to 127.0.0.1:1" in run.stdout


def test_the_copies_of_one_mail_are_bounded(world, tmp_path):
    """Three ciphertexts of their own, and room for one and a half: refused before anything is encrypted, as explain says."""
    mail = mail_of(160_000, [MAX], bcc=[BOB, CAROL, DAVE])
    file = tmp_path / "mail.eml"
    file.write_bytes(mail.data())
    with world.gateway_with(copies="300KiB"):
        reply = world.send(mail)
        refused(world, mail, reply, "too-many-copies")
        assert (reply.code, world.gateway.outbox()) == (552, [])
        assert "larger than the gateway keeps for one mail (307 kB)" in reply.text and CAROL in reply.text
        told = world.gateway.explain(file, mail.sender, mail.recipients)
        assert (told["outcome"], told["copies"]) == ("reject", [])
    assert sent_or_refused(world, mail)


def test_copies_that_are_too_many_only_once_encrypted_are_refused_too(world):
    mail = mail_of(100_000, [BOB], bcc=[CAROL, DAVE])
    with world.gateway_with(copies="250KiB"):
        reply = world.send(mail)
        refused(world, mail, reply, "too-many-copies")
        assert world.gateway.outbox() == []
        assert sent_or_refused(world, mail_of(80_000, [BOB], bcc=[CAROL, DAVE]))


@pytest.mark.parametrize("place", ["outbox/adding", "state/gpg"])
def test_a_full_disk_is_told_as_no_room(world, faults, place):
    mail = mail_of(200_000, [BOB, MAX], bcc=[CAROL])
    faults.arm(f"full {place}")
    reply = world.send(mail)
    assert faults.failed()
    faults.disarm()
    assert reply.code == 452 and reply.lines[0].startswith("4.3.1 not sent yet: the mail gateway has no room for it just now.")
    assert "deferred: cannot encrypt: " in world.gateway.log() and "No space left on device" in world.gateway.log()
    assert world.arrived(mail) == [] and world.gateway.outbox() == []
    world.send_until_accepted(mail)
    world.wait_until(lambda: reached(world, mail) == collections.Counter(mail.recipients))
