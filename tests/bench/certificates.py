"""Certificates by the thousand: gpg makes some twenty a second."""

import hashlib
import struct
import time

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ED25519, CURVE25519 = bytes.fromhex("092b06010401da470f01"), bytes.fromhex("0a2b060104019755010501")
MADE = int(time.time()) - 86400


def certificate(address):
    """RFC 9580: an EdDSALegacy key, a user id, an ECDH subkey. Returns the fingerprint and the octets."""
    signer = Ed25519PrivateKey.generate()
    primary = key_body(22, ED25519 + point(signer.public_key()))
    subkey = key_body(18, CURVE25519 + point(X25519PrivateKey.generate().public_key()) + b"\x03\x01\x08\x07")
    fingerprint = hashlib.sha1(hashed_key(primary)).digest()
    user_id = f"{address} <{address}>".encode()

    def signature(kind, what, flags):
        hashed = b"\x05\x02" + struct.pack(">I", MADE) + b"\x16\x21\x04" + fingerprint + bytes([2, 27, flags])
        trailed = bytes([4, kind, 22, 8]) + struct.pack(">H", len(hashed)) + hashed
        digest = hashlib.sha256(what + trailed + b"\x04\xff" + struct.pack(">I", len(trailed))).digest()
        signed = signer.sign(digest)
        return packet(2, trailed + b"\x00\x0a\x09\x10" + fingerprint[-8:] + digest[:2] + integer(signed[:32]) + integer(signed[32:]))

    about_user = hashed_key(primary) + b"\xb4" + struct.pack(">I", len(user_id)) + user_id
    octets = (packet(6, primary) + packet(13, user_id) + signature(0x13, about_user, 0x03)
              + packet(14, subkey) + signature(0x18, hashed_key(primary) + hashed_key(subkey), 0x0c))
    return fingerprint.hex().upper(), octets


def key_body(algorithm, material):
    return b"\x04" + struct.pack(">I", MADE) + bytes([algorithm]) + material


def point(public):
    return integer(b"\x40" + public.public_bytes(Encoding.Raw, PublicFormat.Raw))


def integer(octets):
    number = int.from_bytes(octets, "big")
    return struct.pack(">H", number.bit_length()) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def hashed_key(body):
    return b"\x99" + struct.pack(">H", len(body)) + body


def packet(kind, body):
    length = bytes([len(body)]) if len(body) < 192 else struct.pack(">H", len(body) - 192 + 0xC000)
    return bytes([0xC0 | kind]) + length + body
