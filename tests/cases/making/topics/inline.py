"""Inline PGP: every leaf an encrypted message by itself."""
from making.mail import BASE64, QUOTED, Case, attachment, in_base64, letter, multipart, part, quoted_printable
from making.openpgp import armor, digits
from making.programs import GPG


def cases(world):
    bob = world.seal("bob alice")
    block = armor(bob)
    text = part("text/plain", block)
    yes = {"bob": "yes"}

    def case(fact, protection, about, content, to=None, **more):
        return Case(f"inline/{fact}", protection, GPG, about, letter(content), to or {}, **more)

    yield case("armor-as-the-text", "pgp-inline", "The body is one block of armor.", text, yes,
               why="every part is encrypted by itself")
    yield case("without-any-mime", "pgp-inline", "gpg | mail: no Content-Type, so it is text/plain.", "\n" + block, yes)
    yield case("white-space-around-the-armor", "pgp-inline", "Empty lines and blanks around the block tell nothing.",
               part("text/plain", "\n\n  \n" + block + "\n\t\n\n"), yes)
    yield case("armor-in-quoted-printable", "pgp-inline", "The = of padding and checksum is =3D on the wire.",
               part("text/plain; charset=utf-8", quoted_printable(block), QUOTED), yes)
    yield case("armor-in-base64", "pgp-inline",
               """A program that encodes every text in base64. Nothing on the wire says PGP, but decoded the whole text
               is an encrypted message: refusing it where the policy asks for encryption by the sender would be
               wrong.""",
               part("text/plain; charset=utf-8", in_base64(block), BASE64), yes)
    yield case("armor-as-the-html", "pgp-inline",
               "A web form's mailer calls everything text/html. The part holds the armor and no markup at all.",
               part("text/html; charset=UTF-8", "\n" + block), yes)
    yield case("armor-as-both-alternatives", "pgp-inline", "multipart/alternative; both forms are the same armor.",
               multipart("alternative", text, part("text/html", block)), yes)
    yield case("an-encrypted-attachment", "pgp-inline", "Text as armor, the file binary with .gpg at its name.",
               multipart("mixed", text, attachment("offer.pdf.gpg", world.seal("bob", "%PDF-1.7"))), yes)
    yield case("an-armored-attachment", "pgp-inline", "Text as armor, the file as armor with .asc at its name.",
               multipart("mixed", text, part('application/octet-stream; name="offer.pdf.asc"',
                                             armor(world.seal("bob", "%PDF-1.7")))), yes)
    yield case("an-armored-attachment-called-text", "pgp-inline",
               "The armored file goes out as text/plain with any name: it is one encrypted message and no more.",
               multipart("mixed", text, part('text/plain; name="offer.txt"', armor(world.seal("bob", "the offer")))),
               yes)
    def file(*fields, content_type="application/octet-stream"):
        return multipart("mixed", text, part(content_type, in_base64(world.seal("bob", "%PDF-1.7")), BASE64, *fields))

    yield case("a-file-of-another-type", "pgp-inline",
               "A desktop's list of file types calls the encrypted file application/x-gpg.",
               file('Content-Disposition: attachment; filename="offer.pdf.gpg"',
                    content_type='application/x-gpg; name="offer.pdf.gpg"'), yes)
    yield case("a-file-name-by-rfc-2231", "pgp-inline",
               "Charset, language and percent signs: how RFC 2231 writes a name that is not ASCII, here in two pieces.",
               file("Content-Disposition: attachment; filename*0*=UTF-8''k%C3%BCndigung;\n filename*1*=.pdf%2Egpg"), yes)
    yield case("a-file-name-in-encoded-words", "pgp-inline",
               "RFC 2047 forbids encoded words here, and Outlook writes them.",
               file('Content-Disposition: attachment;\n filename="=?UTF-8?Q?k=C3=BCndigung=2Epdf=2Egpg?="'), yes)
    yield case("a-file-with-fields-of-apple-and-eudora", "pgp-inline",
               "Old programs say a file's mode, size and digest in its header.",
               file('Content-Disposition: attachment; filename="offer.pdf.gpg"', "X-Unix-Mode: 0644",
                    "Content-Length: 432", "Content-MD5: Q2hlY2sgSW50ZWdyaXR5IQ=="), yes)
    yield case("armor-in-base64-behind-a-line", "pgp-partial",
               "A line above the armor, all of it in base64: the begin line begins at another digit.",
               part("text/plain; charset=utf-8", in_base64("Hello\n" + block), BASE64))
    yield case("an-encrypted-file-alone", "pgp-inline", "No text at all; the mail is the encrypted file.",
               attachment("offer.pdf.pgp", bob), yes)
    yield case("an-encrypted-file-under-an-empty-text", "pgp-inline",
               "The usual way to send a file: nothing in the text.",
               multipart("mixed", part("text/plain", "\n"), attachment("offer.pdf.pgp", bob)), yes)
    yield case("a-binary-file-by-its-type", "pgp-inline",
               "application/pgp-encrypted says what it is, whatever its name.",
               attachment("offer.bin", bob, "application/pgp-encrypted"), yes)
    yield case("a-binary-file-under-another-name", "pgp-partial",
               """The attachment is an encrypted message, and is called offer.dat: nobody would look for OpenPGP in it,
               and nothing says that it is meant so. The safe side.""",
               multipart("mixed", text, attachment("offer.dat", bob)))
    yield case("a-binary-file-called-a-picture", "pgp-inline",
               """FlowCrypt encrypts a file, puts .pgp behind its name and leaves it the type that it had. A program may try
               to show it as a picture: it is one encrypted message to the last octet, so there is none to be seen.""",
               multipart("mixed", text, attachment("offer.png.pgp", bob, "image/png")), yes)
    yield case("a-picture-called-encrypted", "pgp-partial",
               """The name says that the picture is encrypted, its type that it is a picture. It is a picture.""",
               multipart("mixed", text, attachment("offer.png.pgp", b"\x89PNG\r\n\x1a\n" + bytes(64), "image/png")))
    yield case("two-blocks-in-one-text", "pgp-inline",
               """Two encrypted blocks in one text, as when a conversation is quoted whole, and nothing but white space
               between them: there is nothing to read.""",
               part("text/plain", block + "\n" + armor(world.seal("bob", "and another thing"))))
    yield case("quoted-armor-below-armor", "pgp-partial",
               "The answer is encrypted; below it the quoted armor of the question.",
               part("text/plain", block + "\n> " + block.replace("\n", "\n> ").rstrip("> ")))
    yield case("quoted-armor-alone", "none",
               """Armor with > before each line: a reply that quotes what could not be read. It is no message any more,
               and what the sender adds will be clear: it counts as clear.""",
               part("text/plain", "> " + block.replace("\n", "\n> ").rstrip("> ")))
    yield case("indented-armor", "none",
               "Four blanks in front of each line, as in a manual: no line begins with armor.",
               part("text/plain", "    " + block.replace("\n", "\n    ").rstrip(" ")))
    yield case("armor-in-utf-16", "none",
               """The text is UTF-16 in base64: its octets are no armor. Encrypted once more, which is safe.""",
               part("text/plain; charset=utf-16le", in_base64(block.replace("\n", "\r\n").encode("utf-16le")), BASE64))
    yield case("armor-behind-a-byte-order-mark", "none",
               """Notepad puts U+FEFF in front of the first line, which so does not begin with the armor. Safe:
               encrypted once more.""", part("text/plain; charset=utf-8", "\ufeff" + block,
                    "Content-Transfer-Encoding: 8bit"))
    yield case("binary-digits-without-armor", "none",
               "The base64 of an encrypted message as a text, no armor around it. No program would take it for one.",
               part("text/plain", digits(bob)))
