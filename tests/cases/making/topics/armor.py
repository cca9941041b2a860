"""The armor around one good ciphertext: what may stand in it, and what no longer is armor."""
from making.mail import Case, letter, part, pgp_mime
from making.openpgp import armor, checksum, digits, spelled_out
from making.programs import BY_HAND, GPG, TEXT

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
BEGIN, END = "-----BEGIN PGP MESSAGE-----\n", "-----END PGP MESSAGE-----\n"


def cases(world):
    bob = world.seal("bob")
    block = armor(bob)
    yes = {"bob": "yes"}

    def case(fact, protection, about, content, to=None, made_by=GPG + ", the armor by hand", **more):
        return Case(f"armor/{fact}", protection, made_by, about, letter(content), to or {}, **more)

    def text(fact, protection, about, armored, *rest, **more):
        return case(fact, protection, about, part("text/plain", armored), *rest, **more)

    def headers(*lines):
        return armor(bob, lines)

    # The lines around the data.
    yield text("no-checksum", "pgp-inline", "RFC 9580 advises against the CRC; Sequoia and others leave it out.",
               armor(bob, crc=""), yes)
    yield text("a-wrong-checksum", "pgp-inline",
               """The CRC is of other data. RFC 9580: it must not be relied on. gpg will complain, but what is
               there is ciphertext all the same.""", armor(bob, crc=checksum(b"other data")), yes)
    yield text("a-checksum-that-is-a-word", "pgp-fake", "Words where the CRC should stand, longer than a CRC.",
               armor(bob, crc="=The price is 42 million\n"))
    yield text("blanks-in-the-empty-line", "pgp-inline", "The line between headers and data may hold blanks and tabs.",
               armor(bob, blank="  \t\n"), yes)
    yield text("blanks-behind-every-line", "pgp-inline",
               "format=flowed and some editors leave blanks at the line ends.",
               block.replace("\n", " \n"), yes)
    yield text("no-empty-line", "pgp-fake",
               "The line between begin line and data is missing, as web forms lose it. Strict readers find no data.",
               armor(bob, blank=""))
    yield text("a-hard-space-as-empty-line", "pgp-fake",
               "U+00A0 in the line that should be empty, from an HTML editor.",
               armor(bob, blank="\u00a0\n"))
    yield text("short-lines", "pgp-inline", "Another width of lines: Bouncy Castle, GPG on VMS and copying by hand.",
               BEGIN + "\n" + digits(bob, 30) + END, yes)
    yield text("one-long-line", "pgp-inline", "All digits in one line, as OpenPGP.js can be made to write them.",
               BEGIN + "\n" + digits(bob, 900) + END, yes)
    yield text("no-end-line", "pgp-fake", "The end line is missing: cut off when it was copied, perhaps data with it.",
               block.replace(END, ""))
    yield text("another-end-line", "pgp-fake", "It begins as a message and ends as a signature.",
               block.replace(END, "-----END PGP SIGNATURE-----\n"))
    yield text("the-begin-line-alone", "pgp-fake", "Somebody has copied one line too few, or explains PGP to a friend.",
               "So it begins:\n" + BEGIN)
    yield text("words-on-the-begin-line", "pgp-fake", "Words behind the dashes of the begin line: no begin line.",
               block.replace(BEGIN, "-----BEGIN PGP MESSAGE----- the price is 42\n"))
    yield text("six-dashes", "none", "A dash more in front, from a list: not armor to anybody. It counts as clear.",
               block.replace("-----BEGIN", "------BEGIN").replace("-----END", "------END"))
    yield text("lower-case", "none", "The begin line is in lower case: not armor. It counts as clear.",
               block.replace(BEGIN, BEGIN.lower()).replace(END, END.lower()))
    yield text("dash-escaped", "none",
               "\"- \" in front of the dashes, as inside a clear-signed text: not armor by itself.",
               block.replace("-----BEGIN", "- -----BEGIN").replace("-----END", "- -----END"))
    yield text("part-one-of-two", "pgp-fake", "PGP 2 cut long messages into parts; RFC 9580 has dropped them.",
               block.replace("PGP MESSAGE", "PGP MESSAGE, PART 01/02"))
    yield text("words-between-the-digits", "pgp-fake", "A sentence between the lines of base64.",
               block.replace("\n=", "\nThe price is 42 million.\n=", 1))
    yield text("padding-in-the-middle", "pgp-fake",
               "The base64 ends, and goes on: some decoders stop at the padding, some begin anew, some pass over it.",
               BEGIN + "\n" + digits(bob[:100]) + digits(bob[100:]) + END)
    odd = next(one for one in (world.seal("bob", TEXT + "." * more) for more in range(9)) if len(one) % 3)
    last = digits(odd).rstrip("=\n")[-1]
    yield text("spare-bits-in-the-last-digit", "pgp-fake",
               """The last digit before the padding has bits that belong to no octet. Every program writes zeros there;
               here it is a one. Some decoders pass over it, Sequoia refuses it.""",
               armor(odd, crc="").replace(last + "=", ALPHABET[ALPHABET.index(last) + 1] + "="))
    yield text("digits-that-spell-a-letter", "pgp-fake",
               """A forger's ciphertext: its octets look like noise, but their base64 digits spell a letter, a word a
               line if he likes. Anybody who looks at the mail can read it.""",
               BEGIN + "\n" + digits(spelled_out(bob)) + END, made_by=BY_HAND)

    # Armor headers.
    yield text("the-usual-headers", "pgp-inline", "Version and Comment, as most programs wrote them until RFC 9580.",
               headers("Version: GnuPG v2", "Comment: https://gnupg.org"), yes)
    yield text("all-headers-of-the-standard", "pgp-inline", "Hash and Charset are lawful and short.",
               headers("Charset: utf-8", "Hash: SHA256"), yes)
    yield text("a-message-id", "pgp-partial",
               """A MessageID belongs to a message in several parts, which nobody writes any more: 32 characters of the sender's
               own.""",
               headers("Charset: utf-8", "Hash: SHA256", "MessageID: 4d2Kq0wFzIE5Ud1lQ7uMJ1VRhW5gSbHb"))
    yield text("headers-of-flowcrypt-7", "pgp-inline", "FlowCrypt's Version and Comment, of 2019 to 2021.",
               headers("Version: FlowCrypt 7.6.9 Gmail Encryption", "Comment: Seamlessly send and receive encrypted email"),
               yes)
    yield text("a-letter-in-links", "pgp-partial",
               "Programs put their own address into a Comment. The path behind it is free, so that it has to be a known one.",
               headers("Comment: https://pgp.com/the-price-is-42-million", "Comment: https://pgp.com/tell-nobody-till-Monday"))
    yield text("a-letter-in-version-numbers", "pgp-partial", "A number is digits and dots.",
               headers("Version: PGP 42.million.the.price"))
    yield text("two-versions", "pgp-partial", "A header that comes twice is no program's.",
               headers("Version: GnuPG v2", "Version: PGP 42"))
    yield case("the-usual-headers-in-pgp-mime", "pgp-mime", "The same inside PGP/MIME.",
               pgp_mime(headers("Version: GnuPG v2")), yes)
    yield text("a-header-nobody-knows", "pgp-partial", "RFC 9580 has readers pass over unknown headers, words and all.",
               headers("Secret: the price is 42 million"))
    yield text("a-comment-that-tells-it", "pgp-partial",
               """One Comment, no longer than an advertisement, and it is the message. It stands readable beside the
               ciphertext; only comments that programs are known to write are not.""",
               headers("Comment: the price is 42 million, tell nobody before Monday"))
    yield text("a-version-that-tells-it", "pgp-partial", "The same in Version.",
               headers("Version: the price is 42 million, tell nobody"))
    yield text("a-hash-that-tells-it", "pgp-partial", "The same in Hash, which belongs to signed texts.",
               headers("Hash: the price is 42 million"))
    yield text("a-letter-in-comments", "pgp-partial", "A whole letter, a Comment a line.",
               headers(*["Comment: the source is Jane Roe, meet her tonight at five in the old town"] * 8))
    yield text("two-comments", "pgp-inline", "gpg writes a Comment for each --comment; programs with two lines exist.",
               headers("Comment: GPGTools - https://gpgtools.org", "Comment: Using GnuPG with Thunderbird"), yes)
    yield case("a-comment-that-tells-it-in-pgp-mime", "pgp-partial",
               "The same in PGP/MIME, where neither sender nor reader will ever see it.",
               pgp_mime(headers("Comment: the price is 42 million, tell nobody before Monday")))
