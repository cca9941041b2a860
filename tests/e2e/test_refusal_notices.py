"""Refusals in the organisation's language: the SMTP reply, and the letter beside it, which says the same, once, to people of our own alone."""

import pytest
from mails import Mail
from test_notices import ann, collecting, letter, notices, send, wait_for_notices  # noqa: F401  (ann is a fixture)


def with_refusals(world, language="fr", replies=None, **more):
    text = world.gateway.usual_policy(once_per=f"24h\n  refusals: true\n  language: {language}", **more)
    return world.gateway_with(policy=text + (f"replies: {{language: {replies}}}\n" if replies else ""))


def unsendable(sender, to="bob@yahoo.com", subject="[confidential] Quarterly numbers", **more):
    return Mail([to], subject, sender=sender, **more)


def test_the_letter_says_what_the_reply_says_and_nobody_else_gets_anything(world, ann):
    mail = unsendable(ann)
    with with_refusals(world):
        reply = world.send(mail)
        assert reply.code == 550 and "there is no key for bob@yahoo.com (unsecure)" in str(reply), "English, as ever"
        record = world.record(mail)
        assert (record["outcome"], record["notice"]) == ("reject", "refused")
        delivery, = wait_for_notices(world, ann)
    assert delivery.sender == "" and world.arrived(mail) == []
    parsed, plain, html = letter(delivery)
    assert parsed["Subject"] == "Votre message à yahoo.com n'est pas parti" and parsed["Content-Language"] == "fr"
    assert parsed["Auto-Submitted"] == "auto-replied" and parsed["In-Reply-To"] == f"<{mail.message_id}>"
    for text in plain, html.replace("&#39;", "'"):
        assert "Étiqueté confidentiel, mais il n'y a pas de clé pour bob@yahoo.com (peu sûr)." in text
        assert "Demandez la clé OpenPGP de cette personne, ou utilisez plutôt Signal ou Jitsi." in text
        assert "(UTC+01:00)" in text and "[confidentiel]" in text and f"[sealgate {record['id']}]" in text
        assert mail.marker not in text and "Quarterly" not in text


def test_how_to_say_that_it_is_no_tag(world, ann):
    with with_refusals(world, "en"):
        assert world.send(unsendable(ann, subject="[confidental] x")).code == 550
        plain = letter(*wait_for_notices(world, ann))[1]
        assert "did you mean [confidential]?" in plain and "take it out of its brackets" in plain and "[internal]" in plain
        world.sink.forget()
        assert world.send(unsendable(ann, "max@example.org", subject="[internal] Minutes")).code == 250, "and the example does it"


def test_once_for_a_domain_and_a_rule_and_never_twice(world, ann):
    with with_refusals(world):
        told = [send(world, unsendable(ann, to), 550)["notice"] for to in ["bob@yahoo.com", "bob@yahoo.com", "eve@yahoo.com"]]
        world.gateway.restart()
        told.append(send(world, unsendable(ann, "eve@yahoo.com"), 550)["notice"])
        assert told == ["refused"] + ["already-warned"] * 3
        wait_for_notices(world, ann)
        assert send(world, Mail(["bob@yahoo.com"], "[internal] x", sender=ann))["notice"] == "warning", "that is another rule"


def test_further_ones_come_as_one_digest(world, ann):
    with with_refusals(world, "en\n  digest: 6s"):
        assert send(world, unsendable(ann), 550)["notice"] == "refused"
        ids = [record["id"] for to in ("eve@nokey.example", "zoe@hotmail.com")
               if (record := send(world, unsendable(ann, to), 550))["notice"] == "digest"]
        digest = wait_for_notices(world, ann, 2)[1]
    parsed, plain, html = letter(digest)
    assert parsed["Subject"] == "About 2 of your mails" and len(ids) == 2
    assert "there is no key for eve@nokey.example (unknown)" in plain and "there is no key for zoe@hotmail.com" in html
    assert "bob@yahoo.com" not in plain and all(f"[sealgate {one}]" in plain for one in ids)


@pytest.mark.parametrize("field", ["Auto-Submitted: auto-generated", "Precedence: bulk", "List-Id: <x.example.org>"])
def test_programs_are_not_written_to(world, ann, field):
    with with_refusals(world):
        assert send(world, unsendable(ann, extra=[field]), 550)["notice"] is None
        assert notices(world, ann) == []


def test_off_unless_the_policy_wants_it(world, ann):
    assert send(world, unsendable(ann), 550)["notice"] is None
    assert notices(world, ann) == []


@pytest.mark.parametrize("language, said", [
    ("de", "nicht gesendet: als vertraulich gekennzeichnet, aber es gibt keinen Schluessel fuer bob@yahoo.com (unsicher). Bitten Sie dort"),
    ("fr", "non envoye : etiquete confidentiel, mais il n'y a pas de cle pour bob@yahoo.com (peu sur). Demandez la cle OpenPGP"),
    ("es", "no enviado: etiquetado como confidential, pero no hay clave para bob@yahoo.com (poco seguro). Pida a esa persona su clave"),
    ("en", "not sent: tagged confidential, but there is no key for bob@yahoo.com (unsecure). Ask them")])
def test_the_reply_speaks_the_organisations_language(world, ann, language, said):
    with with_refusals(world, "en", replies=language):
        mail = unsendable(ann)
        reply = world.send(mail)
        assert reply.code == 550 and said in str(reply), str(reply)
        assert str(reply).isascii() and str(reply).count("\n") == 0 and f"[sealgate {world.record(mail)['id']}]" in str(reply)


def test_check_tells_of_both(world):
    with with_refusals(world, "fr", replies="es"):
        assert "of refusals too; SMTP replies in es" in world.gateway.run("check").stdout
