"""The words that people write, as `explain` decides with the shipped policy: what protects a mail is heard, and ordinary words disturb nobody."""

import base64
import json
from pathlib import Path

import pytest
from mails import Mail

POLICY = Path(__file__).parents[2] / "contrib/policies/policy.yaml"

HEARD = ["[TOP-SECRET] merger", "[Company-Confidential] merger", "[ACME_Confidential] merger", "[Vertraulich-Intern] Planung", "[SEC=SECRET] minutes",
         "[TOP SECRET] merger", "CONFIDENTIAL: merger", "#confidential merger", "Re: CONFIDENTIAL", "[hr-confidential] x", "[confidential2026] x",
         "[confidential&internal] x", "[strengvertraulich.] x", "[confid.] x", "** confidential ** x", "[confidental] x", "(vertraulich) x"]
ORDINARY = ["Sala 3 (reservada)", "Gazzetta: [Decreto] 12/2026", "=?utf-8?Q?=C3=84nderung_(vertraglich)?=", "CI failed: deploy (secrets)",
            "[Interpol] Newsletter", "[Inverno] Campanha", "[Integral] Seminar", "=?utf-8?Q?[Publi=C3=A9]_Article_3?=", "[Interner] Hinweis",
            "Abstimmung (geheim)", "[internal] Sala 3 (reservada)", "[SECRET-7] rotate", "[INTERNAL-345] fix the door", "[non-confidential] x",
            "Confidential papers of the merger"]
TAGGED = ["[Vertrouwelijk] plan", "[Poufne] plan", "=?utf-8?B?" + base64.b64encode("[конфиденциально]".encode()).decode() + "?=", "[luottamuksellinen] x"]


@pytest.fixture
def explain(world, tmp_path):
    config = tmp_path / "sealgate.yaml"
    config.write_text(world.gateway.config.read_text().replace("policy.yaml", str(POLICY)))

    def explained(content, to="bob@gmail.com"):
        file = tmp_path / "mail.eml"
        file.write_text(content)
        run = world.gateway.run("explain", "--json", "--from", "ann@example.org", "--to", to, str(file), config=config)
        assert run.returncode in (0, 1), run.stderr
        return json.loads(run.stdout)

    return explained


def mail(subject, more=""):
    return f"From: ann@example.org\nTo: bob@gmail.com\nSubject: {subject}\n{more}\nbody\n"


@pytest.mark.parametrize("subject", HEARD)
def test_what_protects_is_heard(explain, subject):
    said = explain(mail(subject))
    assert (said["outcome"], said["recipients"][0]["reason"]) == ("reject", "near-miss"), said
    assert "did you mean [" in said["reply"]


@pytest.mark.parametrize("subject", ORDINARY)
def test_ordinary_words_disturb_nobody(explain, subject):
    said = explain(mail(subject))
    assert said["outcome"] == "deliver", said


@pytest.mark.parametrize("subject", TAGGED)
def test_the_shipped_policy_speaks_many_languages(explain, subject):
    said = explain(mail(subject))
    assert said["classification"] == "confidential" and said["near_misses"] == []


def test_a_near_miss_among_colleagues_is_logged_alone(explain):
    said = explain(mail("[confidental] x"), to="cy@example.org")
    assert said["outcome"] == "deliver" and said["near_misses"][0]["suggestion"] == "[confidential]"


def test_tags_of_an_attached_message_count(explain):
    said = explain("From: ann@example.org\nTo: bob@gmail.com\nSubject: Fwd: note\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
                   "--b\nContent-Type: text/plain\n\nsee\n--b\nContent-Type: message/rfc822\n\nFrom: cy@example.org\nSubject: [confidential] merger\n\n"
                   "SECRET\n--b--\n")
    assert said["classification"] == "confidential" and said["tags"] == [{"tag": "confidential", "carrier": "forwarded"}]


def test_a_header_below_an_empty_line_is_read(explain):
    said = explain("\n" + mail("[confidential] x"))
    assert said["classification"] == "confidential"


def test_an_encrypted_mail_with_a_hidden_subject_is_no_riddle(explain):
    said = explain(mail("..."))
    assert said["classification"] == "internal" and said["near_misses"] == []
    assert explain(mail("...", "X-Classification: confidential\n"))["classification"] == "confidential"


def test_our_tag_is_taken_off_what_leaves(world):
    with world.gateway_with(policy=world.gateway.usual_policy().replace("carriers:\n", "carriers:\n  strip: true\n", 1)):
        for to, left in (("bob@partner.example", "Re: plan"), ("max@example.org", "Re: [internal] plan")):
            mail = Mail([to], subject="Re: [internal] plan")
            assert world.send(mail).code == 250
            arrived, = world.arrived(mail)
            assert arrived.field("Subject") == left
