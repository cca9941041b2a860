"""People with OpenPGP keys: one gpg home each, real gpg, no passphrases."""

import os
import subprocess
from pathlib import Path

PARAMETERS = """\
%no-protection
Key-Type: eddsa
Key-Curve: ed25519
Key-Usage: sign
{subkey}
Name-Real: {name}
Name-Email: {address}
Expire-Date: {expires}
%commit
"""
ENCRYPTION_SUBKEY = "Subkey-Type: ecdh\nSubkey-Curve: cv25519\nSubkey-Usage: encrypt"


class Person:
    """Someone with a key pair. `certificate` is the file with the public half, armored."""

    def __init__(self, root, address, expires="0", at=None, subkey=ENCRYPTION_SUBKEY):
        self.address = address
        self.home = Path(root) / address.replace("@", "-at-")
        self.home.mkdir(mode=0o700, parents=True)
        clock = ["--faked-system-time", at] if at else []
        self.gpg(*clock, "--gen-key", input=PARAMETERS.format(
            name=address.partition("@")[0].title(), address=address, expires=expires, subkey=subkey).encode())
        listing = self.gpg("--with-colons", "--list-keys").decode().splitlines()
        self.fingerprint = next(line.split(":")[9] for line in listing if line.startswith("fpr"))
        self.certificate = self.home / "certificate.asc"
        self._export()

    def gpg(self, *arguments, input=b""):
        run = subprocess.run(["gpg", "--batch", "--no-tty", "--quiet", "--homedir", self.home, *arguments], input=input,
                             capture_output=True, env={"PATH": os.environ["PATH"], "LC_ALL": "C"}, timeout=120)
        if run.returncode != 0:
            raise RuntimeError(f"gpg {' '.join(map(str, arguments))}: {run.stderr.decode(errors='replace')}")
        return run.stdout

    def revoke(self):
        """Publishes the revocation that gpg prepared when the key was made."""
        prepared = (self.home / "openpgp-revocs.d" / f"{self.fingerprint}.rev").read_bytes()
        self.gpg("--import", input=prepared.replace(b":-----BEGIN", b"-----BEGIN"))
        self._export()

    def renew(self):
        """A new encryption key beside the old one, as careful people make it each year."""
        self.gpg("--passphrase", "", "--quick-add-key", self.fingerprint, "cv25519", "encr")
        self._export()

    def _export(self):
        self.certificate.write_bytes(self.gpg("--armor", "--export"))

    def encryption_key_id(self):
        """Of the newest, 16 upper-case hex digits."""
        listed = self.gpg("--with-colons", "--list-keys", self.address).decode().splitlines()
        return [line.split(":")[4] for line in listed if line.startswith("sub:")][-1]

    def decrypt(self, ciphertext):
        return self.gpg("--decrypt", input=ciphertext)

    def can_read(self, ciphertext):
        try:
            self.decrypt(ciphertext)
            return True
        except RuntimeError:
            return False


class Keys:
    """`with Keys(root) as keys:` makes the people of the world; the gpg agents end with the block."""

    def __init__(self, root):
        self._root = Path(root)
        self._people = {}

    def __enter__(self):
        self.bob = self.make("bob@partner.example")
        self.carol = self.make("carol@partner.example")
        self.dave = self.make("dave@riseup.net")
        self.expired = self.make("erin@partner.example", expires="20210101T000000", at="20200101T000000")
        self.revoked = self.make("rolf@partner.example")
        self.revoked.revoke()
        self.sign_only = self.make("sigrid@partner.example", subkey="")
        return self

    def __exit__(self, *_):
        for person in self._people.values():
            subprocess.run(["gpgconf", "--homedir", person.home, "--kill", "all"], capture_output=True)

    def make(self, address, **how):
        self._people[address] = Person(self._root, address, **how)
        return self._people[address]

    def certificates(self):
        return [person.certificate for person in self._people.values()]

    def encrypt(self, plaintext, *readers):
        """Armored ciphertext made the way a sender's own mail program does it."""
        to = [argument for reader in readers for argument in ("--recipient-file", reader.certificate)]
        return self.bob.gpg("--armor", "--trust-model", "always", "--no-encrypt-to", *to, "--encrypt", input=plaintext)

    def store(self, plaintext):
        """Armor that says PGP MESSAGE and that anybody can read."""
        return self.bob.gpg("--armor", "--store", input=plaintext)
