"""Claims to be encrypted, by its type, its armor or its file names, and nothing in it is."""
from making.mail import (ENCRYPTED, VERSION, Case, attachment, data, encrypted, in_base64, letter, multipart, part,
                         pgp_mime)
from making.openpgp import armor, spelled_out
from making.programs import BY_HAND, GPG, TEXT


def cases(world):
    block = armor(world.seal("bob"))
    stored = armor(world.gpg("--store", data=TEXT.encode()))
    signed = armor(world.gpg("--local-user", world.fingerprints["alice"], "--sign", data=TEXT.encode()))

    def case(fact, about, content, made_by=BY_HAND, **more):
        return Case(f"fake/{fact}", "pgp-fake", made_by, about, letter(content), **more)

    yield case("a-letter-as-data", "The structure of PGP/MIME, and the letter itself as the data.", pgp_mime(TEXT),
               why="says it is encrypted (multipart/encrypted) and is not")
    yield case("no-data", "The data part is empty: a program has failed half-way.", pgp_mime(""))
    yield case("the-version-part-alone", "multipart/encrypted with its first part only.", encrypted(VERSION))
    yield case("no-parts", "multipart/encrypted on the label; the body is a letter.",
               f"Content-Type: {ENCRYPTED}\n\n{TEXT}")
    yield case("no-body", "multipart/encrypted on the label, and no body at all.", f"Content-Type: {ENCRYPTED}\n\n")
    yield case("letters-for-digits", "The armor is in order, and between its lines stands the letter.",
               pgp_mime("-----BEGIN PGP MESSAGE-----\n\n" + TEXT + "-----END PGP MESSAGE-----\n"))
    yield case("half-the-armor", "PGP/MIME cut off in the middle of the armor.",
               pgp_mime(block[: len(block) // 2] + "\n"), GPG)
    yield case("a-html-page-as-data", "The second part is a web page.", encrypted(VERSION, part("text/html",
                                                                                                "<p>42</p>\n")))
    yield case("a-certificate-as-data", "Alice has attached her key where the message should be.",
               pgp_mime(world.certificates["alice"]), GPG)
    yield case("a-clear-signed-text-as-data", "A clear-signed letter in the second part.",
               pgp_mime(world.gpg("--clearsign", "--local-user", world.fingerprints["alice"],
                                  data=TEXT.encode()).decode()), GPG)
    yield case("stored-text-inline",
               "`gpg --store --armor`: labelled PGP MESSAGE, and readable by gpg -d without any key.",
               part("text/plain", stored), GPG, why="looks encrypted (OpenPGP) and is not: plain data, not encrypted")
    yield case("signed-text-inline",
               "`gpg --sign --armor`: the old way to sign. Labelled PGP MESSAGE, and readable by anybody.",
               part("text/plain", signed), GPG, why="signed, not encrypted")
    yield case("a-letter-with-stored-text", "A greeting, then armor that is not encrypted.",
               part("text/plain", "Dear Bob,\n\n" + stored), GPG)
    yield case("stored-text-as-an-attachment", "A letter, and an attachment in armor that is not encrypted.",
               multipart("mixed", part("text/plain", "see attachment\n"),
                         part('application/octet-stream; name="offer.asc"', stored)),
               GPG)
    yield case("a-letter-called-pgp-encrypted", "application/pgp-encrypted as the type of a plain letter.",
               part("application/pgp-encrypted", TEXT))
    yield case("a-letter-called-application-pgp", "application/pgp; x-action=encrypt as the type of a plain letter.",
               part("application/pgp; x-action=encrypt; format=text", TEXT))
    yield case("a-letter-called-encrypted-asc",
               "An attachment of the name that every program gives to ciphertext: a letter.",
               multipart("mixed", part("text/plain", "\n"), part('application/octet-stream; name="encrypted.asc"',
                                                                 TEXT)))
    yield case("a-pdf-called-pgp", "offer.pdf.pgp is the PDF under another name: a careless or a sly rename.",
               multipart("mixed", part("text/plain", "The offer, encrypted.\n"),
                         attachment("offer.pdf.pgp",
                                    b"%PDF-1.7\nThe price is 42 million. Tell nobody before Monday.\n%%EOF\n")))
    yield case("a-literal-called-gpg", "offer.gpg is a literal packet: `gpg --store` again.",
               multipart("mixed", part("text/plain", "\n"), attachment("offer.gpg", world.gpg("--store",
                                                                                              data=TEXT.encode()))),
               GPG)
    yield case("half-a-file", "An encrypted file that lost its end: not what it claims, and of no use to Bob.",
               multipart("mixed", part("text/plain", "\n"), attachment("offer.pgp", world.seal("bob")[:-20])), GPG)
    yield case("a-file-whose-digits-spell-a-letter",
               "A forged encrypted file: octets like noise, and a letter to be read in its base64 on the wire.",
               multipart("mixed", part("text/plain", "\n"), attachment("offer.pgp", spelled_out(world.seal("bob")))))
    yield case("stored-text-inside-pgpexch", "PGP Desktop's form, both parts unencrypted.",
               multipart("mixed", part("text/plain", stored), part('application/octet-stream; name="PGPexch.htm.asc"',
                                                                   stored)),
               GPG)
    yield case("a-fake-with-a-known-sentence",
               "Everything a reader could look at says OpenPGP; the data are base64 of a letter.",
               encrypted(VERSION,
                         data("-----BEGIN PGP MESSAGE-----\n\n" + in_base64(TEXT) + "-----END PGP MESSAGE-----\n",
                                       "Content-Description: OpenPGP encrypted message"),
                         before="This is an OpenPGP/MIME encrypted message (RFC 4880 and 3156)\n"))
