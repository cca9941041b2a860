"""Ordinary mail that has to do with encryption, and claims none."""
from making.mail import Case, attachment, letter, multipart, part
from making.openpgp import armor, noise
from making.programs import BY_HAND, GPG, TEXT


def cases(world):
    def case(fact, about, content, made_by=BY_HAND, **more):
        return Case(f"clear/{fact}", "none", made_by, about, letter(content, **more))

    text = part("text/plain", TEXT)
    yield case("a-letter", "A letter.", text)
    yield case("no-body", "A header, and nothing behind it.", "Content-Type: text/plain\n\n")
    yield case("a-letter-about-pgp", "Talk of PGP, .asc files and BEGIN PGP MESSAGE claims nothing.",
               part("text/plain",
                    "Send me encrypted.asc again; it has to begin with -----BEGIN PGP MESSAGE----- at once.\n"))
    yield case("a-subject-that-says-encrypted", "The Subject says so, the mail does not.", text,
               subject="[encrypted] PGP: the offer")
    yield case("fields-that-say-encrypted", "Fields of gateways and programs that say encrypted.",
               "X-PGP-Universal: processed\nX-Encrypted: yes\nEncrypted: PGP\nX-Enigmail-Version: 2.0\n" + text)
    yield case("an-attached-certificate", "A letter with the sender's certificate, as programs attach it.",
               multipart("mixed", text, part('application/pgp-keys; name="alice.asc"', world.certificates["alice"],
                                             'Content-Disposition: attachment; filename="alice.asc"')), GPG)
    yield case("a-certificate-in-the-text", "The certificate pasted below the letter.",
               part("text/plain", TEXT + "\n" + world.certificates["alice"]), GPG)
    yield case("an-attached-certificate-called-pgp", "The certificate in binary form, alice.pgp: a key, and no claim.",
               multipart("mixed", text, attachment("alice.pgp", world.gpg("--export", world.fingerprints["alice"]))),
               GPG)
    yield case("an-attached-signature-called-pgp",
               "A detached signature in binary form, offer.pdf.pgp, as old programs call it.",
               multipart("mixed", text, attachment("offer.pdf.pgp", world.gpg(
                   "--local-user", world.fingerprints["alice"], "--detach-sign", data=b"x"))), GPG)
    yield case("an-autocrypt-header", "Autocrypt carries the sender's key in the header of a clear mail.",
               "Autocrypt: addr=alice@example.org; prefer-encrypt=mutual; keydata=\n mDMEZ0KqYBYJKwYB\n" + text)
    yield case("an-encrypted-zip", "A ZIP with a password: nothing that can be judged here.",
               multipart("mixed", text, attachment("offer.zip", b"PK\x03\x04\x14\x00\x01\x00\x08\x00" + noise(120,
                                                                                                              "zip"),
                                                   "application/zip")))
    yield case("an-age-file", "age encrypts too, and is no mail standard.",
               multipart("mixed", text, attachment("offer.age", b"age-encryption.org/v1\n-> X25519 " + noise(90,
                                                                                                             "age"))))
    yield case("a-keybase-saltpack", "Saltpack's armor looks much like OpenPGP's.",
               part("text/plain",
                    "BEGIN SALTPACK ENCRYPTED MESSAGE. kiNJamlTJ29ZvW4.\nEND SALTPACK ENCRYPTED MESSAGE.\n"))
    yield case("a-reply-to-an-encrypted-mail",
               "Bob's program quotes the decrypted text in a clear reply: clear is clear.",
               part("text/plain", "Agreed.\n\n> -----BEGIN PGP MESSAGE-----\n> " + TEXT))
    yield case("a-private-key-of-tls", "PEM of another kind.",
               part("text/plain", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"))
    yield case("an-encrypted-message-as-a-picture",
               "Encrypted data under another type and name claim nothing, and count for nothing.",
               attachment("cat.jpg", world.seal("bob"), "image/jpeg"), GPG)
    yield case("armor-of-a-certificate-alone", "The mail is nothing but a certificate.",
               part("text/plain", armor(world.gpg("--export", world.fingerprints["alice"]),
                                        label="PGP PUBLIC KEY BLOCK")), GPG)
