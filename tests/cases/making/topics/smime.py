"""S/MIME: what the DER says it is, whatever the parameters say."""
import zlib

from making.mail import BASE64, Case, in_base64, letter, multipart, part
from making.programs import BY_HAND, OPENSSL, TEXT

TYPE = 'application/pkcs7-mime; smime-type={}; name="smime.p7m"'
ENVELOPED = TYPE.format("enveloped-data")
READABLE = (TEXT * 2).encode()[:96]  # the DER of an enveloped message ends with the ciphertext, whole blocks of it


def tlv(tag, *contents):
    body = b"".join(contents)
    length = bytes([len(body)]) if len(body) < 128 else b"\x82" + len(body).to_bytes(2, "big")
    return bytes([tag]) + length + body


def compressed():
    """CompressedData (RFC 3274); the OpenSSL of Debian cannot make it."""
    pkcs9 = b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10"
    data = tlv(0x06, b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01")
    packed = tlv(0xA0, tlv(0x04, zlib.compress(TEXT.encode())))
    return tlv(0x30, tlv(0x06, pkcs9, b"\x01\x09"), tlv(0xA0, tlv(
        0x30, tlv(0x02, b"\0"), tlv(0x30, tlv(0x06, pkcs9, b"\x03\x08")), tlv(0x30, data, packed))))


def entity(der, content_type=ENVELOPED, *fields):
    return part(content_type, in_base64(der), BASE64, 'Content-Disposition: attachment; filename="smime.p7m"', *fields)


def cases(world):
    bob, key = world.x509("bob")
    alice = world.x509("alice")
    enveloped = world.cms("-encrypt", "-aes256", bob)
    signed = world.cms("-sign", "-nodetach", "-signer", alice[0], "-inkey", alice[1])

    def case(fact, protection, about, content, made_by=OPENSSL):
        return Case(f"smime/{fact}", protection, made_by, about, letter(content))

    yield case("enveloped", "smime", "EnvelopedData to Bob's RSA key, as every S/MIME program sends it.",
               entity(enveloped))
    yield case("enveloped-old-type", "smime", "application/x-pkcs7-mime, as Netscape and old Outlook call it.",
               entity(enveloped, 'application/x-pkcs7-mime; name="smime.p7m"'))
    yield case("enveloped-without-smime-type", "smime", "The parameter smime-type is missing; the DER says it.",
               entity(enveloped, "application/pkcs7-mime; name=smime.p7m"))
    yield case("enveloped-called-signed", "smime", "smime-type=signed-data is wrong: the DER is EnvelopedData.",
               entity(enveloped, TYPE.format("signed-data")))
    yield case("enveloped-in-triple-des", "smime", "An old cipher is still a cipher.", entity(world.cms("-encrypt",
                                                                                                        "-des3", bob)))
    yield case("enveloped-by-key-identifier", "smime",
               "The recipient is named by the key identifier, not by the issuer.",
               entity(world.cms("-encrypt", "-aes256", "-keyid", bob)))
    yield case("enveloped-to-two", "smime", "To Bob and to Alice herself.", entity(world.cms("-encrypt", "-aes256",
                                                                                             bob, alice[0])))
    yield case("enveloped-to-a-curve", "smime", "Key agreement (ECDH) in place of RSA.",
               entity(world.cms("-encrypt", "-aes256", world.x509("carol", "ec", "-pkeyopt",
                                                                  "ec_paramgen_curve:prime256v1")[0])))
    yield case("enveloped-to-a-password", "smime", "A password recipient: OpenSSL makes it, mail programs do not.",
               entity(world.cms("-encrypt", "-aes256", "-pwri_password", "correct horse")))
    yield case("enveloped-in-ber", "smime", "openssl cms -stream: indefinite lengths, the ciphertext in pieces.",
               entity(world.cms("-encrypt", "-aes256", "-stream", bob)))
    yield case("auth-enveloped", "smime", "AuthEnvelopedData with AES-GCM (RFC 5083), as S/MIME 4 recommends.",
               entity(world.cms("-encrypt", "-aes-256-gcm", bob), TYPE.format("authEnveloped-data")))
    yield case("auth-enveloped-in-ber", "smime", "The same streamed.",
               entity(world.cms("-encrypt", "-aes-256-gcm", "-stream", bob), TYPE.format("authEnveloped-data")))

    yield case("signed", "none", "Opaque signed data: base64 of the letter and a signature.",
               entity(signed, TYPE.format("signed-data")))
    yield case("signed-called-enveloped", "none",
               "smime.p7m with smime-type=enveloped-data, and the DER is SignedData: readable.",
               entity(signed))
    yield case("signed-in-ber", "none", "The same with indefinite lengths.",
               entity(world.cms("-sign", "-nodetach", "-stream", "-signer", alice[0], "-inkey", alice[1])))
    yield case("compressed", "none", "CompressedData: packed, not encrypted. Called enveloped for good measure.",
               entity(compressed()), BY_HAND)
    yield case("plain-data", "none", "ContentInfo of type data: the letter in a box.",
               entity(world.cms("-data_create")))
    yield case("encrypted-data", "none",
               "EncryptedData has no recipients: the key is somewhere else. Nobody mails that.",
               entity(world.cms("-EncryptedData_encrypt", "-aes256", "-secretkey",
                                "00112233445566778899AABBCCDDEEFF" * 2)))
    certificates = world.run("openssl", "crl2pkcs7", "-nocrl", "-certfile", alice[0], "-outform", "DER")
    yield case("certificates-only", "none", "smime-type=certs-only: a card to hand out keys with.",
               entity(certificates, TYPE.format("certs-only")))
    yield case("truncated", "none", "The last octets are lost.", entity(enveloped[:-10]))
    yield case("words-behind", "none",
               "A letter behind the DER: programs stop at the end of the DER, readers of the wire do not.",
               entity(enveloped + TEXT.encode()))
    yield case("words-between-the-digits", "none",
               "A letter between the lines of base64, which tolerant decoders pass over.",
               part(ENVELOPED, in_base64(enveloped) + "The price is 42 million!\n", BASE64))
    yield case("a-letter", "none", "Type, name and smime-type are right, and the body is a letter.", part(ENVELOPED,
                                                                                                          TEXT))
    yield case("a-letter-in-base64", "none", "The same in base64.", entity(TEXT.encode()))
    yield case("text-instead-of-ciphertext", "none",
               "EnvelopedData in good order, the letter in place of the ciphertext.",
               entity(enveloped[: -len(READABLE)] + READABLE), BY_HAND)
    yield case("an-enveloped-file-beside-a-letter", "none", "smime.p7m as an attachment of a letter in clear.",
               multipart("mixed", part("text/plain", TEXT), entity(enveloped)))
    yield case("enveloped-under-a-footer", "none", "A gateway has put its footer beside the S/MIME part.",
               multipart("mixed", entity(enveloped), part("text/plain", "This mail was scanned.\n")))
    yield case("two-content-types", "none", "The Content-Type stands there twice: by the other one the body is a text.",
               entity(enveloped, ENVELOPED, "Content-Type: text/plain"))
    yield case("enveloped-as-octet-stream", "none",
               """application/octet-stream with the name smime.p7m. RFC 8551 lets programs look into it; many do not,
               and show a file.""", entity(enveloped, 'application/octet-stream; name="smime.p7m"'))
    yield case("as-pem", "none", "openssl's PEM instead of base64 alone: no mail program opens it.",
               part(ENVELOPED, "-----BEGIN CMS-----\n" + in_base64(enveloped) + "-----END CMS-----\n"))
    yield case("signed-around-enveloped", "none",
               """Opaque signed data with an enveloped part inside: encrypted within, but what the outermost layer says
               in clear (certificates, attributes, any content) is not looked into.""",
               entity(world.cms("-sign", "-nodetach", "-signer", alice[0], "-inkey", alice[1],
                                data=entity(enveloped).encode()),
                      TYPE.format("signed-data")))
