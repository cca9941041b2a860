"""Mail that must not leave is refused in one reply that says who, why and what next; nothing of it goes anywhere."""

import pytest
from expect import decision_id, refused, results, sealed, unchanged
from mails import Mail, pgp_mime


def test_confidential_without_a_key_is_refused_in_the_contracts_words(world):
    mail = Mail(["bob@yahoo.com"], "[confidential] Offer")
    reply = world.send(mail)
    refused(world, mail, reply, "no-key")
    assert str(reply) == (
        "550 5.7.1 not sent: tagged confidential, but there is no key for bob@yahoo.com (unsecure). "
        "Ask them for their OpenPGP key, or use Signal or Jitsi instead. "
        f"[sealgate {decision_id(reply)}]")


@pytest.mark.parametrize("address, reason, word", [
    ("erin@partner.example", "key-expired", "expired"),
    ("rolf@partner.example", "key-revoked", "revoked"),
    ("sigrid@partner.example", "key-not-for-encryption", "encrypt"),
])
def test_unusable_key_is_refused_with_its_reason(world, address, reason, word):
    mail = Mail([address], "[confidential] Offer")
    reply = world.send(mail)
    record = refused(world, mail, reply, reason)
    assert record["recipients"][0]["key"]["state"] == reason.removeprefix("key-")
    assert address in reply.text and word in reply.text


@pytest.mark.parametrize("address", ["ob@partner.example", "bob@partner.example.org", "bob@artner.example"])
def test_a_key_of_a_similar_address_is_not_used(world, address):
    mail = Mail([address], "[confidential] Offer")
    refused(world, mail, world.send(mail), "no-key")


@pytest.mark.parametrize("subject", ["[confidental] Offer", "[c0nfidential] Offer", "[confidential Offer",
                                     "=?utf-8?Q?[=D1=81onfidential]?= Offer"])
def test_near_miss_is_refused_with_a_question(world, subject):
    mail = Mail(["bob@partner.example"], subject)
    reply = world.send(mail)
    refused(world, mail, reply, "near-miss")
    assert "did you mean" in reply.text and "[confidential]" in reply.text


def test_one_recipient_without_a_key_stops_the_whole_mail(world):
    mail = Mail(["bob@partner.example", "zoe@yahoo.com"], "[confidential] Offer")
    reply = world.send(mail)
    record = refused(world, mail, reply, "no-key")
    assert results(record)["zoe@yahoo.com"] == ("reject", "no-key")
    assert "zoe@yahoo.com" in reply.text


def test_every_refused_recipient_is_named(world):
    mail = Mail(["zoe@yahoo.com", "erin@partner.example"], "[confidential] Offer", cc=["max@gmail.com"])
    reply = world.send(mail)
    refused(world, mail, reply)
    assert all(address in reply.text for address in mail.recipients)


def test_secret_in_clear_is_refused_even_with_a_key(world):
    mail = Mail(["bob@partner.example"], "[secret] Offer")
    refused(world, mail, world.send(mail), "not-encrypted")


def test_secret_to_an_unsecure_service_is_refused_even_encrypted(world):
    mail = pgp_mime(["zoe@yahoo.com"], "[secret] Offer", world.keys.encrypt(b"inner", world.keys.bob))
    refused(world, mail, world.send(mail), "tier")


def test_encrypted_to_somebody_else_is_refused(world):
    mail = pgp_mime(["bob@partner.example"], "[confidential] Offer", world.keys.encrypt(b"inner", world.keys.carol))
    refused(world, mail, world.send(mail), "not-addressed")


def test_a_hidden_recipient_alone_is_sealed(world):
    mail = Mail([], "[confidential] Offer", extra=["X-Note: nobody is visible"], bcc=["carol@partner.example"])
    delivery = sealed(world, mail, world.send(mail))
    assert delivery.recipients == ["carol@partner.example"]


def test_a_milder_tag_beside_a_stricter_one_changes_nothing(world):
    mail = Mail(["bob@yahoo.com"], "[public] [confidential] Offer", extra=["X-Classification: public"])
    record = refused(world, mail, world.send(mail), "no-key")
    assert record["classification"] == "confidential"
    assert {"tag": "public", "carrier": "subject"} in record["tags"]


def test_a_refusal_leaves_the_session_usable(world):
    no, yes = Mail(["bob@yahoo.com"], "[confidential] Offer"), Mail(["max@example.org"], "[internal] Minutes")
    with world.client() as client:
        assert client.send(no.sender, no.recipients, no.data()).code == 550
        unchanged(world, yes, client.send(yes.sender, yes.recipients, yes.data()))
