"""What was sealed comes out as it went in: byte for byte, signatures still good, for gpg and for another OpenPGP program."""

import subprocess

import pytest
import sequoia
from expect import armor, sealed
from mails import Mail

BOB, CAROL = "bob@partner.example", "carol@partner.example"


def text(charset, encoding, body, **more):
    parameters = "".join(f"; {name}={value}" for name, value in more.items())
    return [f"Content-Type: text/plain; charset={charset}{parameters}", f"Content-Transfer-Encoding: {encoding}"], body


CALENDAR = b"""BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:1@example.org\r
DTSTART:20261201T090000Z\r\nSUMMARY:{marker}\r\nDESCRIPTION:a long line that goes on and on and is folded after seventy-fi\r
 ve octets\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"""
INNERMOST = b"From: Eve <eve@example.org>\r\nSubject: innermost\r\n\r\n{marker}\r\n.\r\n"
NESTED = (b"--o\r\nContent-Type: message/rfc822\r\n\r\nSubject: middle\r\nMIME-Version: 1.0\r\n"
          b"Content-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\nContent-Type: message/rfc822\r\n\r\n" + INNERMOST +
          b"\r\n--i\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n--i--\r\n\r\n--o--\r\n")

ENTITIES = {
    "latin-1": text("iso-8859-1", "8bit", "{marker} Grüße\r\n".encode("iso-8859-1")),
    "cyrillic": text("windows-1251", "8bit", "{marker} Привет\r\n".encode("windows-1251")),
    "utf-8": text("utf-8", "8bit", "{marker} Grüße, 秘密 🔑\r\n".encode()),
    "octets that are no text": text("utf-8", "8bit", b"{marker} \xff\xfe\x80\x01\x7f\r\n"),
    "quoted-printable": text("utf-8", "quoted-printable", b"{marker} Gr=C3=BC=C3=9Fe=20\r\na soft =\r\nbreak\r\n"),
    "longest lines": text("us-ascii", "7bit", b"{marker}\r\n" + b"x" * 998 + b"\r\n" + b" " * 998 + b"\r\n"),
    "flowed": text("us-ascii", "7bit", b"{marker} goes \r\non here.\r\n From the start\r\n>> quoted \r\n>> on\r\n-- \r\nAnn\r\n",
                   format="flowed", delsp="yes"),
    "no line end at the end": text("us-ascii", "7bit", b"{marker}\r\n\r\n\r\n  \r\nend"),
    "calendar": (['Content-Type: multipart/alternative; boundary="a"'],
                 b"--a\r\nContent-Type: text/html\r\n\r\n<p>{marker}</p>\r\n--a\r\n"
                 b"Content-Type: text/calendar; charset=utf-8; method=REQUEST\r\n\r\n" + CALENDAR + b"\r\n--a--\r\n"),
    "nested messages": (["Content-Type: multipart/mixed; boundary=o"], NESTED),
}


@pytest.mark.parametrize("name", ENTITIES)
def test_what_comes_out_is_what_went_in(world, name):
    content, body = ENTITIES[name]
    mail = Mail([BOB], "[confidential] Offer", content=content, text=body)
    delivery = sealed(world, mail, world.send(mail))
    expected = mail.entity() if body.endswith(b"\r\n") else mail.entity() + b"\r\n"  # SMTP ends each line
    assert world.keys.bob.decrypt(armor(delivery)) == expected


@pytest.fixture(params=["false", "true"], ids=["subject outside", "subject inside"])
def world_with_subjects(world, request):
    with world.gateway_with(policy=world.gateway.usual_policy(protect_subject=request.param)):
        yield world


@pytest.mark.parametrize("name", ["calendar", "nested messages"])
def test_what_is_no_plain_text_is_not_touched_for_the_subject(world_with_subjects, name):
    content, body = ENTITIES[name]
    mail = Mail([BOB], "[confidential] Offer", content=content, text=body)
    delivery = sealed(world_with_subjects, mail, world_with_subjects.send(mail))
    plain = world_with_subjects.keys.bob.decrypt(armor(delivery)).partition(b"\r\n\r\n")[2]
    if name == "calendar":  # an HTML part is for people, and shows them the subject too
        plain, expected = plain.partition(b"text/calendar")[2], mail.body().partition(b"text/calendar")[2]
    else:
        expected = mail.body()
    assert plain == expected and expected


SIGNED_PART = b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nGr\xc3\xbc\xc3\x9fe, {marker}  \r\n"


def signed_parts(delivery, reader):
    """The signed entity of a sealed multipart/signed with boundary "s", and the whole of it as a message."""
    plain = reader.decrypt(armor(delivery))
    assert plain.count(b"\r\n--s\r\n") == 2
    return plain.split(b"\r\n--s\r\n")[1], b"MIME-Version: 1.0\r\n" + plain


def multipart_signed(protocol, micalg, signed, signature):
    content = [f'Content-Type: multipart/signed; boundary=s; micalg={micalg}; protocol="{protocol}"']
    return content, b"\r\n--s\r\n" + signed + b"\r\n--s\r\n" + signature + b"\r\n--s--\r\n"


def test_a_pgp_signature_inside_still_verifies(world_with_subjects, tmp_path):
    world, mail = world_with_subjects, Mail([BOB], "[confidential] Offer")
    signed = SIGNED_PART.replace(b"{marker}", mail.marker.encode())
    signature = world.keys.carol.gpg("--armor", "--detach-sign", input=signed)
    mail.content, mail.text = multipart_signed("application/pgp-signature", "pgp-sha256", signed,
                                               b"Content-Type: application/pgp-signature\r\n\r\n" + signature.replace(b"\n", b"\r\n"))
    entity, _ = signed_parts(sealed(world, mail, world.send(mail)), world.keys.bob)
    (tmp_path / "signature").write_bytes(signature)
    world.keys.carol.gpg("--verify", tmp_path / "signature", "-", input=entity)
    with pytest.raises(RuntimeError, match="BAD signature"):
        world.keys.carol.gpg("--verify", tmp_path / "signature", "-", input=entity + b" ")


def openssl(*arguments, input=b""):
    return subprocess.run(["openssl", *map(str, arguments)], input=input, capture_output=True, check=True).stdout


def test_an_smime_signature_inside_still_verifies(world_with_subjects, tmp_path):
    world, mail = world_with_subjects, Mail([BOB], "[confidential] Offer")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-subj", "/CN=Ann", "-days", "30",
            "-addext", "keyUsage=digitalSignature", "-addext", "extendedKeyUsage=emailProtection")
    signed = SIGNED_PART.replace(b"{marker}", mail.marker.encode())
    signature = openssl("cms", "-sign", "-binary", "-signer", certificate, "-inkey", key, "-outform", "PEM", input=signed)
    base64 = b"".join(line + b"\r\n" for line in signature.splitlines() if not line.startswith(b"-"))
    mail.content, mail.text = multipart_signed("application/pkcs7-signature", "sha-256", signed,
                                               b"Content-Type: application/pkcs7-signature; name=smime.p7s\r\n"
                                               b"Content-Transfer-Encoding: base64\r\n\r\n" + base64)
    _, whole = signed_parts(sealed(world, mail, world.send(mail)), world.keys.bob)
    verify = ["cms", "-verify", "-CAfile", certificate, "-purpose", "any"]
    assert openssl(*verify, input=whole) == signed
    with pytest.raises(subprocess.CalledProcessError):
        openssl(*verify, input=whole.replace(mail.marker.encode(), mail.marker.encode()[::-1]))


def decrypt_with_sq(person, ciphertext, tmp_path):
    secret = tmp_path / "secret.pgp"
    secret.write_bytes(person.gpg("--export-secret-keys", person.fingerprint))
    return subprocess.run(sequoia.decrypting(secret), input=ciphertext, capture_output=True, check=True).stdout


@pytest.mark.parametrize("protect", ["false", "true"])
def test_another_program_reads_every_copy(world, tmp_path, protect):
    with world.gateway_with(policy=world.gateway.usual_policy(protect_subject=protect)):
        mail = Mail([BOB], "[confidential] Offer", bcc=[CAROL])
        assert world.send(mail).code == 250
        world.wait_until(lambda: len(world.arrived(mail)) == 2)
    for delivery in world.arrived(mail):
        reader = {BOB: world.keys.bob, CAROL: world.keys.carol}[delivery.recipients[0]]
        plain = reader.decrypt(armor(delivery))
        assert decrypt_with_sq(reader, armor(delivery), tmp_path) == plain
        assert mail.marker.encode() in plain
