"""The MIME structure around the ciphertext: as the standard allows it, and as it could be read in two ways."""
from making.mail import (BASE64, ENCRYPTED, QUOTED, VERSION, Case, attachment, between, data, encrypted, in_base64,
                         letter,
                         multipart, part, pgp_mime, quoted_printable)
from making.openpgp import armor
from making.programs import GPG

SECRET = "The price is 42 million.\n"


def nested(content, levels):
    for level in range(levels):
        content = multipart("mixed", content, boundary=f"n{level}.")
    return content


def soft_breaks(text):
    """Quoted-printable with every line cut in two."""
    cut = (line[:20] + "=\n" + line[20:] for line in quoted_printable(text).splitlines())
    return "\n".join(cut) + "\n"


def cases(world):
    block = armor(world.seal("bob alice"))
    whole = pgp_mime(block)
    body = whole.partition("\n\n")[2]
    yes = {"bob": "yes"}

    def case(fact, protection, about, content, to=None, **more):
        return Case(f"structure/{fact}", protection, GPG, about, letter(content), to or {}, **more)

    # What the standard allows.
    yield case("as-the-standard-has-it", "pgp-mime", "RFC 3156 section 4, and no more.", whole, yes)
    yield case("parameters-in-any-order-and-case", "pgp-mime",
               "Names of types and parameters in any case, values without quotes where they need none, folds anywhere.",
               "Content-Type: Multipart/ENCRYPTED;\n\tBoundary=b;\n Protocol=Application/PGP-Encrypted\n\n" + body, yes)
    yield case("parameters-nobody-knows", "pgp-mime", "A parameter more in the type says nothing about the parts.",
               encrypted(VERSION, data(block), content_type=ENCRYPTED + "; charset=utf-8"), yes)
    yield case("white-space-behind-the-boundary", "pgp-mime",
               "RFC 2046 lets white space stand behind a boundary line (\"transport padding\").",
               whole.replace("--b\n", "--b \t\n").replace("--b--\n", "--b--  \n"), yes)
    yield case("the-last-line-end-is-missing", "pgp-mime", "The mail ends right behind the closing boundary.",
               whole.rstrip("\n"), yes)
    yield case("a-boundary-with-odd-characters", "pgp-mime",
               "Nodemailer puts ? and = into its boundaries; most of the characters that RFC 2046 allows are here.",
               encrypted(VERSION, data(block), content_type=ENCRYPTED.replace('"b"', "\"----=_'+,-./:?=_1\""),
                         boundary="----=_'+,-./:?=_1"), yes)
    yield case("data-in-base64", "pgp-mime", "A gateway has encoded the data part; it is judged by what it decodes to.",
               encrypted(VERSION, part("application/octet-stream", in_base64(block), BASE64)), yes)
    yield case("data-in-quoted-printable", "pgp-mime",
               "With soft line breaks and =3D, as a relay without 8BITMIME makes it.",
               encrypted(VERSION, part("application/octet-stream",
                                       soft_breaks(block), QUOTED)), yes)
    yield case("fields-of-other-programs-at-the-top", "pgp-mime",
               """Autocrypt, list and mailer fields in the header of the mail: outside, like the Subject.""",
               "Autocrypt: addr=alice@example.org; keydata=mDMEZ\nX-Mailer: x\nList-Id: <x.example.net>\n" + whole,
               yes)
    yield case("inside-an-otherwise-empty-mixed", "pgp-inline",
               """multipart/mixed around PGP/MIME and nothing else, as gateways wrap it. Not the structure of RFC 3156,
               but every part of it is encrypted.""",
               nested(pgp_mime(block, content_type=ENCRYPTED.replace('"b"', '"c"'), boundary="c"), 1), yes)
    yield case("deep-inside-mixed", "pgp-inline", "The same ten levels down.",
               nested(pgp_mime(block, content_type=ENCRYPTED.replace('"b"', '"c"'), boundary="c"), 10), yes)

    # What is no PGP/MIME, and encrypted for all that.
    yield case("no-protocol", "pgp-inline",
               """The protocol parameter is mandatory, and some programs do without it. Thunderbird still opens the
               mail; every part is encrypted, so it is protected like inline PGP.""",
               encrypted(VERSION, data(block), content_type='multipart/encrypted; boundary="b"'), yes)
    yield case("another-protocol", "pgp-inline", "The protocol parameter names S/MIME, the parts are OpenPGP.",
               encrypted(VERSION, data(block),
                         content_type='multipart/encrypted; protocol="application/pkcs7-mime"; boundary="b"'), yes)
    yield case("data-first-version-second", "pgp-inline", "The two parts in the wrong order.",
               encrypted(data(block), VERSION), yes)
    yield case("data-called-text", "pgp-inline",
               "The second part is text/plain: Mail programs show armor instead of opening it. Nothing is readable.",
               encrypted(VERSION, part("text/plain", block)), yes)
    yield case("data-in-a-multipart-of-their-own", "pgp-inline", "The second part is a multipart with the data in it.",
               encrypted(VERSION, multipart("mixed", part("application/octet-stream", block), boundary="c")), yes)
    yield case("binary-data", "pgp-inline",
               """The data in binary form (base64), called .pgp, instead of armor, which RFC 3156 asks for.""",
               encrypted(VERSION, attachment("encrypted.pgp", world.seal("bob alice"))), yes)

    # What can be read in two ways.
    two_ways = "its structure can be read in two ways"
    yield case("two-content-types", "pgp-partial",
               """The Content-Type stands there twice, encrypted and plain. Programs differ in which one counts: by the
               second the whole body is a text to be shown.""",
               f"Content-Type: {ENCRYPTED}\nContent-Type: text/plain\n\n{body}",
               why=two_ways)
    yield case("two-content-types-in-a-part", "pgp-partial", "The same in the header of the data part.",
               encrypted(VERSION, data(block, "Content-Type: text/html")))
    yield case("two-transfer-encodings-in-a-part", "pgp-partial",
               "base64 and 7bit both: which of them a program undoes cannot be told.",
               encrypted(VERSION, part("application/octet-stream", in_base64(block), BASE64,
                                       "Content-Transfer-Encoding: 7bit")))
    yield case("two-boundaries", "pgp-partial", "Two boundary parameters; by the other one there are other parts.",
               encrypted(VERSION, data(block), content_type=ENCRYPTED + '; boundary="c"',
                         before="--c\nContent-Type: text/plain\n\n" + SECRET + "--c--\n"))
    yield case("a-boundary-in-pieces", "pgp-partial",
               """boundary*0 and boundary*1 (RFC 2231): only some programs put them together.""",
               encrypted(VERSION, data(block),
                         content_type='multipart/encrypted; protocol="application/pgp-encrypted"; '
                         'boundary*0="b"; boundary*1="c"', boundary="bc"))
    yield case("a-comment-in-the-type", "pgp-partial",
               """A comment in a structured field is lawful, read by few programs, and a place for words.""",
               encrypted(VERSION, data(block), content_type="multipart/encrypted (the price is 42 million); "
                         'protocol="application/pgp-encrypted"; boundary="b"'))
    yield case("no-boundary", "pgp-partial",
               """multipart/encrypted without a boundary: for some programs a text, with the version lines beside the
               armor.""", encrypted(VERSION, data(block),
                                    content_type='multipart/encrypted; protocol="application/pgp-encrypted"'))
    yield case("a-line-that-only-begins-with-the-boundary", "pgp-partial",
               """A part in front under "--bc". RFC 2046 takes every line that begins with the boundary for one; most
               programs want the whole line, and show that part, or the preamble with it, differently.""",
               pgp_mime(block, before="--bc\nContent-Type: text/plain\n\n" + SECRET))
    yield case("words-behind-the-closing-boundary", "pgp-partial", "Words on the line of the closing boundary itself.",
               whole.replace("--b--\n", "--b-- the price is 42 million\n"))
    yield case("no-closing-boundary", "pgp-partial",
               "The mail ends in the data part. Whether more belonged to it cannot be told: cut off, or made so.",
               whole.replace("--b--\n", ""))
    yield case("a-part-without-an-empty-line", "pgp-partial",
               """The header of a part ends in a line that is no field. Some programs take it for the body, some pass
               over it.""", encrypted(VERSION, "Content-Type: application/octet-stream\nThe price is 42 million\n\n" +
               block))
    yield case("a-carriage-return-in-a-part-header", "pgp-partial",
               """A lone CR in a field of a part. For some programs a new line begins there, with a letter on it.""",
               encrypted(VERSION, "Content-Type: application/octet-stream\rThe price is 42\r\n\n" + block))
    yield case("a-nul-in-a-part-header", "pgp-partial",
               "A NUL ends the line for programs written in C, and for no others.",
               encrypted(VERSION, 'Content-Type: application/octet-stream; name="a\0 42 million"\n\n' + block))
    yield case("a-multipart-in-base64", "pgp-partial",
               "RFC 2045 forbids base64 for a multipart; some programs undo it all the same, others show the digits.",
               f"Content-Type: {ENCRYPTED}\n{BASE64}\n\n" + in_base64(body))
    yield case("a-multipart-said-to-be-in-base64", "pgp-fake",
               "The body is an ordinary multipart, and the field says base64. Undone as it says there is no message.",
               f"Content-Type: {ENCRYPTED}\n{BASE64}\n\n" + body)
    yield case("an-unknown-transfer-encoding", "pgp-fake",
               "x-uuencode on the data part: what a program makes of the armor cannot be known.",
               encrypted(VERSION, part("application/octet-stream", block, "Content-Transfer-Encoding: x-uuencode")))
    yield case("words-in-the-base64-of-the-data", "pgp-fake",
               """A sentence between the lines of base64, which tolerant decoders pass over. The part is not base64.""",
               encrypted(VERSION, part("application/octet-stream", in_base64(block) + "The price is 42 million!\n",
                                       BASE64)))
    yield case("the-mail-is-an-attached-mail", "pgp-partial",
               "The whole body is message/rfc822: the mail in it is PGP/MIME, its header is readable.",
               "Content-Type: message/rfc822\n\n" + letter(whole, subject="the price is 42 million"))
    yield case("parts-nested-beyond-what-is-read", "none",
               """A hundred and more multiparts around the ciphertext. Nobody writes that but to tire a scanner; it
               counts as clear, and is refused as too complex where protection matters.""",
               nested(part("text/plain", block), 101))
    yield case("encrypted-inside-a-digest", "pgp-partial",
               "multipart/digest: its parts are mails by default, with headers of their own.",
               "Content-Type: multipart/digest; boundary=d\n\n" + between(["\n" + letter(whole)], "d"))
