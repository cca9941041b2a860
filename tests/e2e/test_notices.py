"""Notices to senders: what was warned about or waits reaches the sender's own mailbox as a mail, once, whatever happens meanwhile."""

import email
import itertools
import threading
from email import policy as email_policy
from pathlib import Path

import pytest
from expect import results
from leaks import holds
from mails import Mail, pgp_mime
from world import TRAVELLER

GOLDEN = Path(__file__).resolve().parent.parent / "policy" / "golden"
_sender = itertools.count(1)


@pytest.fixture
def ann():
    """A sender whom nobody has told anything yet."""
    return f"ann{next(_sender)}@example.org"


def warned(sender, to=("bob@yahoo.com",), **more):
    return Mail(list(to), "[internal] Quarterly numbers", sender=sender, **more)


def notices(world, to):
    """What arrived at the sender's mailbox from the gateway."""
    world.settle()
    return [delivery for delivery in world.sink.deliveries
            if delivery.recipients == [to] and (delivery.field("Auto-Submitted") or "no") != "no"]


def wait_for_notices(world, to, count=1, timeout=20):
    world.wait_until(lambda: len(notices(world, to)) >= count and world.gateway.outbox() == [], timeout)
    found = notices(world, to)
    assert len(found) == count, [delivery.data for delivery in found]
    return found


def collecting(world):
    """A gateway that collects for longer than the few mails of a test take on a busy machine."""
    return world.gateway_with(policy=world.gateway.usual_policy(once_per="24h\n  digest: 6s"))


def letter(delivery):
    """The notice as Python's own reader sees it: the message, its plain text on one line, and its HTML."""
    parsed = email.message_from_bytes(delivery.data, policy=email_policy.default)
    assert parsed.get_content_type() == "multipart/alternative" and not parsed.defects
    plain, html = parsed.iter_parts()
    assert (plain.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    return parsed, " ".join(plain.get_content().split()), html.get_content()


def send(world, mail, code=250):
    reply = world.send(mail)
    assert reply.code == code, str(reply)
    return world.record(mail)


def test_a_warning_reaches_the_sender(world, ann):
    mail = warned(ann, ["bob@yahoo.com", "max@example.org", "eve@somewhere.example"])
    record = send(world, mail)
    assert record["outcome"] == "warn" and record["notice"] == "warning"
    delivery, = wait_for_notices(world, ann)
    assert delivery.sender == ""
    parsed, plain, html = letter(delivery)
    assert parsed["To"] == f"<{ann}>" or parsed["To"] == ann
    assert parsed["From"].addresses[0].addr_spec == "postmaster@example.org" and "Example Org" in parsed["From"]
    assert parsed["Subject"] == "About your mail to yahoo.com and somewhere.example"
    assert parsed["In-Reply-To"] == parsed["References"] == f"<{mail.message_id}>"
    assert parsed["Auto-Submitted"] == "auto-replied" and parsed["X-Auto-Response-Suppress"] == "All"
    assert parsed["Date"].datetime is not None and parsed["Message-ID"]
    for text in plain, html:
        for word in ("bob@yahoo.com", "eve@somewhere.example", "unsecure", "Signal or Jitsi", "https://intranet.example.org/mail",
                     "[confidential]", f"[sealgate {record['id']}]"):
            assert word in text, word
        assert "max@example.org" not in text
    assert '<html lang="en"' in html
    assert len(world.arrived(mail)) >= 1
    for secret in (mail.marker, "Quarterly"):
        assert not holds(delivery.data, secret) and secret not in plain + html


def test_a_sender_is_warned_once_of_a_domain_and_a_rule(world, ann):
    assert send(world, warned(ann))["notice"] == "warning"
    assert send(world, warned(ann, ["eve@yahoo.com"]))["notice"] == "already-warned"
    world.gateway.restart()
    assert send(world, warned(ann, ["eve@YAHOO.com"]))["notice"] == "already-warned"
    world.gateway.kill()
    world.gateway.start()
    assert send(world, warned(ann.replace("ann", "Ann")))["notice"] == "already-warned"
    wait_for_notices(world, ann)


def test_further_ones_come_as_one_digest(world, ann):
    with collecting(world):
        assert send(world, warned(ann))["notice"] == "warning"
        ids = [send(world, warned(ann, [f"eve@d{i}.example"]))["id"] for i in range(3)]
        assert send(world, warned(ann, ["eve@d1.example"]))["notice"] == "already-warned"
        digest = wait_for_notices(world, ann, 2)[1]
    parsed, plain, html = letter(digest)
    assert parsed["Subject"] == "About 3 of your mails" and parsed["Auto-Submitted"] == "auto-generated"
    assert all(f"eve@d{i}.example" in plain and f"[sealgate {ids[i]}]" in html for i in range(3))
    assert "bob@yahoo.com" not in plain


def test_a_digest_that_waits_outlives_a_crash(world, ann):
    with collecting(world):
        send(world, warned(ann))
        assert send(world, warned(ann, ["eve@hotmail.com"]))["notice"] == "digest"
        assert send(world, warned(ann, ["eve@outlook.com"]))["notice"] == "digest"
        world.gateway.kill()
        world.gateway.start()
        digest = wait_for_notices(world, ann, 2)[1]
        assert "eve@hotmail.com" in letter(digest)[1] and "eve@outlook.com" in letter(digest)[1]


def test_a_mail_that_waits_is_told_each_time(world, ann):
    mails = [Mail(["max@example.org"], "[secret] Quarterly numbers", sender=ann) for _ in range(3)]
    with collecting(world):
        assert [send(world, mail)["notice"] for mail in mails] == ["held", "digest", "digest"]
        first, digest = wait_for_notices(world, ann, 2)
    parsed, plain, _ = letter(first)
    assert parsed["Subject"] == "Your mail to example.org is waiting"
    assert "has not been sent yet" in plain and f"[sealgate {world.record(mails[0])['id']}]" in plain
    assert "Not sent yet" in letter(digest)[1]
    for mail in mails[1:]:
        assert f"[sealgate {world.record(mail)['id']}]" in letter(digest)[1]
    assert not world.arrived(mails[0])


@pytest.mark.parametrize("field", ["Auto-Submitted: auto-replied", "Precedence: bulk", "Precedence: list", "List-Id: <x.example.org>",
                                   "List-Unsubscribe: <mailto:x@example.org>"])
def test_programs_and_lists_are_not_answered(world, ann, field):
    record = send(world, warned(ann, extra=[field]))
    assert record["outcome"] == "warn" and record["notice"] is None
    # Somebody who is answered comes later, and so what would have come has come.
    other = ann.replace("ann", "other")
    assert send(world, warned(other))["notice"] == "warning"
    wait_for_notices(world, other)
    assert notices(world, ann) == []


def test_strangers_and_the_null_sender_are_not_answered(world, ann):
    assert send(world, warned("mallory@elsewhere.example"))["notice"] is None
    assert world.send(warned("")).code == 250
    assert send(world, warned(ann))["notice"] == "warning"
    wait_for_notices(world, ann)
    assert notices(world, "mallory@elsewhere.example") == []


def test_something_nearly_a_tag_is_told_also_where_all_is_sealed(world, ann):
    with world.gateway_with(policy=world.gateway.usual_policy(near_miss="warn")):
        mail = Mail(["bob@partner.example"], "[confidential] [secrt] Offer", sender=ann)
        record = send(world, mail)
        assert (record["outcome"], record["notice"]) == ("seal", "warning")
        _, plain, _ = letter(*wait_for_notices(world, ann))
        assert "looks like a tag, but is none" in plain and "[secret]" in plain and "bob@partner.example" in plain


def test_whoever_logs_in_is_answered_wherever_they_write_from(world, ann):
    mail = warned(ann.replace("example.org", "home.example"))
    with world.client(world.postfix.submission, TRAVELLER) as client:
        assert client.login("ann", "open sesame").code == 235
        assert client.send(mail.sender, mail.recipients, mail.data()).code == 250
    assert world.record(mail)["notice"] == "warning"
    wait_for_notices(world, mail.sender)


def test_addresses_beyond_ascii_are_told_as_they_are(world, ann):
    mail = warned("jürgen." + ann, ["zoë@bücher.example"])
    with world.client() as client:
        client.command(f"MAIL FROM:<{mail.sender}> SMTPUTF8")
        assert client.command(f"RCPT TO:<{mail.to[0]}>").code == 250
        assert client.command("DATA").code == 354
        client.send_raw(mail.data())
        assert client.finish().code == 250
    assert world.record(mail)["notice"] == "warning"
    _, plain, html = letter(*wait_for_notices(world, mail.sender))
    assert "zoë@bücher.example" in plain and "zoë@bücher.example" in html


def test_monitor_mode_tells_nobody(world, ann):
    with world.gateway_with(mode="monitor"):
        assert send(world, warned(ann))["notice"] is None
    assert send(world, warned(ann))["notice"] == "warning"
    wait_for_notices(world, ann)


def test_encrypted_mail_that_cannot_be_judged_says_so(world, ann):
    armor = world.keys.bob.gpg("--armor", "--pinentry-mode", "loopback", "--passphrase", "x", "--symmetric", input=b"inner")
    mail = pgp_mime(["bob@partner.example"], "[confidential] Quarterly numbers", armor, sender=ann)
    assert results(send(world, mail))["bob@partner.example"] == ("warn", "passphrase-only")
    assert "encrypted with a password only" in letter(*wait_for_notices(world, ann))[1]


def test_german_mail_is_answered_in_german(world, ann):
    with world.gateway_with(policy=world.gateway.usual_policy(once_per="24h\n  language: auto")):
        send(world, warned(ann, text="Bitte senden Sie uns die Unterlagen und danke für {marker}\r\n".encode(),
                           content=["Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit"]))
        parsed, plain, html = letter(*wait_for_notices(world, ann))
    assert parsed["Subject"] == "Hinweis zu Ihrer E-Mail an yahoo.com" and parsed["Content-Language"] == "de"
    assert "Bitte beachten Sie" in plain and '<html lang="de"' in html


def test_an_administrators_text_takes_effect_and_a_wrong_one_does_not(world, ann):
    texts = world.gateway.root / "texts"
    texts.mkdir()
    try:
        (texts / "en.yaml").write_text("texts: {once: This is said once.}\n")
        assert "reloaded" in world.gateway.reload()
        send(world, warned(ann))
        assert "This is said once." in letter(*wait_for_notices(world, ann))[1]
        (texts / "en.yaml").write_text("texts: {once: '{twice}', onze: x}\n")
        said = world.gateway.reload()
        assert "texts/en.yaml:1:15:" in said and 'did you mean "once"?' in said and "not reloaded" in said
        check = world.gateway.run("check")
        assert check.returncode == 1 and check.stderr.count("texts/en.yaml") == 2
        other = ann.replace("ann", "other")
        send(world, warned(other))
        assert "This is said once." in letter(*wait_for_notices(world, other))[1]
    finally:
        for file in texts.iterdir():
            file.unlink()
        texts.rmdir()
        world.gateway.reload()


def test_explain_says_what_the_sender_would_hear(world, ann, tmp_path):
    file = tmp_path / "m.eml"
    file.write_bytes(warned(ann).data())
    assert world.gateway.explain(file, ann, ["bob@yahoo.com"])["notice"] == "warning"
    assert world.gateway.explain(file, ann, ["max@example.org"])["notice"] is None
    assert "notice to the sender: warning" in world.gateway.run("explain", "--from", ann, "--to", "bob@yahoo.com", str(file)).stdout


def effects_of_a_warning(world, faults, sender):
    faults.arm()
    send(world, warned(sender))
    wait_for_notices(world, sender)
    effects = faults.effects()
    faults.disarm()
    return effects


def test_killed_around_each_effect_there_is_one_notice(world, faults, ann):
    effects = effects_of_a_warning(world, faults, ann)
    assert any("notices/" in effect for effect in effects) and any("outbox/" in effect for effect in effects)
    last = max(number for number, effect in enumerate(effects, 1) if "milter" in effect)
    for number in range(1, last + 1):
        world.gateway.kill()
        world.gateway.start(faults.environment)
        sender, plan = f"kill{number}.{ann}", f"{'before' if number % 2 else 'after'} {number}"
        mail = warned(sender)
        faults.arm(plan)

        def recovers():
            if not world.gateway.running:
                faults.disarm()
                world.gateway.start(faults.environment)

        world.send_until_accepted(mail, recovers)
        world.wait_until(lambda: (recovers(), world.gateway.running and world.gateway.outbox() == [])[1])
        faults.disarm()
        assert len(world.arrived(mail)) == 1, plan
        found = len(notices(world, sender))
        # It may be on its way to Postfix at any of them; then nobody can know whether Postfix has it (RFC 1047).
        told = sum("may arrive twice at" in line and sender in line for line in world.gateway.log().splitlines())
        assert 1 <= found <= 1 + told, f"{found} notices: {plan}, {effects[number - 1]}"


def test_a_notice_that_cannot_be_kept_defers(world, faults, ann):
    mail = warned(ann)
    faults.arm("full outbox/adding")
    assert world.send(mail).code == 452
    faults.disarm()
    assert world.send(mail).code == 250
    assert [record["notice"] for record in world.gateway.records_of(mail.message_id)][-1] == "warning"
    wait_for_notices(world, ann)


def test_a_warning_that_cannot_be_collected_keeps_the_copies_back(world, faults, ann):
    rules = world.gateway.usual_policy(confidential="{organisation: warn, default: encrypt}", once_per="24h\n  digest: 1h")
    with world.gateway_with(policy=rules) as gateway:
        gateway.stop()
        gateway.start(faults.environment)
        assert send(world, warned(ann))["notice"] == "warning"
        wait_for_notices(world, ann)
        offer = Mail(["bob@partner.example"], "[confidential] Offer", cc=["max@example.org"], sender=ann)
        faults.arm("full notices/ledger")
        assert world.send(offer).code == 452
        assert gateway.outbox() == [] and world.arrived(offer) == []
        faults.disarm()
        assert world.send(offer).code == 250
        # The disk was full for its second record too: that is written when there is room again.
        world.wait_until(lambda: sorted((record["outcome"], record["notice"] or "") for record in gateway.records_of(offer.message_id))
                         == [("defer", ""), ("seal", "digest"), ("seal", "digest")])
        world.wait_until(lambda: len(world.arrived(offer)) == 2 and gateway.outbox() == [])


def test_whoever_knows_already_costs_the_disk_nothing(world, faults, ann):
    effects_of_a_warning(world, faults, ann)
    faults.arm()
    assert send(world, warned(ann))["notice"] == "already-warned"
    effects = faults.effects()
    assert any("audit/" in effect for effect in effects)
    assert [effect for effect in effects if "notices" in effect or "outbox" in effect] == []


def test_a_storm_makes_the_right_few_mails(world, ann):
    turns, lock, wrong = iter(range(10_000)), threading.Lock(), []

    def work():
        with world.milter() as milter:
            while True:
                with lock:
                    turn = next(turns, None)
                if turn is None:
                    return
                mail = warned(ann, [f"r{turn}@storm{turn % 5}.example"])
                if milter.send(ann, mail.to, mail.data(), queue_id=f"STORM{turn}").code != 250:
                    wrong.append(turn)

    with collecting(world):
        threads = [threading.Thread(target=work) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wrong == []
        first, digest = wait_for_notices(world, ann, 2, timeout=30)
        assert "About 4 of your mails" in letter(digest)[0]["Subject"]
        told = [record["notice"] for record in world.gateway.records() if record["queue_id"].startswith("STORM")]
    assert (told.count("warning"), told.count("digest"), told.count("already-warned")) == (1, 4, 9995)


@pytest.mark.parametrize("kind", ["digest", "held-key", "held-near-miss", "warning-encrypted", "warning-tier"])
@pytest.mark.parametrize("language", ["en", "de", "fr", "es"])
def test_its_html_reads_well_on_a_desk_on_a_phone_and_in_the_dark(check_page, kind, language):
    parsed = email.message_from_bytes((GOLDEN / f"{kind}.{language}.eml").read_bytes(), policy=email_policy.default)
    check_page(parsed.get_body(("html",)).get_content(), f"notice-{kind}-{language}")
