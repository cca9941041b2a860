"""PGP/MIME after Exchange and its like had it: multipart/mixed, an empty text in front, everything in base64."""
from making.mail import BASE64, Case, attachment, in_base64, letter, multipart, part
from making.openpgp import armor
from making.programs import GPG

NAME = "PGPMIME Versions Identification"


def empty(content_type='text/plain; charset="us-ascii"'):
    return part(content_type, "", "Content-ID: <1@example.prod.outlook.com>", BASE64)


def version(text="Version: 1\n"):
    return part(f'application/pgp-encrypted; name="{NAME}"', in_base64(text), f"Content-Description: {NAME}",
                f'Content-Disposition: attachment; filename="{NAME}"; size=12;\n'
                '\tcreation-date="Mon, 23 Nov 2026 09:00:00 GMT";\n\tmodification-date="Mon, 23 Nov 2026 09:00:00 GMT"',
                "Content-ID: <2@example.prod.outlook.com>", BASE64)


def data(armored):
    return part('application/octet-stream; name="encrypted.asc"', in_base64(armored),
                "Content-Description: encrypted.asc",
                'Content-Disposition: attachment; filename="encrypted.asc"; size=1712',
                "Content-ID: <3@example.prod.outlook.com>", BASE64)


def cases(world):
    bob = armor(world.seal("bob alice"))
    plain_version = part("application/pgp-encrypted", "Version: 1\n")
    plain_data = part("application/octet-stream", bob)

    def case(fact, protection, about, *parts, to=None):
        return Case(f"exchange/{fact}", protection, GPG, about, letter(multipart("mixed", *parts)), to or {})

    yes = {"bob": "yes"}
    yield case("mangled-pgp-mime-is-pgp-mime", "pgp-mime",
               """Exchange rewrites PGP/MIME to multipart/mixed with an empty text in front and every part in base64.
               Nothing readable has come to it; Thunderbird, Delta Chat and others read it as PGP/MIME.""",
               empty(), version(), data(bob), to=yes)
    yield case("an-empty-html-part-in-front", "pgp-mime",
               """Exchange makes the empty part text/html where the account writes HTML.""",
               empty('text/html; charset="us-ascii"'), version(), data(bob), to=yes)
    yield case("white-space-in-front", "pgp-mime",
               """The empty part may hold a line end or two: white space tells nothing.""",
               part("text/plain", "\n \n\n"), version(), data(bob), to=yes)
    yield case("without-base64", "pgp-mime",
               "The same three parts as 7bit: the parts are judged by their decoded content, not by their encoding.",
               part("text/plain", ""), plain_version, plain_data, to=yes)
    yield case("under-other-names", "pgp-mime",
               """ProtonMail Bridge calls the version part attachment.pgp. Names decide nothing.""",
               empty(), part("application/pgp-encrypted; name=attachment.pgp", in_base64("Version: 1\n\n"), BASE64,
                             "Content-Disposition: attachment; filename=attachment.pgp"), data(bob), to=yes)
    yield case("bridge-says-empty-message", "pgp-partial",
               """ProtonMail Bridge put the words "Empty Message" where Exchange leaves the text empty. They can be
               read; so could any other words there.""",
               part("text/plain; charset=utf-8", "Empty Message\n"), version(), data(bob))
    yield case("a-text-in-front-is-partial", "pgp-partial",
               """The form is right, but the text part is not empty.""",
               part("text/plain", "Bob, the price is 42.\n"), version(), data(bob))
    yield case("an-empty-page-in-front", "pgp-mime",
               """The text part is the skeleton of a page, as Exchange and Outlook write it around no words: tags without a
               word between them, and without an attribute of their own.""",
               part("text/html; charset=us-ascii", "<html>\n<head>\n<meta http-equiv=\"Content-Type\" "
                    "content=\"text/html; charset=us-ascii\">\n</head>\n<body>\n<p>&nbsp;</p>\n</body>\n</html>\n"),
               version(), data(bob), to=yes)
    yield case("a-page-with-a-style-in-front-is-partial", "pgp-partial",
               """The same skeleton, and a style in it: styles can bring words of their own.""",
               part("text/html", "<html><head><style>p::before { content: 'the price is 42' }</style></head>"
                    "<body><p></p></body></html>\n"), version(), data(bob))
    yield case("markup-in-front-is-partial", "pgp-partial",
               """An HTML part that shows nothing is not empty: comments, hidden text and pictures stand in markup.""",
               part("text/html", "<html><body><!-- 42 --></body></html>\n"), version(), data(bob))
    yield case("an-attachment-behind-is-partial", "pgp-partial",
               """A fourth part, in clear. A reader shows it beside the decrypted message.""",
               empty(), version(), data(bob), attachment("offer.pdf", b"%PDF-1.7 the price is 42"))
    yield case("words-in-the-version-part-are-partial", "pgp-partial",
               "The version part in base64 holds a letter behind its version line: hidden from who does not decode.",
               empty(), version("Version: 1\nThe price is 42.\n"), data(bob))
    yield case("data-that-are-no-message-are-fake", "pgp-fake",
               """All names and types are right; decoded, the last part is an ordinary letter.""",
               empty(), version(), data("The price is 42.\n"))
    yield case("plain-data-in-armor-are-fake", "pgp-fake",
               """The last part is armor labelled PGP MESSAGE, made by `gpg --store`: a literal packet.""",
               empty(), version(), data(armor(world.gpg("--store", data=b"The price is 42.\n"))))
    yield case("ipgmail-has-no-empty-part", "pgp-mime",
               """iPGMail sends the version and the data as two parts of multipart/mixed, without an empty text.""",
               plain_version, plain_data, to=yes)
    yield case("words-around-the-base64-are-not-overlooked", "pgp-fake",
               """A sentence behind the base64 of the data. A tolerant decoder passes over it, whoever reads the wire
               does not; the part as a whole is not base64, so there is no message in it.""",
               empty(), version(), data(bob) + "The price is 42.\n")
