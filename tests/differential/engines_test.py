"""What gpg and librnp seal for us, against each other: opened by gpg, sq and rnp, each of both is the same text for the same keys.

Keys and messages are made anew in each run, from SEALGATE_DIFFERENTIAL_SEED; SEALGATE_ENGINE_PAIRS says how many pairs of a key and
a message. A failure names both.
"""

import os
import random
import re
import struct
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import messages
import pytest
import sequoia
import tools

SEED = os.environ.get("SEALGATE_DIFFERENTIAL_SEED", "9580")
PAIRS = int(os.environ.get("SEALGATE_ENGINE_PAIRS", "45"))
ENGINES = {"gpg": b"g", "librnp": b"l"}
ALGORITHMS = [("rsa2048", "rsa2048"), ("rsa3072", "rsa3072"), ("ed25519", "cv25519"), ("nistp256", "nistp256"), ("nistp384", "nistp384"),
              ("nistp521", "nistp521"), ("brainpoolP256r1", "brainpoolP256r1"), ("secp256k1", "secp256k1"), ("dsa2048", "elg2048")]
WITHOUT_SQ = {"brainpoolP256r1", "secp256k1", "elg2048"}  # which Sequoia of Debian 12 does not know


class Key:
    def __init__(self, maker, directory, primary, subkey):
        self.subkey, address = subkey, f"{subkey}@example.org"
        self.key_id = maker.make_key(address, primary, subkey)[1][-16:]
        self.certificate = maker.gpg("--export", address)
        self.secret = directory / f"{subkey}.pgp"
        self.secret.write_bytes(maker.gpg("--export-secret-keys", address))


@pytest.fixture(scope="module")
def maker():
    with messages.Maker() as maker:
        yield maker


@pytest.fixture(scope="module")
def keys(maker, tmp_path_factory):
    directory = tmp_path_factory.mktemp("keys")
    return [Key(maker, directory, *algorithms) for algorithms in ALGORITHMS]


def entities(rng):
    """Sizes around those at which packets change their form, and any; text, zeros, noise, and what is a packet itself."""
    edges = [1, 191, 192, 193, 511, 512, 513, 8191, 8192, 8383, 8384, 8385, 32_767, 32_768, 65_535, 65_536, 1 << 20]
    for number in range(PAIRS):
        size = edges[number] if number < len(edges) else int(10 ** rng.uniform(0, 5.3))
        yield rng.choice([lambda: rng.randbytes(size), lambda: bytes(size), lambda: (b"a line\r\n" * (size // 8 + 1))[:size],
                          lambda: (b"\xcb\x06b\0\0\0\0\0" * (size // 8 + 1))[:size], lambda: (b"-----BEGIN PGP MESSAGE-----\n" * size)[:size]])()


def sealed(cases):
    """For each (engine, certificate, entity) its ciphertext; an error fails the test."""
    frames = b"".join(ENGINES[engine] + struct.pack(">I", len(certificate)) + certificate + struct.pack(">I", len(entity)) + entity
                      for engine, certificate, entity in cases)
    run = subprocess.run([os.environ["SEALED_BY"]], input=frames, capture_output=True, check=True, timeout=1200)
    out, rest = [], run.stdout
    while rest:
        size, = struct.unpack(">I", rest[1:5])
        assert rest[:1] == b"+", (cases[len(out)][0], rest[5:5 + size], run.stderr)
        out.append(rest[5:5 + size])
        rest = rest[5 + size:]
    assert len(out) == len(cases)
    return out


def opened(maker, key, ciphertext):
    """By each program that knows the algorithm: its name and what it read."""
    yield "gpg", maker.gpg("--decrypt", input=ciphertext)
    with tempfile.NamedTemporaryFile() as file:
        file.write(ciphertext)
        file.flush()
        yield "rnp", _output(["rnp", "--keyfile", key.secret, "--output", "-", "--decrypt", file.name])
        if key.subkey not in WITHOUT_SQ:
            yield "sq", _output([*sequoia.decrypting(key.secret), file.name])


def _output(command):
    run = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, env=tools.ENVIRONMENT | {"HOME": "/nonexistent"}, timeout=60)
    assert run.returncode == 0, (command, run.stderr)
    return run.stdout


def test_both_engines_seal_the_same_text_to_the_same_key(maker, keys):
    rng = random.Random(f"{SEED} engines")
    pairs = [(keys[number % len(keys)], entity) for number, entity in enumerate(entities(rng))]
    cases = [(engine, key, entity) for key, entity in pairs for engine in ENGINES]
    ciphertexts = sealed([(engine, key.certificate, entity) for engine, key, entity in cases])

    def check(case):
        (engine, key, entity), ciphertext = case
        packets = maker.gpg("--list-packets", input=ciphertext).decode(errors="replace")
        assert re.findall(r"keyid ([0-9A-F]{16})", packets) == [key.key_id], (engine, key.subkey, len(entity), packets)
        for program, text in opened(maker, key, ciphertext):
            assert text == entity, (engine, key.subkey, len(entity), program)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(check, zip(cases, ciphertexts)))
    assert len(set(ciphertexts)) == len(ciphertexts), "the same ciphertext twice: the session key was the same"
