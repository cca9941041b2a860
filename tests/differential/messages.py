"""Real messages, from real gpg: whatever it makes of keys, passphrases, sizes and options."""

import os
import random
import subprocess
import tempfile
from pathlib import Path

ADDRESSES = {"rsa@example.org": ("rsa2048", "rsa2048"), "one@example.org": ("ed25519", "cv25519"),
             "two@example.org": ("ed25519", "cv25519"), "three@example.org": ("ed25519", "cv25519")}
RSA, ONE, TWO, THREE = ADDRESSES


class Maker:
    """`with Maker() as maker:` has the keys; the gpg agent ends with the block."""

    def __enter__(self):
        self._directory = tempfile.TemporaryDirectory(prefix="gpg-")
        self._home = Path(self._directory.name)
        for address, (primary, subkey) in ADDRESSES.items():
            self.make_key(address, primary, subkey)
        return self

    def __exit__(self, *_):
        subprocess.run(["gpgconf", "--homedir", self._home, "--kill", "gpg-agent"], capture_output=True)
        self._directory.cleanup()

    def make_key(self, address, primary, subkey):
        """Of two algorithms, in gpg's words. Returns both fingerprints."""
        self.gpg("--passphrase", "", "--quick-gen-key", address, primary, "sign")
        self.gpg("--passphrase", "", "--quick-add-key", self._fingerprints(address)[0], subkey, "encr")
        return self._fingerprints(address)

    def _fingerprints(self, address):
        listed = self.gpg("--with-colons", "--list-keys", address).decode().splitlines()
        return [line.split(":")[9] for line in listed if line.startswith("fpr")]

    def gpg(self, *arguments, input=b""):
        command = ["gpg", "--batch", "--no-tty", "--quiet", "--homedir", self._home, "--trust-model", "always",
                   "--pinentry-mode", "loopback", "--s2k-count", "65536", *arguments]
        run = subprocess.run(command, input=input, capture_output=True, env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
                             timeout=120)
        if run.returncode != 0:
            raise RuntimeError(f"gpg {' '.join(map(str, arguments))}: {run.stderr.decode(errors='replace')}")
        return run.stdout


def make(maker, seed):
    """Two dicts, name to octets: what is encrypted with integrity, and all else that gpg makes. All binary."""
    rng = random.Random(f"{seed} messages")
    recipients = {"one": ["-e", "-r", ONE], "rsa": ["-e", "-r", RSA], "two": ["-e", "-r", ONE, "-r", RSA],
                  "three": ["-e", "-r", ONE, "-r", TWO, "-r", RSA], "hidden": ["-e", "-R", TWO],
                  "some hidden": ["-e", "-r", ONE, "-R", RSA, "-R", TWO], "passphrase": ["-c", "--passphrase", "x"],
                  "both": ["-e", "-c", "--passphrase", "x", "-r", ONE, "-r", RSA]}
    ways = {"plain": ["-z", "0"], "compressed": ["-z", "6"], "signed": ["-s", "-u", ONE, "-z", "0"],
            "rfc4880": ["--rfc4880", "-z", "0"]}
    encrypted = {}
    for who, to in recipients.items():
        for how, options in ways.items():
            size = rng.choice([0, 1, 100, 900, 9000, rng.randrange(20_000)])
            encrypted[f"{who} {how} {size}"] = maker.gpg(*options, *to, input=rng.randbytes(size))
    for size in 8150, 40_000, 102_400:
        encrypted[f"large {size}"] = maker.gpg("-z", "0", "-e", "-r", ONE, input=rng.randbytes(size))
    return encrypted, _others(maker, rng.randbytes(1500))


def _others(maker, text):
    without_mdc = ["--rfc2440", "--disable-mdc", "-z", "0"]
    return {
        "no integrity": maker.gpg(*without_mdc, "-e", "-r", RSA, input=text),
        "no integrity, large": maker.gpg(*without_mdc, "-e", "-r", ONE, input=text * 20),
        "no integrity, passphrase": maker.gpg(*without_mdc, "-c", "--passphrase", "x", input=text),
        "signed": maker.gpg("-s", "-u", ONE, input=text),
        "signed, not compressed": maker.gpg("-s", "-z", "0", "-u", RSA, input=text),
        "detached signature": maker.gpg("-b", "-u", ONE, input=text),
        "stored": maker.gpg("--store", "-z", "0", input=text * 10),
        "compressed": maker.gpg("--store", "-z", "6", input=text),
        "certificates": maker.gpg("--export"),
        "secret keys": maker.gpg("--export-secret-keys", ONE),
    }


def clear_signed(maker):
    return maker.gpg("--clearsign", "-u", ONE, input=b"Hello, world.\n- a dash\n")
