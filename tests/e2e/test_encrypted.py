"""Mail that the sender's own program encrypted: what passes, with which word in the log, and what explain shows of it."""

import base64

import pytest
from expect import refused, results, sealed, unchanged
from mails import Mail, exchange_mangled, pgp_mime

BOB = "bob@partner.example"


@pytest.fixture(name="for_bob")
def ciphertext_for_bob(world):
    return world.keys.encrypt(b"inner", world.keys.bob)


@pytest.mark.parametrize("build", [pgp_mime, exchange_mangled])
def test_mail_encrypted_to_its_recipient_passes_byte_for_byte(world, for_bob, build):
    mail = build([BOB], "[secret] Offer", for_bob)
    unchanged(world, mail, world.send(mail))
    record = world.record(mail)
    assert results(record) == {BOB: ("deliver", "already-encrypted")}
    assert record["protection"] == "pgp-mime" and record["foreign_keys"] == []


def hidden_from_all(keys):
    """As Delta Chat sends it: everybody's key id hidden, and AES-128, whose session keys leave the zeros near to each other."""
    to = [argument for person in (keys.bob, keys.carol) for argument in ("--hidden-recipient-file", person.certificate)]
    armor = keys.bob.gpg("--armor", "--trust-model", "always", "--cipher-algo", "AES128", *to, "--encrypt", input=b"inner")
    return pgp_mime([BOB], "[secret] Offer", armor)


def pasted_into_a_composer(keys):
    block = keys.encrypt(b"inner", keys.bob).replace(b"\n", b"\r\n")
    return Mail([BOB], "[secret] Offer", content=["Content-Type: multipart/alternative; boundary=b"],
                text=b"--b\r\nContent-Type: text/plain\r\n\r\n" + block + b"\r\n--b\r\nContent-Type: text/html\r\n\r\n<div dir=\"ltr\">" +
                     block.replace(b"\r\n", b"<br>\r\n") + b"</div>\r\n--b--\r\n")


def armored_file_in_base64(keys):
    block = keys.encrypt(bytes(range(256)) * 400, keys.bob)
    return Mail([BOB], "[secret] Offer", content=["Content-Type: application/octet-stream; name=report.pdf.pgp",
                                                  "Content-Transfer-Encoding: base64"],
                text=base64.encodebytes(block).replace(b"\n", b"\r\n"))


@pytest.mark.parametrize("build, reason", [(hidden_from_all, ("warn", "unverifiable")), (pasted_into_a_composer, ("deliver", "already-encrypted")),
                                           (armored_file_in_base64, ("deliver", "already-encrypted"))])
def test_mail_as_programs_encrypt_it_is_believed(world, build, reason):
    mail = build(world.keys)
    unchanged(world, mail, world.send(mail))
    assert results(world.record(mail)) == {BOB: reason}


def test_a_passphrase_is_a_reason_of_its_own(world):
    armor = world.keys.bob.gpg("--armor", "--pinentry-mode", "loopback", "--passphrase", "x", "--symmetric", input=b"inner")
    mail = pgp_mime([BOB], "[secret] Offer", armor)
    unchanged(world, mail, world.send(mail))
    assert results(world.record(mail)) == {BOB: ("warn", "passphrase-only")}
    with world.gateway_with(policy=world.gateway.usual_policy(unverifiable="reject")):
        mail = pgp_mime([BOB], "[secret] Offer", armor)
        reply = world.send(mail)
    assert "passphrase" in reply.text
    refused(world, mail, reply, "passphrase-only")


def test_a_key_of_nobody_known_is_in_the_log(world):
    stranger = world.keys.make("stranger@elsewhere.example")
    mail = pgp_mime([BOB], "[secret] Offer", world.keys.encrypt(b"inner", world.keys.bob, stranger))
    unchanged(world, mail, world.send(mail))
    assert world.record(mail)["foreign_keys"] == [stranger.encryption_key_id()]


def test_a_subject_in_clear_earns_a_warning_where_the_policy_says_so(world, for_bob):
    policy = world.gateway.usual_policy(accept_smime="true\n  clear_subject: warn")
    with world.gateway_with(policy=policy):
        telling = pgp_mime([BOB], "[secret] Offer", for_bob)
        silent = pgp_mime([BOB], "...", for_bob, extra=["X-Classification: secret"])
        for mail in (telling, silent):
            unchanged(world, mail, world.send(mail))
    assert results(world.record(telling)) == {BOB: ("warn", "subject-in-clear")}
    assert results(world.record(silent)) == {BOB: ("deliver", "already-encrypted")}


def test_explain_shows_the_parts_and_their_packets(world, for_bob, tmp_path):
    file = tmp_path / "m.eml"
    file.write_bytes(exchange_mangled([BOB], "[secret] Offer", for_bob).data())
    key_id = world.keys.bob.encryption_key_id()
    parts = world.gateway.explain(file, "ann@example.org", [BOB])["parts"]
    assert [(part["path"], part["type"], part["verdict"]) for part in parts] == [
        ("0", "multipart/mixed", ""), ("1", "text/plain", "empty"),
        ("2", "application/pgp-encrypted", "the version of PGP/MIME"), ("3", "application/octet-stream", "encrypted")]
    assert parts[3]["packets"][0] == f"PKESK version 3 for key {key_id}, ECDH"
    shown = world.gateway.run("explain", "--to", BOB, str(file)).stdout
    assert f"PKESK version 3 for key {key_id}" in shown and "encrypted.asc" not in shown


def test_an_attachment_in_clear_beside_the_ciphertext_is_shown_and_sealed_with_it(world, for_bob, tmp_path):
    block = for_bob.replace(b"\n", b"\r\n")
    mail = Mail([BOB], "[confidential] Offer", content=["Content-Type: multipart/mixed; boundary=b"],
                text=b"--b\r\n\r\n" + block + b"\r\n--b\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64"
                     b"\r\n\r\n" + base64.b64encode(b"the price") + b"\r\n--b--\r\n{marker}\r\n")
    file = tmp_path / "m.eml"
    file.write_bytes(mail.data())
    parts = world.gateway.explain(file, mail.sender, mail.recipients)["parts"]
    assert [part["verdict"] for part in parts] == ["readable text behind its parts", "encrypted", "readable"]
    sealed(world, mail, world.send(mail))
