"""Confidential mail to people with a key leaves encrypted, and only they can read it."""

import subprocess
import time
from pathlib import Path

import pytest
import sequoia
from expect import armor, results, sealed, unchanged
from mails import Mail, pgp_mime, with_attachment

CERTIFICATES = Path(__file__).resolve().parent.parent / "certificates"

LONG_LINES = Mail(["bob@partner.example"], "[confidential] lines",
                  text=b"{marker}\r\n\r\n" + b"x" * 900 + b"\r\ntrailing blanks  \t\r\n\r\n\r\n")
EIGHT_BIT = Mail(["bob@partner.example"], "[vertraulich] Angebot",
                 content=["Content-Type: text/plain;\r\n charset=utf-8", "content-transfer-encoding:8bit"],
                 text="{marker} Grüße, 秘密\r\n".encode())
EMPTY = Mail(["bob@partner.example"], "[confidential] nothing", text=b"")


@pytest.mark.parametrize("mail", [
    pytest.param(Mail(["bob@partner.example"], "[confidential] Offer"), id="plain text"),
    pytest.param(with_attachment(["bob@partner.example"], "[Confidential] Offer"), id="attachment"),
    pytest.param(LONG_LINES, id="long lines"),
    pytest.param(EIGHT_BIT, id="8-bit text"),
    pytest.param(EMPTY, id="empty body"),
])
def test_sealed_mail_decrypts_to_the_original_entity(world, mail):
    delivery = sealed(world, mail, world.send(mail))
    assert world.keys.bob.decrypt(armor(delivery)) == mail.entity()
    assert delivery.recipients == ["bob@partner.example"]


def test_sealed_mail_keeps_its_header_and_is_7_bit(world):
    mail = Mail(["Bob <bob@partner.example>"], "[confidential] Offer", extra=["X-Mailer: kite 1.0", "References: <a@b>"])
    delivery = sealed(world, mail, send_to(world, mail, ["bob@partner.example"]))
    for name in ("From", "To", "Date", "Message-ID", "References"):
        assert delivery.field(name) == field_of(mail, name)
    assert all(octet < 128 and octet for octet in delivery.data)
    assert delivery.body().startswith(b"--") or b"\r\n--" in delivery.body()
    assert b"Version: 1\r\n" in delivery.body()


def test_record_of_a_sealed_mail_names_the_key(world):
    mail = Mail(["bob@partner.example"], "[confidential] Offer")
    sealed(world, mail, world.send(mail))
    record = world.record(mail)
    assert (record["outcome"], record["classification"], record["protection"]) == ("seal", "confidential", "none")
    recipient, = record["recipients"]
    assert (recipient["tier"], recipient["action"]) == ("secure", "encrypt")
    assert recipient["key"] == {"state": "usable", "fingerprint": world.keys.bob.fingerprint, "source": "own",
                                "standing": "own"}
    assert results(record) == {"bob@partner.example": ("seal", "sealed")}


def test_one_ciphertext_serves_two_recipients(world):
    mail = Mail(["bob@partner.example"], "[confidential] Offer", cc=["carol@partner.example"])
    delivery = sealed(world, mail, world.send(mail))
    assert world.keys.bob.decrypt(armor(delivery)) == world.keys.carol.decrypt(armor(delivery)) == mail.entity()
    assert not world.keys.dave.can_read(armor(delivery))


def test_header_carriers_are_read_too(world):
    for field in ("X-Classification: confidential", "Sensitivity: Company-Confidential"):
        mail = Mail(["bob@partner.example"], "Offer", extra=[field])
        sealed(world, mail, world.send(mail))


def test_recipient_address_ignores_case(world):
    mail = Mail(["Bob@Partner.Example"], "[confidential] Offer")
    delivery = sealed(world, mail, world.send(mail))
    assert world.keys.bob.decrypt(armor(delivery)) == mail.entity()


def test_mail_already_encrypted_to_its_recipient_passes(world):
    mail = pgp_mime(["bob@partner.example"], "[confidential] Offer", world.keys.encrypt(b"inner", world.keys.bob))
    unchanged(world, mail, world.send(mail))
    record = world.record(mail)
    assert record["protection"] == "pgp-mime"
    assert results(record) == {"bob@partner.example": ("deliver", "already-encrypted")}


def test_secret_mail_encrypted_by_its_sender_passes(world):
    mail = pgp_mime(["bob@partner.example"], "[secret] Offer", world.keys.encrypt(b"inner", world.keys.bob))
    unchanged(world, mail, world.send(mail))


def test_organisation_key_can_read_where_the_policy_says_so(world):
    organisation = world.keys.make("escrow@example.org")
    assert world.gateway.run("keys", "import", str(organisation.certificate)).returncode == 0
    mail = Mail(["bob@partner.example"], "[confidential] Offer")
    with world.gateway_with(policy=world.gateway.usual_policy(always_to="[escrow@example.org]")):
        delivery = sealed(world, mail, world.send(mail))
        assert "always encrypted to, too: escrow@example.org" in world.gateway.run("check").stdout
        refusal = world.send(Mail(["bob@yahoo.com"], "[confidential] Offer"))
    assert "What is encrypted here can also be read by escrow@example.org." in refusal.text
    assert world.record(mail)["further_readers"] == [organisation.fingerprint]
    assert organisation.decrypt(armor(delivery)) == world.keys.bob.decrypt(armor(delivery)) == mail.entity()


def test_the_sender_can_read_where_the_policy_says_so(world):
    ann = world.keys.make("ann@example.org")
    world.gateway.run("keys", "import", str(ann.certificate)).check_returncode()
    with world.gateway_with(policy=world.gateway.usual_policy(accept_smime="true\n  to_sender: true")):
        mail = Mail(["bob@partner.example"], "[confidential] Offer")
        delivery = sealed(world, mail, world.send(mail))
    assert ann.decrypt(armor(delivery)) == world.keys.bob.decrypt(armor(delivery)) == mail.entity()
    assert world.record(mail)["further_readers"] == [ann.fingerprint]
    world.gateway.run("keys", "remove", ann.fingerprint).check_returncode()


def test_a_key_imported_while_the_gateway_runs_is_used(world):
    mail = Mail(["late@partner.example"], "[confidential] Offer")
    assert world.send(mail).code == 550
    late = world.keys.make("late@partner.example")
    assert world.gateway.run("keys", "import", str(late.certificate)).returncode == 0
    time.sleep(1)
    again = Mail(["late@partner.example"], "[confidential] Offer")
    assert late.decrypt(armor(sealed(world, again, world.send(again)))) == again.entity()


def test_a_renewed_key_disturbs_nobody_and_is_used(world, tmp_path):
    nora = world.keys.make("nora@partner.example")

    def key_id_of_a_sealed_mail():
        mail = Mail(["nora@partner.example"], "[confidential] Offer")
        delivery = sealed(world, mail, world.send(mail))
        assert nora.decrypt(armor(delivery)) == mail.entity()
        file = tmp_path / "delivered.eml"
        file.write_bytes(delivery.data)
        packets = world.gateway.explain(file, "ann@example.org", ["nora@partner.example"])["parts"][-1]["packets"]
        return packets[0].split()[5].rstrip(",")

    world.gateway.run("keys", "import", str(nora.certificate)).check_returncode()
    time.sleep(1)
    old = nora.encryption_key_id()
    assert key_id_of_a_sealed_mail() == old
    time.sleep(1)  # gpg takes the newer of two keys, by the second
    nora.renew()
    world.gateway.run("keys", "import", str(nora.certificate)).check_returncode()
    time.sleep(1)
    assert key_id_of_a_sealed_mail() == nora.encryption_key_id() != old


def send_to(world, mail, envelope):
    with world.client() as client:
        return client.send(mail.sender, envelope, mail.data())


def field_of(mail, name):
    wanted = name.lower().encode() + b":"
    line = next(line for line in mail.data().split(b"\r\n") if line.lower().startswith(wanted))
    return line[len(wanted):].strip().decode()


def read_by_sequoia(ciphertext, secret_key):
    run = subprocess.run(sequoia.decrypting(secret_key), input=ciphertext, capture_output=True, timeout=60)
    assert run.returncode == 0, run.stderr.decode(errors="replace")
    return run.stdout


def test_one_recipient_without_preferences_weakens_no_cipher(world):
    """gpg would take 3DES for all of them, which Sequoia refuses to read."""
    holders = {"no-prefs": "noprefs@partner.example", "js-default": "js-default@partner.example", "sq": "sq@partner.example"}
    mail = Mail(["bob@partner.example", *holders.values()], "[confidential] Offer")
    with world.keys_imported(*(CERTIFICATES / f"{name}.asc" for name in holders)):
        delivery = sealed(world, mail, world.send(mail))
    assert b"DECRYPTION_INFO 2 9" in world.keys.bob.gpg("--status-fd", "1", "--decrypt", input=armor(delivery))
    for name in holders:
        assert read_by_sequoia(armor(delivery), CERTIFICATES / "secret" / f"{name}.asc") == mail.entity()


def test_two_recipients_who_share_a_subkey_get_the_mail(world):
    mail = Mail(["adopt-old@partner.example", "adopt-new@partner.example"], "[confidential] Offer", cc=["bob@partner.example"])
    with world.keys_imported(CERTIFICATES / "adopt-old.asc", CERTIFICATES / "adopt-new.asc"):
        delivery = sealed(world, mail, world.send(mail))
    assert world.keys.bob.decrypt(armor(delivery)) == mail.entity()
    assert sorted(delivery.recipients) == sorted(mail.recipients)
