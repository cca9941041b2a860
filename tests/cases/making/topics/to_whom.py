"""To whom a protected mail is encrypted, by the certificates in tests/cases/certificates. See keys/protection/addressing.hpp."""
from making.mail import Case, attachment, letter, multipart, part, pgp_mime
from making.openpgp import PKESK, armor, noise, packet, packets
from making.programs import BY_HAND, GPG, SQ, SQ1


def cases(world):
    def case(fact, about, message, made_by=GPG, **to):
        keys = to.pop("keys", [])
        people = " ".join(sorted(to)) or "bob"
        return Case(f"to-whom/{fact}", "pgp-mime", made_by, about, letter(pgp_mime(armor(message)), people), to,
                    keys=keys)

    bob = world.seal("bob alice")
    (_, key), seipd = packets(world.seal("bob"))
    hidden = "0" * 16
    yield case("bob-and-the-sender", "The usual: to Bob, and to Alice for her own copy. Carol is no reader of it.", bob,
               bob="yes", alice="yes", carol="no", keys=[world.subkey("bob"), world.subkey("alice")])
    yield case("the-sender-alone", "Alice's program had no key of Bob and encrypted to her own: Bob could not read it.",
               world.seal("alice"), bob="no", alice="yes")
    yield case("somebody-else-alone", "To a key that belongs to nobody known: an old key, a stranger, a mistake.",
               world.seal("mallory"), bob="no", carol="no", frank="unverifiable")
    yield case("somebody-else-beside-bob", "A key more than there are recipients: a second device, or a second reader.",
               world.seal("bob mallory"), bob="yes")
    yield case("both-recipients", "To Bob and Carol.", world.seal("bob carol alice"), bob="yes", carol="yes")
    yield case("one-of-two-recipients", "Carol has been forgotten.", world.seal("bob alice"), bob="yes", carol="no")
    yield case("carol-by-her-first-certificate", "Carol has two certificates; either will do.", world.seal("carol"),
               carol="yes")
    yield case("carol-by-her-second-certificate", "The same to the other certificate.", world.sq_to_carol2(), SQ,
               carol="yes",
               keys=[world.carol2_subkey()])
    yield case("frank-without-a-certificate",
               "Nothing is known of Frank: whether one of the keys is his cannot be told.",
               bob, frank="unverifiable")
    yield case("dave-whose-certificate-is-revoked", "The key is revoked: whoever holds it may not be Dave.",
               world.to_dave, dave="no")
    yield case("dave-beside-bob", "The revoked key of Dave is one of two; Bob's is good.",
               world.to_dave_and_bob, dave="no", bob="yes")
    yield case("erin-whose-certificate-has-expired", "Expired in 2021; Erin holds the key, and can read.",
               world.to_erin, erin="yes")
    yield case("grace-by-her-new-subkey", "Grace has revoked a subkey and has a new one.", world.seal("grace"),
               grace="yes",
               keys=[world.subkey("grace")])
    yield case("grace-by-her-revoked-subkey", "The sender had an old copy of the certificate.", world.to_old_grace,
               grace="no")
    yield case("heidi-who-can-only-sign", "Heidi's certificate has no key to encrypt to: none of hers is known.",
               bob, heidi="unverifiable")
    yield case("bob-by-his-primary-key", "The id in the packet is that of Bob's primary key, which can sign only.",
               packet(PKESK, b"\x03" + bytes.fromhex(world.fingerprints["bob"][-16:]) + key[9:]) + packet(*seipd),
               BY_HAND,
               bob="no")
    yield case("bob-by-another-algorithm",
               "The packet names Bob's key, which is ECDH, and holds a session key for X25519: no key of his opens it.",
               packet(PKESK, key[:9] + b"\x19" + noise(32, "ephemeral key") + b"\x29" + noise(41, "wrapped key"))
               + packet(*seipd), BY_HAND, bob="no")
    seipd2 = packets(world.to_victor())[-1]
    yield case("bob-by-another-fingerprint",
               "PKESK 6 names a key by its fingerprint. This one ends like Bob's, and is not his.",
               packet(PKESK, b"\x06\x15\x04" + noise(12, "fingerprint") + bytes.fromhex(world.subkey("bob")) + key[9:])
               + packet(*seipd2), BY_HAND, bob="no")
    yield case("a-hidden-recipient", "gpg --hidden-recipient: the key id is all zeros.", world.seal("", hidden="bob"),
               bob="unverifiable", carol="unverifiable", keys=[hidden])
    yield case("a-hidden-recipient-beside-bob", "Bob is named, somebody else is not: a Bcc, as it should be.",
               world.seal("bob", hidden="carol"), bob="yes", carol="unverifiable", keys=[world.subkey("bob"), hidden])
    yield case("nothing-but-hidden-recipients", "gpg --throw-keyids: three readers, no names.",
               world.seal("bob carol alice", options=["--throw-keyids"]), bob="unverifiable", keys=[hidden] * 3)
    yield case("a-passphrase", "No key at all; whoever knows the passphrase.", world.password(), bob="passphrase",
               frank="passphrase")
    yield case("victor-of-version-6",
               "Victor's certificate is of version 6, which GnuPG 2.2 cannot read: as if there were none.",
               world.to_victor(), SQ1, victor="unverifiable", bob="no")
    yield Case("to-whom/bob-in-other-letters", "pgp-mime", GPG, "Addresses are the same in upper and lower case.",
               letter(pgp_mime(armor(bob)), "BOB"), {"BOB": "yes", "bob+offers": "unverifiable", "ob": "unverifiable"})

    def inline(fact, about, text, file, **to):
        content = multipart("mixed", part("text/plain", armor(text)), attachment("offer.pdf.pgp", file))
        return Case(f"to-whom/{fact}", "pgp-inline", GPG, about, letter(content), to)

    yield inline("every-part-to-bob", "Inline PGP: each part has readers of its own, and Bob is one of all.",
                 bob, world.seal("bob", "%PDF-1.7"), bob="yes", alice="no")
    yield inline("one-part-not-to-bob", "The text is to Bob, the file to Alice alone: Bob could not read all of it.",
                 bob, world.seal("alice", "%PDF-1.7"), bob="no", alice="yes")
    yield inline("one-part-to-nobody-by-name", "The text is to Bob, the file to a hidden reader.",
                 bob, world.seal("", "%PDF-1.7", hidden="bob"), bob="unverifiable")
    yield inline("one-part-by-passphrase", "The text is to Bob, the file under a passphrase that the text tells.",
                 bob, world.password(), bob="passphrase")
