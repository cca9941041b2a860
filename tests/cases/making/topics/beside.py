"""Encrypted, and something readable beside it: what a careless user, a gateway or an insider leaves in clear."""
from making.mail import (BASE64, ENCRYPTED, SENTENCE, VERSION, Case, attachment, data, encrypted, in_base64, letter,
                         multipart, part, pgp_mime)
from making.openpgp import armor
from making.programs import GPG

SECRET = "The price is 42 million.\n"
LONG_SECRET = ("the price is 42 million; tell nobody before Monday, and sell all that "
               "we have of it until then at nine; the least is 38")
NAME = LONG_SECRET.replace(";", "")


def cases(world):
    block = armor(world.seal("bob alice"))
    text = part("text/plain; charset=utf-8", block)

    def case(fact, about, content, protection="pgp-partial", **more):
        return Case(f"beside/{fact}", protection, GPG, about, letter(content), **more)

    yield case("a-third-part", "A third part in multipart/encrypted; Apple Mail and others show it below the message.",
               encrypted(VERSION, data(block), part("text/plain", SECRET)),
               why="something beside it can be read: it does not have exactly two parts")
    yield case("a-part-in-front",
               "A text part in front of the version part: some programs show the first part they can.",
               encrypted(part("text/plain", SECRET), VERSION, data(block)))
    yield case("a-third-part-that-is-empty",
               """A third part with nothing in it. Nothing readable, but not the structure of RFC 3156 either: protected
               part by part, which is inline.""",
               encrypted(VERSION, data(block), part("text/plain", "\n")), "pgp-inline", to={"bob": "yes"})
    yield case("an-empty-part-with-a-name",
               """A third part with nothing in it but its name. Every program lists it among the attachments, whoever has the
               key or not: fifty of them are a letter.""",
               encrypted(VERSION, data(block),
                         part("text/plain", "\n", 'Content-Disposition: attachment; filename="the price is 42 million.txt"')))
    yield case("an-empty-part-with-a-description", "A third part with nothing in it but what its header calls it.",
               encrypted(VERSION, data(block), part("text/plain", "\n", "Content-Description: the price is 42 million")))
    yield case("a-link-to-a-body-elsewhere",
               """An external body (RFC 2046 section 5.2.3): programs that know the type fetch the letter, or show the link.""",
               encrypted(VERSION, data(block), part('message/external-body; access-type=URL;\n'
                                                    ' URL="https://example.org/the-letter.html"', "\n")))
    yield case("words-in-a-parameter-of-the-data-part", "A parameter that nobody knows, as long as a sentence.",
               encrypted(VERSION, part(f'application/octet-stream; name="encrypted.asc";\n note="{LONG_SECRET}"', block)))
    yield case("words-in-a-parameter-of-the-root", "The same in the header of the mail.",
               pgp_mime(block, content_type=f'{ENCRYPTED};\n note="{LONG_SECRET}"'))
    yield case("a-description-like-a-letter",
               """Content-Description says what a part is; some programs show it. A hundred and twenty characters are enough
               for that.""",
               encrypted(VERSION, data(block, f"Content-Description: {LONG_SECRET}, and more of it")))
    yield case("words-in-the-disposition",
               """RFC 2183 lets other parameters stand behind a disposition; a letter has room there.""",
               multipart("mixed", text, part('application/octet-stream; name="offer.pdf.pgp"',
                                             in_base64(world.seal("bob", "%PDF-1.7")), BASE64,
                                             'Content-Disposition: attachment; filename="offer.pdf.pgp";\n'
                                             f' comment="{LONG_SECRET}";\n subject="{LONG_SECRET}"')))
    yield case("a-name-like-a-letter",
               """The name of the data part is a letter. PGP/MIME hides the names of attachments, so that a program gives its
               parts short ones; whoever sends files encrypted one by one shows how they are called.""",
               encrypted(VERSION, part(f'application/octet-stream; name="{NAME}"', block,
                                       'Content-Disposition: inline;\n' + "".join(
                                           f' filename*{i}="{NAME}";\n' for i in range(3)) + ' filename*3=".asc"')),
               why="the header of a part is longer")
    yield case("words-in-the-preamble", "No program shows the preamble; whoever reads the wire reads it.",
               pgp_mime(block, before=SECRET), why="there is text around its parts")
    yield case("words-in-the-epilogue",
               "The same behind the last boundary, where a mailing list or a virus scanner writes.",
               pgp_mime(block, after=SECRET))
    yield case("words-behind-a-known-sentence",
               "The sentence of Enigmail is allowed in the preamble, whole lines of it alone. Here the line goes on.",
               pgp_mime(block, before=SENTENCE[:-1] + " about the price of 42 million\n"))
    yield case("a-known-sentence-and-another",
               """One line of the preamble is a sentence that mail programs write, the next is not.""",
               pgp_mime(block, before=SENTENCE + SECRET))
    yield case("empty-lines-around-the-parts", "White space and a known sentence around the parts tell nothing.",
               pgp_mime(block, before="\n\n" + SENTENCE + "\n", after="\n\n"), "pgp-mime", to={"bob": "yes"})
    yield case("words-in-the-version-part", "A letter behind the line Version: 1. No program shows it.",
               encrypted(VERSION + "\n" + SECRET, data(block)), why="its first part is not the version")
    yield case("a-field-more-in-the-version-part",
               """RFC 3156 lets other fields follow the version. Nobody writes any, and a field can hold a letter.""",
               encrypted(VERSION + "Comment: the price is 42 million\n", data(block)))
    yield case("words-as-version", "The version part says something else than 1.",
               encrypted(part("application/pgp-encrypted", "Version: 1 (the price is 42 million)\n"), data(block)))
    yield case("words-in-the-header-of-the-version-part",
               "A field that no program gives to a part, with a letter in it.",
               encrypted(part("application/pgp-encrypted", "Version: 1\n", "Comments: the price is 42 million"),
                         data(block)))
    yield case("words-in-the-header-of-the-data-part", "The same in the header of the second part.",
               encrypted(VERSION, data(block, "X-Note: the price is 42 million")))
    yield case("words-before-the-armor",
               """A sentence in the data part in front of the armor. gpg passes over it, and so the reader never sees
               what everybody else could.""", encrypted(VERSION, data(SECRET + block)))
    yield case("words-behind-the-armor", "A sentence in the data part behind the armor.",
               encrypted(VERSION, data(block + SECRET)))
    yield case("a-signature-below-inline-armor", "Inline PGP; the mail program has put the sender's footer below.",
               part("text/plain", block + "\n-- \nAlice, Example Ltd, direct line 42\n"))
    yield case("a-greeting-above-inline-armor", "Dear Bob, here it is: readable, and how often is that all?",
               part("text/plain", "Dear Bob,\n\n" + block))
    yield case("a-list-footer-below-inline-armor", "A mailing list appends its footer to a plain text mail.",
               part("text/plain", block + "_______________________________________________\nlist mailing list\n"))
    yield case("a-quoted-letter-below-inline-armor",
               "The answer is encrypted, the letter that it answers is quoted below in clear. The careless classic.",
               part("text/plain", block + "\nOn Monday Bob wrote:\n> The price is 42 million.\n"))
    yield case("a-clear-attachment", "Inline PGP encrypts the text; nobody has thought of the attachment.",
               multipart("mixed", text, attachment("offer.pdf", b"%PDF-1.7 the price is 42 million")))
    yield case("one-clear-attachment-of-three", "Two attachments are encrypted, the third is not.",
               multipart("mixed", text, attachment("a.pdf.pgp", world.seal("bob", "%PDF-1.7 a")),
                         attachment("b.pdf", b"%PDF-1.7 b"), attachment("c.pdf.pgp", world.seal("bob", "%PDF-1.7 c"))))
    yield case("a-clear-html-copy", "The text is encrypted, its HTML alternative is the letter itself.",
               multipart("alternative", text, part("text/html", "<p>The price is 42 million.</p>\n")))
    yield case("an-inline-picture", "multipart/related: the text is encrypted, a picture that belongs to it is not.",
               multipart("related", text, attachment("price.png", b"\x89PNG\r\n\x1a\n not really", "image/png")))
    yield case("an-invitation", "A calendar entry beside the encrypted text says when, where and with whom.",
               multipart("mixed", text, part("text/calendar; method=REQUEST",
                                             "BEGIN:VCALENDAR\nSUMMARY:The price is 42\nEND:VCALENDAR\n")))
    yield case("a-visiting-card", "A card appended to each mail: harmless words, but words.",
               multipart("mixed", text, attachment("alice.vcf", b"BEGIN:VCARD\nFN:Alice\nEND:VCARD\n", "text/x-vcard")))
    yield case("a-forwarded-mail",
               "An attached mail is PGP/MIME in itself; its header tells who wrote what about what.",
               multipart("mixed", text, part("message/rfc822", letter(
                   pgp_mime(block, content_type=ENCRYPTED.replace('"b"', '"c"'), boundary="c"),
                   subject="the price is 42"))))
    yield case("an-encrypted-file-under-a-clear-letter",
               """A letter in clear with an encrypted file. The file is safe, the letter is not.""",
               multipart("mixed", part("text/plain", SECRET), attachment("offer.pdf.gpg", world.seal("bob",
                                                                                                     "%PDF-1.7"))))
    yield case("a-key-beside-inline-armor",
               """The sender's certificate is attached to inline PGP. Public, but a part that is not encrypted:
               anything could stand in its user ids and comments.""",
               multipart("mixed", text, part('application/pgp-keys; name="alice.asc"', world.certificates["alice"])))
    yield case("a-clear-text-in-base64", "The readable attachment is in base64, as most are. Encoded is not encrypted.",
               multipart("mixed", text, part("text/plain; charset=utf-8", in_base64(SECRET), BASE64)))
    yield case("a-signed-block-behind-the-encrypted-one",
               "One part, two blocks of armor: the second is signed, and readable.",
               part("text/plain", block + world.gpg("--clearsign", "--local-user", world.fingerprints["alice"],
                                                    data=SECRET.encode()).decode()))
    yield case("a-stored-block-behind-the-encrypted-one",
               "One part, two blocks labelled PGP MESSAGE: the second is a literal packet in armor.",
               part("text/plain", block + armor(world.gpg("--store", data=SECRET.encode()))))
    yield case("one-encrypted-text-and-one-stored", "Two text parts, both armored, and only one of them encrypted.",
               multipart("mixed", text, part("text/plain", armor(world.gpg("--store", data=SECRET.encode())))))
