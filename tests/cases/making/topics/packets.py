"""The packets inside the armor: encrypted messages by RFC 9580 section 10.3, and everything that is nearly one."""
import base64
import gzip

from making.mail import Case, letter, pgp_mime
from making.openpgp import (MARKER, PADDING, PKESK, SED, SEIPD, SIGNATURE, SKESK, armor, join,
                            literal, noise, old_packet, packet, packets, partial_packet)
from making.programs import BY_HAND, GPG, RNP, SQ, SQ1, TEXT

WORDS = ("The price is 42 million. Tell nobody before Monday, and burn this letter when you have read it. "
         "We meet at five behind the old station; bring the contract.")

CHINESE = ("合同的最终价格为四千二百万元，星期一以前请不要告诉任何人。我们星期一下午五点在老火车站后面见面，请带上合同和现金。不要打电话，"
           "也不要写信。看完以后把这封信烧掉，不要把它交给任何人。如果我没有来，请等半个小时，然后从后门离开，不要回头。我们的人会在桥上等你，"
           "他们知道你的名字和你的样子，请把合同交给他们。钱在老地方，钥匙在花盆下面。")


def case(fact, protection, made_by, about, message, to=None, **more):
    return Case(f"packets/{fact}", protection, made_by, about, letter(pgp_mime(armor(message))), to or {}, **more)


def good(world):
    bob, yes = [world.subkey("bob")], {"bob": "yes"}
    yield case("gpg-to-a-curve", "pgp-mime", GPG, "PKESK 3 with an old header, then SEIPD 1.", world.seal("bob"), yes,
               keys=bob)
    yield case("gpg-to-rsa", "pgp-mime", GPG, "The same to an RSA key.", world.seal("carol"), {"carol": "yes"})
    yield case("gpg-in-chunks", "pgp-mime", GPG,
               "A text longer than 512 octets through a pipe: SEIPD in partial lengths.",
               world.seal("bob", TEXT * 30), yes, keys=bob)
    yield case("sq-to-a-curve", "pgp-mime", SQ, "Sequoia 1: the same packets with new headers, compressed inside.",
               world.sq_to_bob(), yes, keys=bob)
    yield case("rnp-to-a-curve", "pgp-mime", RNP, "RNP, which Thunderbird uses.", world.rnp("--encrypt", "-r", "bob"),
               yes,
               keys=bob)
    yield case("gosop-to-a-curve", "pgp-mime", "gosop of Debian 12", "GopenPGP, Proton's library.", world.gosop(), yes,
               keys=bob)
    yield case("rnp-to-a-key-with-ocb", "pgp-mime", RNP,
               "Packet 20, OCB as LibrePGP and GnuPG 2.4 have it. Not in RFC 9580, but encrypted and with integrity.",
               world.rnp("--encrypt", "-r", "bob", "--aead=OCB"), yes, keys=bob)
    yield case("rnp-to-a-key-with-eax", "pgp-mime", RNP, "Packet 20 in EAX mode.",
               world.rnp("--encrypt", "-r", "bob", "--aead=EAX"), yes, keys=bob)
    yield case("rnp-to-a-password-with-ocb", "pgp-mime", RNP, "SKESK 5 and packet 20: LibrePGP's form of a passphrase.",
               world.rnp("--symmetric", "--password", "correct horse", "--aead=OCB"), {"bob": "passphrase"},
               passphrases=1)
    yield case("sq-to-version-6", "pgp-mime", SQ1, "RFC 9580's own form: PKESK 6, X25519, SEIPD 2 with OCB.",
               world.to_victor(), {"bob": "no", "victor": "unverifiable"})
    yield case("sq-to-version-6-or-a-password", "pgp-mime", SQ1, "PKESK 6 and SKESK 6 before one SEIPD 2.",
               world.to_victor("--with-password-file=w"), {"bob": "unverifiable"}, passphrases=1)
    yield case("sq-to-version-6-and-version-4", "pgp-mime", SQ1,
               "Victor has a key of version 6, Bob one of version 4: both get what the older can read.",
               world.to_victor("--for-file=b", also_bob=True), yes)
    yield case("gpg-to-a-passphrase", "pgp-mime", GPG, "gpg -c: SKESK 4 alone.", world.password(),
               {"bob": "passphrase"},
               keys=[], passphrases=1, why="encrypted to a passphrase")
    yield case("gpg-to-a-key-or-a-passphrase", "pgp-mime", GPG, "gpg -c -e: a key, and a passphrase beside it.",
               world.gpg("--passphrase", "correct horse", "--symmetric", "--encrypt", "--recipient",
                         world.fingerprints["bob"], data=TEXT.encode()), yes, keys=bob, passphrases=1,
               why="encrypted to 1 key and a passphrase")
    message = world.seal("bob")
    (_, key), (_, data) = packets(message)
    yield case("a-marker-in-front", "pgp-mime", BY_HAND, "PGP's own mark, which readers pass over.",
               packet(MARKER, b"PGP") + message, yes, keys=bob)
    six, seipd2 = (packet(*one) for one in packets(world.to_victor()))
    yield case("padding-before-the-data", "pgp-mime", SQ1 + ", the padding by hand",
               "RFC 9580's padding packet between session key and data: noise, to hide the size.",
               six + packet(PADDING, noise(100, "padding")) + seipd2)
    yield case("lengths-longer-than-needed", "pgp-mime", BY_HAND, "Four octets of length where one would do: lawful.",
               old_packet(PKESK, key, 4) + bytes([0xC0 | SEIPD, 255]) + len(data).to_bytes(4, "big") + data, yes,
               keys=bob)
    x25519 = b"\x19" + noise(32, "ephemeral key") + b"\x28" + noise(40, "wrapped key")
    yield case("a-key-of-version-4-in-version-6", "pgp-mime", BY_HAND,
               "PKESK 6 names Bob's key of version 4 by its whole fingerprint; the id is the end of it.",
               packet(PKESK, b"\x06\x15\x04" + bytes.fromhex(world.subkey_fingerprint("bob")) + key[9:]) + seipd2, yes,
               keys=bob)
    yield case("version-6-to-nobody-by-name", "pgp-mime", BY_HAND,
               "PKESK 6 with no fingerprint in it: a hidden recipient.",
               packet(PKESK, b"\x06\x00" + x25519) + seipd2,
               {"bob": "unverifiable"}, keys=["0" * 16])


def without_integrity(world):
    yield case("gpg-without-integrity", "pgp-fake", GPG + " --rfc2440",
               """Packet 9 has no integrity: who carries the mail can change it, and make the reader's program tell
               what it says (EFAIL). RFC 9580 forbids to make it.""",
               world.seal("bob", options=["--rfc2440"]), why="OpenPGP, encrypted without integrity protection")
    message = packets(world.seal("bob", options=["--rfc2440"]))
    yield case("without-integrity-and-length", "pgp-fake", GPG + ", the header by hand",
               "The same with a length that is not told (old format), as PGP 2 streamed it.",
               join(message[:1]) + old_packet(SED, message[1][1], 0))


def malformed(world):
    message = world.seal("bob")
    (_, key), (_, data) = packets(message)
    esk, seipd = packet(PKESK, key), packet(SEIPD, data)
    six = packets(world.to_victor())
    esk6, seipd2 = packet(*six[0]), packet(*six[1])
    skesk = packet(SKESK, packets(world.password())[0][1])
    skesk5, ocb = (packet(*one) for one in packets(world.rnp("--symmetric", "--password", "x", "--aead=OCB")))
    skesk6 = next(packet(*one) for one in packets(world.to_victor("--with-password-file=w")) if one[0] == SKESK)
    table = [
        ("no-session-key", "SEIPD with no session key packet: nobody can open it, or somebody has the key anyhow.",
         seipd, "encrypted, but to nobody"),
        ("no-data", "A session key and nothing that it opens.", esk, "no encrypted data"),
        ("no-data-but-a-literal", "A real session key packet, then the letter in a literal packet.",
         esk + literal(TEXT), ""),
        ("a-literal-behind",
         "A whole encrypted message with a literal packet behind it. Programs differ in which they show.",
         esk + seipd + literal(TEXT), "something follows"),
        ("a-literal-in-front", "A literal packet in front: it is what a reader finds first.",
         literal(TEXT) + esk + seipd, ""),
        ("a-signature-in-front", "A signature packet before the session key: its notations can hold any text.",
         packet(SIGNATURE, b"\x04\x00\x16\x08" + b"the price is 42 million".ljust(60)) + esk + seipd, ""),
        ("a-user-id-in-front", "A user id has no place in a message, but room for a sentence.",
         packet(13, b"The price is 42 million <bob@example.net>") + esk + seipd, ""),
        ("a-packet-nobody-knows-in-front", "Tag 60 is for experiments: readers pass over it, words and all.",
         packet(60, WORDS.encode()) + esk + seipd, ""),
        ("a-critical-packet-nobody-knows", "Tag 22 is critical and unknown: readers have to refuse the whole.",
         packet(22, noise(40, "22")) + esk + seipd, ""),
        ("two-data-packets", "Two SEIPD one behind the other: only one can belong to the session key.",
         esk + seipd + seipd, "something follows"),
        ("a-session-key-behind-the-data", "A PKESK after the SEIPD has nothing to open.", esk + seipd + esk,
         "something follows"),
        ("one-octet-behind", "One octet more than the packets have.", esk + seipd + b"\x2a", ""),
        ("words-behind", "A sentence behind the packets, inside the armor.", esk + seipd + WORDS.encode(), ""),
        ("padding-behind", "A padding packet behind the data. Harmless noise, but nobody makes it; nothing may follow.",
         esk6 + seipd2 + packet(PADDING, noise(60, "behind")), "something follows"),
        ("cut-by-one-octet", "The last octet is lost: the integrity cannot be right.", message[:-1],
         "a packet is cut short"),
        ("cut-in-half", "Half the message.", message[: len(message) // 2], "a packet is cut short"),
        ("a-small-first-chunk", "A first partial length of 16 octets; RFC 9580 wants 512 at least.",
         esk + partial_packet(SEIPD, data, 4), "a first chunk below 512 octets"),
        ("a-session-key-in-chunks", "Partial lengths are for data alone.", partial_packet(PKESK, key + noise(600, "k"),
                                                                                          9) + seipd,
         ""),
        ("no-octets-in-the-data", "SEIPD of no octets at all.", esk + packet(SEIPD, b""), ""),
        ("too-little-data", "SEIPD too small for its own prefix and check.",
         esk + packet(SEIPD, b"\x01" + noise(10, "few")), ""),
        ("data-of-an-unknown-version", "SEIPD of version 3.", esk + packet(SEIPD, b"\x03" + data[1:]), ""),
        ("a-session-key-of-an-unknown-version", "PKESK of version 2, PGP 2's; nobody reads it any more.",
         packet(PKESK, b"\x02" + key[1:]) + seipd, ""),
        ("version-3-with-data-2", "PKESK 3 before SEIPD 2: RFC 9580 has this refused.", esk + seipd2, ""),
        ("version-6-with-data-1", "PKESK 6 before SEIPD 1: the same the other way about.", esk6 + seipd, ""),
        ("version-6-with-ocb", "PKESK 6 before packet 20: two standards in one message.", esk6 + ocb, ""),
        ("passphrase-4-with-data-2", "SKESK 4 before SEIPD 2.", skesk + seipd2, ""),
        ("passphrase-5-with-data-1", "SKESK 5 before SEIPD 1.", skesk5 + seipd, ""),
        ("passphrase-6-with-data-1", "SKESK 6 before SEIPD 1.", skesk6 + seipd, ""),
        ("version-3-and-6-together", "PKESK 3 and PKESK 6 before one SEIPD 2: one of them cannot open it.",
         esk + esk6 + seipd2, ""),
        ("a-marker-with-words", "A marker packet is the three letters PGP; this one is a sentence.",
         packet(MARKER, WORDS.encode()) + message, "a marker packet with something in it"),
        ("two-padding-packets", "A second padding packet: one is room enough to hide a size.",
         esk6 + packet(PADDING, noise(60, "one")) + packet(PADDING, noise(60, "two")) + seipd2,
         "more than one padding packet"),
        ("nine-passphrases", "Nine packets for passphrases. Their salts are free, and room for words.",
         b"".join(packet(SKESK, b"\x04\x09\x03\x08" + noise(8, f"salt {i}") + b"\xff" + noise(33, f"key {i}"))
                  for i in range(9)) + seipd,
         "more passphrases than anybody needs"),
        ("a-session-key-of-eight-bits", "ECDH with a point of one octet: no curve has so few.",
         packet(PKESK, key[:10] + b"\x00\x08\xa5\x30" + noise(48, "wrapped")) + seipd, "session key that cannot be read"),
        ("ocb-to-nobody", "Packet 20 with no session key packet.", ocb, "encrypted, but to nobody"),
    ]
    for fact, about, octets, why in table:
        yield case(fact, "pgp-fake", f"{GPG}, {SQ1} and {RNP}, put together by hand", about, octets, why=why)


def readable(world):
    message = world.seal("bob")
    (_, key), (_, data) = packets(message)
    esk = packet(PKESK, key)
    seen = "its encrypted data can be read as they are"
    both = {"why": seen}
    yield case("text-instead-of-ciphertext", "pgp-fake", BY_HAND,
               """Every packet is in its place, and the SEIPD holds the letter itself. strings(1) shows it.""",
               esk + packet(SEIPD, b"\x01" + WORDS.encode()), **both)
    yield case("text-in-utf-16-instead-of-ciphertext", "pgp-fake", BY_HAND,
               "The same in UTF-16, which strings(1) misses.",
               esk + packet(SEIPD, b"\x01" + WORDS.encode("utf-16le")), **both)
    yield case("text-in-cyrillic-instead-of-ciphertext", "pgp-fake", BY_HAND, "The same in Russian, in UTF-8.",
               esk + packet(SEIPD,
                            b"\x01" + ("Цена сорок два миллиона, никому не говори до понедельника. " * 3).encode()),
                            **both)
    yield case("text-in-the-middle-of-ciphertext", "pgp-fake", BY_HAND,
               "Noise in front and behind, the letter between.",
               esk + packet(SEIPD, b"\x01" + noise(300, "front") + WORDS.encode() + noise(300, "behind")), **both)
    yield case("text-in-the-session-key", "pgp-fake", BY_HAND, "The letter stands where the session key of an algorithm that nobody knows would.",
               packet(PKESK, key[:9] + b"\x63" + WORDS.encode()) + packet(SEIPD, data), **both)
    yield case("text-in-many-session-keys", "pgp-fake", BY_HAND,
               "Twenty session keys of an algorithm that nobody knows, with a few words in each: too few to be noticed alone.",
               b"".join(packet(PKESK, b"\x03" + noise(8, f"id {i}") + b"\x63" + WORDS[i * 7:i * 7 + 25].encode()
                               + noise(30, f"rest {i}")) for i in range(20)) + packet(SEIPD, data), **both)
    yield case("text-in-shreds", "pgp-fake", BY_HAND, "The letter in pieces of thirty octets, with noise between them.",
               esk + packet(SEIPD, b"\x01" + b"".join(noise(60, f"shred {i}") + WORDS[i * 30:i * 30 + 30].encode()
                                                      for i in range(5))), **both)
    yield case("text-in-chinese-instead-of-ciphertext", "pgp-fake", BY_HAND,
               "The letter in Chinese, in GBK: two octets a character, hardly one of them ASCII.",
               esk + packet(SEIPD, b"\x01" + CHINESE.encode("gbk")), **both)
    yield case("text-in-the-padding", "pgp-fake", BY_HAND, "The letter stands in a padding packet.",
               packet(PADDING, WORDS.encode()) + message, **both)
    yield case("text-across-two-chunks", "pgp-fake", BY_HAND,
               "SEIPD in partial lengths; the letter begins in one chunk and ends in the next.",
               esk + partial_packet(SEIPD, b"\x01" + noise(440, "front") + WORDS.encode() + noise(100, "behind"), 9),
               **both)
    yield case("base64-instead-of-ciphertext", "pgp-fake", BY_HAND, "The SEIPD holds base64 of the letter: text again.",
               esk + packet(SEIPD, b"\x01" + base64.b64encode(WORDS.encode())), **both)
    yield case("zeros-instead-of-ciphertext", "pgp-fake", BY_HAND,
               "A program that failed to encrypt and sent its buffer.",
               esk + packet(SEIPD, b"\x01" + bytes(200)), **both)


def not_encrypted(world):
    alice = ["--local-user", world.fingerprints["alice"]]
    text = TEXT.encode()
    table = [
        ("literal", "gpg --store", "A literal packet: plain text in a box.", world.gpg("--store", data=text),
         "plain data"),
        ("compressed", "gpg --store -z 9",
         "A compressed literal packet, of indeterminate length: gpg -d shows it to anybody.",
         world.gpg("--compress-algo", "zip", "-z", "9", "--store", data=text), "compressed, not encrypted"),
        ("signed", "gpg --sign", "One-pass signature, literal, signature: signed, and readable.",
         world.gpg(*alice, "--sign", data=text), "signed, not encrypted"),
        ("signed-and-compressed", "gpg --sign as it is by default",
         "The same compressed: it looks like noise, and is none.",
         world.gpg(*alice, "--compress-algo", "zlib", "--sign", data=text), "compressed, not encrypted"),
        ("a-detached-signature", "gpg --detach-sign", "Somebody has taken the wrong menu entry.",
         world.gpg(*alice, "--detach-sign", data=text), "signed, not encrypted"),
        ("a-certificate", "gpg --export", "The sender's certificate instead of a message.",
         world.gpg("--export", world.fingerprints["alice"]), "a certificate, not a message"),
        ("no-openpgp-at-all", "by hand", "A letter, put into armor by a script.", (WORDS + "\n").encode(),
         "not OpenPGP data"),
        ("no-packets-at-all", "by hand", "Armor with nothing in it.", b"", ""),
        ("gzip", "by hand", "Compressed by gzip and put into armor.", gzip.compress(WORDS.encode(), mtime=0), ""),
    ]
    for fact, made_by, about, octets, why in table:
        yield case(fact, "pgp-fake", made_by.replace("gpg", GPG, 1), about, octets, why=why)


def cases(world):
    for group in [good, without_integrity, malformed, readable, not_encrypted]:
        yield from group(world)
