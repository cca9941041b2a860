"""Header protection (RFC 9788): a sealed mail's Subject leaves inside the encryption only, and its reader gets it back."""

import email
import email.policy

import pytest
from expect import armor, sealed
from mails import Mail, with_attachment

BOB = "bob@partner.example"
SIGNED = b"--b\r\nContent-Type: text/plain\r\n\r\n{marker} signed  \r\n--b\r\nContent-Type: application/pgp-signature\r\n\r\nx\r\n--b--\r\n"


@pytest.fixture(name="protecting")
def world_with_protected_subjects(world):
    with world.gateway_with(policy=world.gateway.usual_policy(protect_subject="true")):
        yield world


def opened(world, delivery):
    """The decrypted entity, parsed."""
    return email.message_from_bytes(world.keys.bob.decrypt(armor(delivery)), policy=email.policy.default)


def test_the_subject_is_inside_only(protecting):
    mail = Mail([BOB], "[confidential] Kiteprice", cc=["dave@riseup.net"],
                extra=["Keywords: kiteprice", "Comments: kiteprice", "Thread-Topic: Kiteprice"])
    delivery = sealed(protecting, mail, protecting.send(mail))
    assert delivery.field("Subject").strip() == "[...]"
    assert b"kiteprice" not in delivery.data.lower() and b"confidential" not in delivery.data.lower()
    inner = opened(protecting, delivery)
    assert inner["Subject"] == "[confidential] Kiteprice"
    assert inner["Keywords"] == inner["Comments"] == "kiteprice"
    content_type = inner["Content-Type"].params
    assert content_type["hp"] == "cipher" and content_type["protected-headers"] == "v1"
    assert inner.get_content().startswith("Subject: [confidential] Kiteprice\r\n\r\n")


def test_a_name_that_says_a_tag_is_inside_only(protecting):
    mail = Mail([BOB], "[confidential] Offer", extra=['Reply-To: "Confidential, Legal" <ann@example.org>'])
    delivery = sealed(protecting, mail, protecting.send(mail))
    assert delivery.field("Reply-To").strip() == "ann@example.org"
    assert b"confidential" not in delivery.data.lower()
    assert opened(protecting, delivery)["Reply-To"] == '"Confidential, Legal" <ann@example.org>'


def test_outer_fields_are_told_inside(protecting):
    mail = Mail([BOB], "[confidential] Offer")
    delivery = sealed(protecting, mail, protecting.send(mail))
    inner = opened(protecting, delivery)
    told = dict(value.split(": ", 1) for value in inner.get_all("HP-Outer"))
    assert told.pop("Subject") == "[...]"
    assert {"From", "To", "Message-ID"} <= set(told)
    for name, value in told.items():
        assert delivery.field(name).strip() == value == inner[name]


def test_what_has_no_plain_text_comes_out_byte_for_byte(protecting):
    mail = Mail([BOB], "[confidential] Offer", content=["Content-Type: multipart/signed; boundary=b"], text=SIGNED)
    delivery = sealed(protecting, mail, protecting.send(mail))
    plain = protecting.keys.bob.decrypt(armor(delivery))
    assert plain.partition(b"\r\n\r\n")[2] == mail.body()


def test_an_attachment_is_not_changed(protecting):
    mail = with_attachment([BOB], "[confidential] Offer")
    delivery = sealed(protecting, mail, protecting.send(mail))
    plain = protecting.keys.bob.decrypt(armor(delivery))
    text, attachment = opened(protecting, delivery).iter_parts()
    assert text.get_content().startswith("Subject: [confidential] Offer\r\n\r\n")
    assert attachment.get_content() == bytes(range(10))
    assert plain.endswith(b"\r\n--=_part 1--\r\nepilogue\r\n")


def test_signatures_that_sealing_breaks_are_dropped(protecting):
    signatures = ["DKIM-Signature: v=1; a=rsa-sha256; d=example.org; b=x", "ARC-Seal: i=1; a=rsa-sha256; b=x",
                  "ARC-Message-Signature: i=1; b=x", "ARC-Authentication-Results: i=1; x"]
    mail = Mail([BOB], "[confidential] Offer", extra=signatures + ["X-Mailer: kite 1.0"])
    delivery = sealed(protecting, mail, protecting.send(mail))
    assert delivery.field("X-Mailer").strip() == "kite 1.0"
    for line in signatures:
        assert not delivery.fields(line.partition(":")[0])
