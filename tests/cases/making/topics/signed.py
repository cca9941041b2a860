"""Signed, and not encrypted."""
from making.mail import Case, between, letter, multipart, part
from making.openpgp import armor
from making.programs import GPG, TEXT


def cases(world):
    alice = ["--local-user", world.fingerprints["alice"]]
    signature = armor(world.gpg(*alice, "--detach-sign", data=TEXT.encode()), label="PGP SIGNATURE")
    clear = world.gpg(*alice, "--clearsign", data=TEXT.encode()).decode()

    def signed(*parts, protocol='; protocol="application/pgp-signature"'):
        return f'Content-Type: multipart/signed; micalg=pgp-sha512{protocol};\n boundary="s"\n\n' + between(parts, "s")

    text = part("text/plain; charset=utf-8", TEXT)
    attached = part('application/pgp-signature; name="signature.asc"', signature,
                    "Content-Description: OpenPGP digital signature")

    def case(fact, protection, about, content):
        return Case(f"signed/{fact}", protection, GPG, about, letter(content))

    yield case("pgp-mime", "pgp-signed", "RFC 3156 section 5, as most programs sign.", signed(text, attached))
    yield case("pgp-mime-with-attachments", "pgp-signed", "What is signed is a multipart.",
               signed(multipart("mixed", text, part("application/pdf", "%PDF-1.7\n")), attached))
    yield case("clear-signed", "pgp-signed",
               """`gpg --clearsign` as the text: readable, signed, and of OpenPGP.""", part("text/plain", clear))
    yield case("clear-signed-about-armor", "pgp-signed",
               """A clear-signed text that quotes a block of armor, dash-escaped as it has to be. The armor is text.""",
               part("text/plain", world.gpg(*alice, "--clearsign", data=(
                   "Bob got this:\n" + armor(world.seal("bob"))).encode()).decode()))
    yield case("no-protocol", "none", "multipart/signed that does not say by what: not known to be OpenPGP.",
               signed(text, attached, protocol=""))
    yield case("by-s-mime", "none", "multipart/signed by S/MIME. There is no word for it but none.",
               signed(text, part("application/pkcs7-signature; name=smime.p7s", "MIAGCSqGSIb3DQEHAqCA\n",
                                 "Content-Transfer-Encoding: base64"),
                                 protocol='; protocol="application/pkcs7-signature"'))
    yield case("inside-a-mailing-list", "none",
               "A signed mail inside multipart/mixed with the list's footer: the mail as such is not signed any more.",
               multipart("mixed", signed(text, attached), part("text/plain", "_____\nlist mailing list\n")))
    yield case("a-signature-as-a-file", "none",
               "A letter with a detached signature of an attached file: nothing is claimed.",
               multipart("mixed", text, part('application/pgp-signature; name="offer.pdf.sig"', signature)))
