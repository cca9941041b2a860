"""What mail programs really write: their headers around ciphertext of our own."""
from making.mail import (BASE64, ENCRYPTED, QUOTED, SENTENCE, Case, attachment, between, encrypted, in_base64,
                         letter, multipart, part, pgp_mime, quoted_printable)
from making.openpgp import armor, packet
from making.programs import GPG, TEXT


def version(*fields, content_type="application/pgp-encrypted"):
    return part(content_type, "Version: 1\n", *fields)


def mime_programs(world):
    """name, what it is, what is special about its root, version part and data part."""
    yield ("thunderbird",
           "Thunderbird since 78 names both parts in words; the sentence before the parts is Enigmail's.",
           {"before": SENTENCE}, version("Content-Description: PGP/MIME version identification"),
           'application/octet-stream; name="encrypted.asc"',
           ["Content-Description: OpenPGP encrypted message", 'Content-Disposition: inline; filename="encrypted.asc"'])
    yield ("k9-mail", "K-9 Mail on Android: bare version part, and a file name as GPGTools has it.",
           {}, version(), 'application/octet-stream; name="encrypted.asc"',
           ['Content-Disposition: inline; filename="encrypted.asc"'])
    yield ("mutt", "Mutt and NeoMutt mark the version part as an attachment and call the data msg.asc.",
           {}, version("Content-Disposition: attachment"), "application/octet-stream",
           ['Content-Disposition: attachment; filename="msg.asc"'])
    yield ("apple-mail-gpgtools", "GPG Suite in Apple Mail gives each part a transfer encoding and tabs in its folds.",
           {"before": SENTENCE},
           version("Content-Transfer-Encoding: 7bit", "Content-Description: PGP/MIME Versions Identification"),
           "application/octet-stream;\n\tname=encrypted.asc",
           ["Content-Transfer-Encoding: 7bit", "Content-Disposition: inline;\n\tfilename=encrypted.asc",
            "Content-Description: OpenPGP encrypted message"])
    yield ("gpgol", "GpgOL in Outlook names the version part Version.txt.",
           {}, version('Content-Disposition: attachment;\n filename="Version.txt"', "Content-Transfer-Encoding: 7bit"),
           "application/octet-stream",
           ["Content-Disposition: inline;\n\tfilename=openpgp-encrypted-message.asc",
            "Content-Transfer-Encoding: 7bit"])
    yield ("evolution", "Evolution puts a transfer encoding on the version part and describes the data.",
           {}, version("Content-Transfer-Encoding: 7bit"), 'application/octet-stream; name="encrypted.asc"',
           ["Content-Description: This is an OpenPGP/MIME encrypted message part", "Content-Transfer-Encoding: 7bit"])
    yield ("kmail", "KMail describes both parts and calls the data msg.asc.",
           {}, version("Content-Disposition: attachment", "Content-Description: version code"),
           "application/octet-stream",
           ['Content-Disposition: inline; filename="msg.asc"', "Content-Description: OpenPGP encrypted data"])
    yield ("claws-mail", "Claws Mail: nothing but what the standard asks for, and a sentence of MIME before it.",
           {"before": "This is a multi-part message in MIME format.\n"}, version(), "application/octet-stream", [])
    yield ("delta-chat", "Delta Chat: as Autocrypt Level 1 wants it.",
           {}, version("Content-Description: PGP/MIME version identification"),
           'application/octet-stream; name="encrypted.asc"',
           ["Content-Description: OpenPGP encrypted message", 'Content-Disposition: inline; filename="encrypted.asc"'])
    yield ("proton-mail", "Proton Mail to somebody with a key elsewhere: file names without quotes.",
           {"before": "This is an OpenPGP/MIME encrypted message (RFC 4880 and 3156)\n"},
           version("Content-Description: PGP/MIME version identification", "Content-Disposition: attachment"),
           "application/octet-stream; name=encrypted.asc",
           ["Content-Description: OpenPGP encrypted message", "Content-Disposition: inline; filename=encrypted.asc"])
    yield ("pep", "pEp puts no empty line before the second boundary, and folds the type before the protocol.",
           {}, version(), "application/octet-stream",
           ["Content-Transfer-Encoding: 7bit", 'Content-Disposition: inline; filename="msg.asc"'])
    yield ("python-email", "Schleuder-like robots built on Python's email package repeat MIME-Version in every part.",
           {}, version("MIME-Version: 1.0", "Content-Transfer-Encoding: 7bit"), "application/octet-stream",
           ["MIME-Version: 1.0", "Content-Transfer-Encoding: 7bit"])
    yield ("mailvelope", "Mailvelope through a web mailer's API: comments of OpenPGP.js in the armor.",
           {}, version("Content-Description: PGP/MIME Versions Identification"),
           'application/octet-stream; name="encrypted.asc"', ["Content-Transfer-Encoding: 7bit"])
    yield ("nextcloud", "Nextcloud Mail and EGroupware with Mailvelope: Horde's MIME library has a sentence for every multipart.",
           {"before": "This message is in MIME format.\n\n"}, version(), 'application/octet-stream; name="encrypted.asc"',
           ['Content-Disposition: inline; filename="encrypted.asc"'])
    yield ("nodemailer", "Nodemailer's OpenPGP plug-in: Enigmail's sentence without the numbers.",
           {"before": "This is an OpenPGP/MIME encrypted message\n\n"},
           version("Content-Transfer-Encoding: 7bit"), "application/octet-stream; name=encrypted.asc",
           ["Content-Description: OpenPGP encrypted message", "Content-Disposition: inline; filename=encrypted.asc",
            "Content-Transfer-Encoding: 7bit"])
    yield ("base64-version-part", "stalwart's mail-builder wrote the version part in base64; it says no more for that.",
           {}, part("application/pgp-encrypted", in_base64("Version: 1\n"), BASE64), "application/octet-stream", [])


ARMOR_HEADERS = {
    "mailvelope": ["Version: Mailvelope v4.4.1", "Comment: https://www.mailvelope.com"],
    "proton-mail": ["Version: ProtonMail"],
    "apple-mail-gpgtools": ["Comment: GPGTools - https://gpgtools.org"],
    "claws-mail": ["Version: GnuPG v2"],
}


def mime_cases(world):
    for name, about, options, first, second_type, fields in mime_programs(world):
        text = armor(world.seal("bob alice"), ARMOR_HEADERS.get(name, []))
        mail = letter(encrypted(first, part(second_type, text, *fields), **options))
        if name == "pep":
            mail = mail.replace("Version: 1\n\n--b", "Version: 1\n--b").replace("; protocol", ";\n protocol")
        yield Case(f"programs/{name}-writes-pgp-mime", "pgp-mime", GPG, about, mail, {"bob": "yes"},
                   keys=[world.subkey("bob"), world.subkey("alice")], why="PGP/MIME, encrypted to 2 keys")


def cases(world):
    yield from mime_cases(world)
    bob = world.seal("bob alice")
    block = armor(bob)
    marked = packet(10, b"PGP") + bob

    yield Case("programs/pgp-universal-writes-pgp-mime", "pgp-mime", GPG + ", the marker packet by hand",
               """Symantec's gateway (PGP Universal): types of old Macs on the parts, Message.pgp as file name, and a
               marker packet before the encrypted session keys, as PGP has written it since 1998. Both are to be passed
               over.""",
               letter(encrypted(
                   part("application/pgp-encrypted;\n\tx-mac-type=54455854;\n\tname=Version.txt", "Version: 1\n",
                        "Content-Disposition: attachment; filename=Version.txt"),
                   part("application/octet-stream;\n\tx-mac-type=70674546;\n\tname=Message.pgp",
                        armor(marked, ["Version: PGP Universal 3.3.2 (Build 21495)"]),
                        "Content-Disposition: attachment; filename=Message.pgp"))), {"bob": "yes"})

    yield Case("programs/facebook-writes-a-description-into-the-version-part", "pgp-partial", GPG,
               """Notifications of Facebook had a line Content-Description in the body of the version part, where a
               header field was meant. The control part says more than its version line: readable, however harmless
               here.""",
               letter(encrypted(
                   part('application/pgp-encrypted; charset="UTF-8"',
                        "Content-Description: PGP/MIME Versions Identification\n\nVersion: 1\n",
                        "Content-Transfer-Encoding: 7bit"),
                   part('application/octet-stream; name="encrypted.asc"', block, "Content-ID: <0>"))))

    yield Case("programs/enigmail-writes-inline", "pgp-inline", GPG,
               """Enigmail with PGP/MIME switched off: armor as the text, in quoted-printable, the attachment encrypted
               by itself as a binary .pgp file.""",
               letter(multipart(
                   "mixed",
                   part("text/plain; charset=utf-8",
                        quoted_printable(armor(bob, ["Charset: utf-8", "Version: GnuPG v2"])), QUOTED),
                   attachment("offer.pdf.pgp", world.seal("bob alice", "%PDF-1.7 not really")),
                   before="This is a multi-part message in MIME format.\n")), {"bob": "yes"})

    yield Case("programs/flowcrypt-on-android-writes-inline", "pgp-inline", GPG,
               """FlowCrypt on Android: PGPainless names itself in the armor, and an encrypted file keeps the type it had.""",
               letter(multipart(
                   "mixed", part("text/plain", armor(bob, ["Version: PGPainless"])),
                   attachment("offer.pdf.pgp", world.seal("bob alice", "%PDF-1.7 not really"), "application/pdf"))),
               {"bob": "yes"})

    yield Case("programs/alpine-writes-two-lines-before-the-parts", "pgp-inline", GPG,
               """Alpine explains MIME in two lines before the parts. The text and the file are encrypted by hand.""",
               letter(multipart(
                   "mixed", part("text/plain", block),
                   attachment("offer.pdf.gpg", world.seal("bob alice", "%PDF-1.7 not really")),
                   before="  This message is in MIME format.  The first part should be readable text,\n"
                          "  while the remaining parts are likely unreadable without MIME-aware tools.\n\n")),
               {"bob": "yes"})

    yield Case("programs/gpg4o-writes-pgpexch", "pgp-inline", GPG,
               """gpg4o and PGP Desktop in Outlook (partitioned encoding): the armor of the text in base64, and the HTML
               form encrypted as PGPexch.htm.pgp. Every part is encrypted.""",
               letter(multipart(
                   "mixed", part('text/plain; charset="utf-8"', in_base64(block), BASE64),
                   attachment("PGPexch.htm.pgp", world.seal("bob alice", "<html><p>" + TEXT + "</p></html>")))),
               {"bob": "yes"})

    yield Case("programs/pgp-desktop-writes-pgpexch-asc", "pgp-inline", GPG,
               """PGP Desktop wrote the HTML form as armor too, under the name PGPexch.htm.asc.""",
               letter(multipart(
                   "mixed", part("text/plain; charset=us-ascii", armor(bob, ["Version: PGP Desktop 9.12.0"])),
                   part('application/octet-stream; name="PGPexch.htm.asc"',
                        armor(world.seal("bob alice", "<p>hello</p>"), ["Version: PGP Desktop 9.12.0"]),
                        'Content-Disposition: attachment; filename="PGPexch.htm.asc"'))), {"bob": "yes"})

    yield Case("programs/pgp-universal-keeps-old-part-headers", "pgp-partial", GPG,
               """PGP Universal's partitioned encoding keeps the attachment's old MIME fields as
               X-Content-PGP-Universal- Saved-... in the header of the part. Fields that can hold any text are read by
               anybody; the safe side.""",
               letter(multipart(
                   "mixed", part("text/plain; charset=US-ASCII", block),
                   part('application/octet-stream;\n\tname="Attachment1.pgp"', block,
                        'X-Content-PGP-Universal-Saved-Content-Type: image/gif;\n\tname="Attachment1.pgp"',
                        "X-Content-PGP-Universal-Saved-Content-Transfer-Encoding: base64"))))

    yield Case("programs/flowcrypt-writes-inline", "pgp-inline", GPG,
               """FlowCrypt in Gmail: plain text that is armor, with its advertisement in the usual armor headers.""",
               letter(part('text/plain; charset="UTF-8"', armor(bob, [
                   "Version: FlowCrypt Email Encryption 8.5.6",
                   "Comment: Seamlessly send and receive encrypted email"]), "Content-Transfer-Encoding: 7bit")),
               {"bob": "yes"})

    yield Case("programs/flowcrypt-attaches-by-itself", "pgp-inline", GPG,
               """FlowCrypt with an attachment: the text as armor, the file as binary OpenPGP with .pgp at its name.""",
               letter(multipart(
                   "mixed", part("text/plain", block),
                   attachment("offer.pdf.pgp", world.seal("bob", "%PDF-1.7"), "application/octet-stream"))),
               {"bob": "yes"})

    yield Case("programs/openkeychain-shares-a-message", "pgp-inline", GPG,
               """OpenKeychain hands encrypted text to any mail app, which sends it as plain text, format=flowed.""",
               letter(part("text/plain; charset=utf-8; format=flowed", "\n" + block + "\n")), {"bob": "yes"})

    yield Case("programs/gmail-adds-an-html-copy", "pgp-inline", GPG,
               """Armor pasted into Gmail's composer: the HTML copy of it is HTML, with tags between the lines. It
               shows the same armor and nothing else, and its tags say nothing.""",
               letter(multipart(
                   "alternative", part('text/plain; charset="UTF-8"', block),
                   part('text/html; charset="UTF-8"', '<div dir="ltr">' + block.replace("\n", "<br>") + "</div>\n"))))

    yield Case("programs/outlook-puts-armor-into-html", "pgp-partial", GPG,
               """Armor pasted into Outlook, which sends HTML only. A mail program shows tags and armor as one page, and
               nobody can tell what else is on it.""",
               letter(part('text/html; charset="utf-8"', "<html><body><pre>\n" + block + "</pre></body></html>\n")))

    yield Case("programs/webmail-breaks-armor-into-html-lines", "none", GPG,
               """A webmailer that makes HTML of every line: no begin line of armor stands at the beginning of a line.
               That is a page about armor, not armor; it counts as clear, and so it is encrypted once more.""",
               letter(part('text/html; charset="utf-8"',
                           '<div dir="ltr">' + block.replace("\n", "<br>\n<div>") + "</div>\n")))

    yield Case("programs/application-pgp-of-old", "pgp-inline", GPG,
               """Mutt before PGP/MIME and PGP 2 scripts: application/pgp with x-action=encrypt, armor as body.""",
               letter(part("application/pgp; format=text; x-action=encrypt", block)), {"bob": "yes"})

    yield Case("programs/workspace-appends-a-footer", "pgp-partial", GPG,
               """Google Workspace's footer turns PGP/MIME into multipart/mixed: a text part with the footer, then the
               message as it was. The footer is readable.""",
               letter(multipart("mixed", part('text/plain; charset="UTF-8"',
                                              "--\nExample Ltd, registered in Exampleton\n"),
                                pgp_mime(block, content_type=ENCRYPTED.replace('"b"', '"c"'), boundary="c"))))

    yield Case("programs/mailman-appends-a-footer", "pgp-partial", GPG,
               """Mailman wraps a signed or encrypted message and puts the list's footer behind it.""",
               letter(multipart("mixed", pgp_mime(block, content_type=ENCRYPTED.replace('"b"', '"c"'), boundary="c"),
                                part('text/plain; charset="us-ascii"', "_______\nlist mailing list\nlist@example.net\n",
                                     "MIME-Version: 1.0", "Content-Disposition: inline"))))

    yield Case("programs/gateway-signs-pgp-mime-outside", "pgp-signed", GPG,
               """multipart/signed around PGP/MIME, as some gateways sign what they pass on; RFC 9787 forbids it. What
               the message as such brings is a signature; whatever is under it is encrypted once more, which is
               safe.""",
               letter("Content-Type: multipart/signed; micalg=pgp-sha256;\n"
                      ' protocol="application/pgp-signature"; boundary="s"'
                      "\n\n" + between([pgp_mime(block), part("application/pgp-signature", armor(world.gpg(
                          "--detach-sign", "--local-user", world.fingerprints["alice"], data=b"x"),
                          label="PGP SIGNATURE"))], "s")))

    yield Case("programs/nextcloud-sends-mailvelope-armor-as-text", "pgp-inline", GPG,
               """Nextcloud Mail sent what Mailvelope had made for PGP/MIME as text/plain. Bob sees MIME after
               decryption, but all of it is encrypted.""",
               letter(part("text/plain; charset=utf-8", block, "Content-Transfer-Encoding: 7bit")), {"bob": "yes"})
