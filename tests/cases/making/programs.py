"""The programs that make the ciphertexts, and the people they make them for. Every key lives as long as one run."""
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from making import openpgp

PROGRAMS = ["gpg", "sq", "rnp", "rnpkeys", "gosop", "openssl"]
TEXT = "The price is 42 million. Tell nobody before Monday.\n"
LETTER = "Content-Type: text/plain; charset=utf-8\r\n\r\n" + TEXT.replace("\n", "\r\n")


def new_root():
    """What stands in front of a command for it to run where sq is a sq 1.x (README.md)."""
    return shlex.split(os.environ.get("NEW_ROOT", ""))


def missing():
    return [name for name in PROGRAMS if not shutil.which(name)] + ["sq 1.x (see $NEW_ROOT)"] * (not new_root())


def named(name, *command):
    """A program and its version, as `made by` has it."""
    if not shutil.which(command[0]):
        return name
    said = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False).stdout
    number = re.search(r"[0-9]+([.][0-9]+)+", said)
    return f"{name} {number[0]}" if number else name


GPG, SQ, RNP = named("gpg", "gpg", "--version"), named("sq", "sq", "--version"), named("rnp", "rnp", "--version")
OPENSSL, SQ1 = named("openssl", "openssl", "version"), named("sq", *new_root(), "sq", "version") if new_root() else "sq"
BY_HAND = "by hand"


class World:
    """People with keys, and what is encrypted to them."""

    def __init__(self):
        self.home = Path(tempfile.mkdtemp(prefix="cases"))
        self.gnupg = self.home / "gnupg"
        self.gnupg.mkdir(mode=0o700)
        self.fingerprints = {}
        self.certificates = {}  # name of the file: armored
        self.make_people()
        self.seal_before_they_withdraw()
        self.withdraw()
        for name in ["alice", "bob", "carol", "dave", "erin", "grace", "heidi"]:
            self.certificates[name] = self.gpg("--armor", "--export", self.fingerprints[name]).decode()

    def close(self):
        self.run("gpgconf", "--homedir", str(self.gnupg), "--kill", "all")
        shutil.rmtree(self.home)

    def run(self, *command, data=b"", check=True):
        done = subprocess.run(command, input=data, capture_output=True, check=False)
        if check and done.returncode != 0:
            sys.exit(f"{shlex.join(command)} failed:\n{done.stderr.decode(errors='replace')}")
        return done.stdout

    def gpg(self, *arguments, data=b"", check=True):
        return self.run("gpg", "--homedir", str(self.gnupg), "--batch", "--yes", "--quiet", "--no-permission-warning",
                        "--trust-model", "always", "--pinentry-mode", "loopback", "--passphrase", "", "--no-tty",
                        "--compress-algo", "none", "--no-auto-key-locate", *arguments, data=data, check=check)

    def path(self, name, content=b""):
        file = self.home / name
        file.write_bytes(content)
        return str(file)

    # People.

    def make_people(self):
        long_ago = "--faked-system-time", "20200601T120000!"
        for name in ["alice", "bob", "dave", "mallory"]:
            self.make_key(name)
        self.make_key("carol", "rsa2048", "rsa2048")
        self.make_key("erin", "ed25519", "cv25519", "1y", *long_ago)
        self.make_key("grace", "ed25519", "cv25519", "never", *long_ago)
        self.make_key("heidi", "ed25519", None)
        self.gpg("--quick-add-key", self.fingerprints["grace"], "cv25519", "encr", "never")
        self.make_second_key_of_carol()
        self.make_victor()

    def make_key(self, name, primary="ed25519", subkey="cv25519", expires="never", *options):
        user_id = f"{name.capitalize()} <{name}@example.net>"
        self.gpg(*options, "--quick-generate-key", user_id, primary, "cert,sign", expires)
        listing = self.gpg("--with-colons", "--list-keys", f"={user_id}").decode()
        fingerprint = next(line.split(":")[9] for line in listing.splitlines() if line.startswith("fpr"))
        if subkey:
            self.gpg(*options, "--quick-add-key", fingerprint, subkey, "encr", expires)
        self.fingerprints[name] = fingerprint

    def make_second_key_of_carol(self):
        key = str(self.home / "carol2.key")
        self.run("sq", "key", "generate", "--userid", "Carol <carol@example.net>", "--export", key,
                 "--expires", "never", "--rev-cert", str(self.home / "carol2.rev"))
        self.carol2 = self.path("carol2.cert", self.run("sq", "key", "extract-cert", key))
        self.certificates["carol-second"] = Path(self.carol2).read_text()

    def make_victor(self):
        """Whose certificate is of version 6: GnuPG 2.2 cannot read it."""
        self.certificates["victor"] = self.in_new_root(
            "sq --home=none key generate --shared-key --profile=rfc9580 --without-password "
            "--userid='Victor <victor@example.net>' --output=k --rev-cert=r >/dev/null 2>&1; "
            "sq --home=none key delete --cert-file=k --output=-").decode()

    def in_new_root(self, script, data=b""):
        """A shell script where sq is a sq 1.x. That may fail after its work is done: only what it wrote counts."""
        out = self.run(*new_root(), "sh", "-c", f"d=$(mktemp -d) && cd $d && ({script}) 2>e; cat e >&2; rm -r $d",
                       data=data)
        return out or sys.exit(f"nothing came of: {script}")

    def subkey(self, name, which=-1):
        """Key id of an encryption subkey, the newest if none is named."""
        listing = self.gpg("--with-colons", "--list-keys", self.fingerprints[name]).decode().splitlines()
        return [line.split(":")[4] for line in listing if line.startswith("sub")][which]

    def subkey_fingerprint(self, name):
        listing = self.gpg("--with-colons", "--list-keys", self.fingerprints[name]).decode().splitlines()
        return [line.split(":")[9] for line in listing if line.startswith("fpr")][-1]

    def carol2_subkey(self):
        """The encryption subkey of Carol's second certificate."""
        message = self.sq_to_carol2()
        return openpgp.packets(message)[0][1][1:9].hex().upper()

    def seal_before_they_withdraw(self):
        """Nobody encrypts to a key that is revoked, unless they have not heard of it."""
        self.to_dave = self.seal("dave")
        self.to_dave_and_bob = self.seal("dave bob")
        self.to_old_grace = self.gpg("--encrypt", "--recipient", self.subkey("grace", 0) + "!", data=LETTER.encode())
        self.to_erin = self.gpg("--faked-system-time", "20200701T120000!", "--encrypt", "--recipient",
                                self.fingerprints["erin"], data=LETTER.encode())

    def withdraw(self):
        self.gpg("--command-fd", "0", "--no-batch", "--edit-key", self.fingerprints["grace"], "key 1", "revkey", "save",
                 data=b"y\n0\n\ny\n")
        revocation = (self.gnupg / "openpgp-revocs.d" / (self.fingerprints["dave"] + ".rev")).read_text()
        self.gpg("--import", data=revocation.replace(":-----BEGIN", "-----BEGIN").encode())

    # Ciphertexts, binary.

    def seal(self, names, text=LETTER, hidden="", options=()):
        """By gpg, to the people named; proved by opening it again."""
        if isinstance(text, str):
            text = text.encode()
        to = [word for name in names.split() for word in ("--recipient", self.fingerprints[name])]
        to += [word for name in hidden.split() for word in ("--hidden-recipient", self.fingerprints[name])]
        message = self.gpg(*options, "--encrypt", *to, data=text)
        if self.gpg("--decrypt", data=message, check=False) != text:
            sys.exit(f"what is encrypted to {names}{hidden} cannot be decrypted")
        return message

    def password(self, options=()):
        return self.gpg(*options, "--passphrase", "correct horse", "--symmetric", data=LETTER.encode())

    def sq(self, certificate):
        return self.run("sq", "encrypt", "--binary", "--recipient-cert", certificate, data=LETTER.encode())

    def sq_to_carol2(self):
        return self.sq(self.carol2)

    def sq_to_bob(self):
        return self.sq(self.path("bob.cert", self.certificates["bob"].encode()))

    def to_victor(self, options="", also_bob=False):
        """By sq 1.x: PKESK 6 and SEIPD 2. The options may name the password file w, and Bob's certificate b."""
        bob = self.certificates["bob"] if also_bob else ""
        script = (f"cat >v; printf correct-horse >w; printf %s '{TEXT}' >t; printf %s '{bob}' >b; "
                  f"sq --home=none encrypt --for-file=v --without-signature {options} --binary --output=- t")
        return self.in_new_root(script, self.certificates["victor"].encode())

    def gosop(self):
        file = self.path("bob.cert", self.certificates["bob"].encode())
        return self.run("gosop", "encrypt", "--no-armor", file, data=LETTER.encode())

    def rnp(self, *options):
        """To Bob, or to a password: the options say it."""
        home = self.home / "rnp"
        if not home.exists():
            home.mkdir(mode=0o700)
            bob = self.path("bob.cert", self.certificates["bob"].encode())
            self.run("rnpkeys", "--homedir", str(home), "--import", bob)
        return self.run("rnp", "--homedir", str(home), "--notty", "--output", "-", *options,
                        self.path("text", LETTER.encode()))

    # X.509, for S/MIME.

    def x509(self, name, *algorithm):
        """The files of a certificate and of its key."""
        file, key = self.home / f"{name}.crt", self.home / f"{name}.key"
        if not file.exists():
            self.run("openssl", "req", "-x509", "-nodes", "-newkey", *(algorithm or ["rsa:2048"]), "-days", "9999",
                     "-subj",
                     f"/CN={name.capitalize()}/emailAddress={name}@example.net", "-keyout", str(key), "-out", str(file))
        return str(file), str(key)

    def cms(self, *arguments, data=LETTER.encode()):
        return self.run("openssl", "cms", "-outform", "DER", "-binary", *arguments, data=data)
