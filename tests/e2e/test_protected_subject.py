"""Header protection (RFC 9788): a sealed mail's Subject leaves inside the encryption only, and its reader gets it back."""

import base64
import email
import email.policy
import re

import pytest
from expect import armor, sealed
from leaks import says
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


NORTH, CHINESE, JAPANESE, RUSSIAN = "closing of the north office", "北方办公室将于冬季关闭", "北支店の閉鎖について", "закрытие северного офиса зимой"
# Label, codec and form of the Subject; raw: the octets as they are, in a mail whose text names that label.
SPELLED = [("us-ascii", "ascii", "raw", NORTH), ("utf-8", "utf-8", "b", NORTH), ("utf-7", "utf-7", "q", NORTH),
           ("utf-16le", "utf-16-le", "b", NORTH), ("gb_2312-80", "gbk", "b", CHINESE), ("chinese", "gbk", "q", CHINESE),
           ("x-x-big5", "gbk", "q", NORTH), ("x-sjis", "shift_jis", "b", JAPANESE), ("iso-2022-jp", "iso2022_jp", "b", JAPANESE),
           ("koi8-r", "koi8-r", "q", RUSSIAN), ("utf-8", "utf-8", "raw", CHINESE), ("gbk", "gbk", "raw", CHINESE),
           ("shift_jis", "shift_jis", "raw", JAPANESE), ("koi8-r", "koi8-r", "raw", RUSSIAN)]
WITH_SHIFTS = {"utf-7", "utf-16-le", "iso2022_jp"}  # no header can have them as they are


class Spelled(Mail):
    """A mail whose header says {phrase}, and {again}, in octets of their own."""

    def data(self):
        return super().data().replace(b"{phrase}", self.phrase).replace(b"{again}", self.again)


def spelled(label, codec, form, text):
    octets = text.encode(codec)
    if form == "raw":
        return octets
    word = base64.b64encode(octets).decode() if form == "b" else "".join(f"={octet:02X}" for octet in octets)
    return f"=?{label}?{form}?{word}?=".encode()


def repeating(words):
    """Fields that say so, as programs write them."""
    return [f"X-Short: {words}...", f"X-Copy: [{words}]", f"X-List: a, {words}, b", f'In-Reply-To: Your message of "{words}" <a@b.example>',
            f'Reply-To: "{words}" <ann@example.org>', f"References: {words} <c@b.example>\r\n <d@b.example>"]


@pytest.mark.parametrize("label, codec, form, text", SPELLED)
@pytest.mark.parametrize("again", ["as the Subject", "as octets", "in UTF-8", "as a word"])
def test_no_field_outside_says_the_subject(protecting, label, codec, form, text, again):
    written = {"as the Subject": spelled(label, codec, form, text), "as octets": text.encode(codec if codec not in WITH_SHIFTS else "utf-8"),
               "in UTF-8": text.encode(), "as a word": spelled("utf-8", "utf-8", "b", text)}[again]
    mail = Spelled([BOB], "[confidential] {phrase}", extra=[*repeating("{again}"), "X-Classification: confidential", "Sensitivity: Private"],
                   content=[f"Content-Type: text/plain; charset={label}", "Content-Transfer-Encoding: 8bit"])
    mail.phrase, mail.again = spelled(label, codec, form, text), written
    assert says(mail.data().partition(b"\r\n\r\n")[0], text), "else this test sees nothing"
    delivery = sealed(protecting, mail, protecting.send(mail))
    assert says(delivery.header(), text) is None
    assert says(delivery.header(), "confidential") is None
    assert not delivery.fields("X-Classification") and not delivery.fields("Sensitivity")
    assert delivery.field("In-Reply-To").split() == ["<a@b.example>"]
    assert delivery.field("References").split() == ["<c@b.example>", "<d@b.example>"]
    assert delivery.field("Reply-To").strip() == "ann@example.org"
    inside = protecting.keys.bob.decrypt(armor(delivery)).partition(b"\r\n\r\n")[0]
    unfolded = re.sub(rb"\r\n(?=[ \t])", b"", inside)
    for line in [b"Subject: [confidential] " + mail.phrase, b"X-Classification: confidential", b"Sensitivity: Private",
                 *(line.encode().replace(b"{again}", written).replace(b"\r\n", b"") for line in repeating("{again}"))]:
        assert line in unfolded, line


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
