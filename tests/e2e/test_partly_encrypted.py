"""Mail that is encrypted in part, or only seemingly: the gateway seals the whole of it, as it came, where the policy says `encrypt`."""

import base64

import pytest
from expect import armor, refused, results, sealed, unchanged
from mails import Mail, inline_under_a_note, pgp_mime

BOB = "bob@partner.example"
MIXED = ["Content-Type: multipart/mixed; boundary=outer"]


def crlf(text):
    return text.replace(b"\n", b"\r\n")


def pgp_mime_part(armored):
    inner = pgp_mime([BOB], "", armored)
    return "".join(line + "\r\n" for line in inner.content).encode() + b"\r\n" + inner.text


def mixed(*parts):
    return b"".join(b"--outer\r\n" + part + b"\r\n" for part in parts) + b"--outer--\r\n"


def note(text):
    return b"Content-Type: text/plain\r\n\r\n" + text + b"\r\n"


def encrypted_mail_sent_on(subject, keys):
    original = b"Content-Type: message/rfc822\r\n\r\nFrom: x@y.example\r\nSubject: ...\r\n" + pgp_mime_part(
        keys.encrypt(b"inner", keys.bob))
    return Mail([BOB], subject, content=MIXED, text=mixed(note(b"I could not open this {marker}"), original))


def encrypted_file_under_a_note(subject, keys):
    file = b"Content-Type: application/octet-stream; name=report.pdf.pgp\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return Mail([BOB], subject, content=MIXED, text=mixed(note(b"Dear Bob, the report. {marker}"),
                file + crlf(base64.encodebytes(keys.encrypt(b"inner", keys.bob)))))


def list_footer_below_pgp_mime(subject, keys):
    return Mail([BOB], subject, content=MIXED, text=mixed(pgp_mime_part(keys.encrypt(b"inner", keys.bob)), note(b"-- \r\n{marker}")))


def armor_in_a_reply(subject, keys):
    return inline_under_a_note([BOB], subject, keys.encrypt(b"inner", keys.carol))


def stored_text_as_pgp_mime(subject, keys):
    mail = Mail([BOB], subject)
    made = pgp_mime([BOB], subject, keys.store(mail.marker.encode()))
    mail.content, mail.text = made.content, made.text
    return mail


def trust_database_as_attachment(subject, _):
    file = b"Content-Type: application/octet-stream; name=trustdb.gpg\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return Mail([BOB], subject, content=MIXED, text=mixed(note(b"see {marker}"), file + base64.b64encode(b"\1gpg" + bytes(200))))


KINDS = {
    "pgp-partial": [encrypted_mail_sent_on, encrypted_file_under_a_note, list_footer_below_pgp_mime, armor_in_a_reply],
    "pgp-fake": [stored_text_as_pgp_mime, trust_database_as_attachment],
}
EACH = [pytest.param(protection, build, id=build.__name__) for protection, builds in KINDS.items() for build in builds]


@pytest.mark.parametrize("protection, build", EACH)
def test_it_is_sealed_as_a_whole_as_it_came(world, protection, build):
    mail = build("[confidential] Offer", world.keys)
    delivery = sealed(world, mail, world.send(mail))
    assert world.keys.bob.decrypt(armor(delivery)) == mail.entity()
    record = world.record(mail)
    assert record["protection"] == protection and results(record) == {BOB: ("seal", "sealed")}


@pytest.mark.parametrize("protection, build", EACH)
def test_require_refuses_it_and_so_does_a_policy_that_says_so(world, protection, build):
    mail = build("[secret] Offer", world.keys)
    reply = world.send(mail)
    refused(world, mail, reply, protection)
    assert "Encrypt all of it with OpenPGP in your mail program" in reply.text and "to have it encrypted here" not in reply.text
    with world.gateway_with(policy=world.gateway.usual_policy(partial="reject")):
        mail = build("[confidential] Offer", world.keys)
        record = refused(world, mail, world.send(mail), protection)
    assert record["protection"] == protection


def test_who_may_have_it_in_clear_gets_it_as_it_came(world):
    mail = armor_in_a_reply("[confidential] Offer", world.keys)
    mail.cc = ["max@example.org"]
    assert world.send(mail).code == 250
    deliveries = {tuple(delivery.recipients): delivery for delivery in world.arrived(mail)}
    assert deliveries["max@example.org",].body() == mail.body()
    assert mail.marker.encode() not in deliveries[BOB,].data


def test_without_a_key_the_refusal_says_so(world):
    mail = inline_under_a_note(["zoe@yahoo.com"], "[confidential] Offer", world.keys.encrypt(b"inner", world.keys.bob))
    refused(world, mail, world.send(mail), "no-key")


def test_what_is_encrypted_as_a_whole_is_never_sealed_over(world):
    to_others = pgp_mime([BOB], "[confidential] Offer", world.keys.encrypt(b"inner", world.keys.carol))
    refused(world, to_others, world.send(to_others), "not-addressed")
    to_bob = pgp_mime([BOB], "[confidential] Offer", world.keys.encrypt(b"inner", world.keys.bob))
    unchanged(world, to_bob, world.send(to_bob))
