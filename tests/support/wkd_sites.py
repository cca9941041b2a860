"""People with certificates, and their domains' Web Key Directories as GnuPG's own tools write them and nginx serves them.

    sites = WkdSites(lab)
    fingerprint = sites.publish("bob@partner.test")
    sites.serve({"198.51.100.1": Site(lab.tls("openpgpkey.partner.test"), "advanced")})

Needs Debian's gnupg, gpg-wks-client, gpg-wks-server, nginx-light and dirmngr.
"""

import contextlib
import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from discovery_lab import DiscoveryLab


@dataclass
class Site:
    """A web server on an address. Without a page every path else gives 404."""
    tls: tuple
    place: str = ""  # "advanced" or "direct": of all domains that the certificate names
    page: str = ""
    behind: str = ""  # "HOST:PORT" in the lab that speaks plain HTTP, and answers everything


class WkdSites:
    def __init__(self, lab):
        self._lab = lab
        self.home, self.tree = lab.root / "people", lab.root / "wkd"
        for directory in (self.home, self.tree):
            directory.mkdir(mode=0o700)
        self.tree.chmod(0o755)
        lab.root.chmod(0o755)
        self._tools = Path(self._words("gpgconf", "--list-dirs", "libexecdir").decode().strip())

    def close(self):
        self._words("gpgconf", "--kill", "all")

    def make_person(self, address, *more_user_ids):
        """A new key, with its fingerprint."""
        self.gpg("--passphrase", "", "--quick-generate-key", address, "future-default", "default", "1y")
        fingerprint = self._fingerprint(address)
        for user_id in more_user_ids:
            self.gpg("--passphrase", "", "--quick-add-uid", fingerprint, user_id)
        return fingerprint

    def revoke(self, fingerprint):
        prepared = (self.home / "openpgp-revocs.d" / f"{fingerprint}.rev").read_bytes()
        self.gpg("--import", input=prepared.replace(b":-----BEGIN", b"-----BEGIN"))

    def publish(self, address, fingerprint=None, by="client"):
        """By gpg-wks-client, or by gpg-wks-server, whose trees are the same."""
        fingerprint = fingerprint or self.make_person(address)
        domain = self.tree / address.partition("@")[2]
        domain.mkdir(exist_ok=True)
        if by == "client":
            self._words(self._tools / "gpg-wks-client", "-C", self.tree, "--install-key", fingerprint, address)
            return fingerprint
        self.tree.chmod(0o751)
        domain.chmod(0o751)
        (domain / "submission-address").write_text(f"wkd@{domain.name}\n")
        file = self._lab.root / "to-install.pgp"
        file.write_bytes(self.gpg("--export", fingerprint))
        self._words("gpg-wks-server", "-C", self.tree, "--list-domains")
        self._words("gpg-wks-server", "-C", self.tree, "--install-key", file, address)
        return fingerprint

    def file_of(self, address):
        """The published file, which may be overwritten."""
        listed = self._words(self._tools / "gpg-wks-client", "--print-wkd-hash", address).decode().split()
        return self.tree / address.partition("@")[2] / "hu" / listed[0]

    def gpg(self, *words, input=b""):
        return self._words("gpg", "--batch", "--no-tty", "--quiet", *words, input=input)

    def _fingerprint(self, address):
        listed = self.gpg("--with-colons", "--list-keys", f"={address}").decode().splitlines()
        return next(line.split(":")[9] for line in listed if line.startswith("fpr"))

    def _words(self, *command, input=b""):
        run = subprocess.run(list(map(str, command)), input=input, capture_output=True, timeout=120,
                             env={"PATH": os.environ["PATH"], "LC_ALL": "C", "GNUPGHOME": str(self.home)})
        if run.returncode != 0:
            raise RuntimeError(f"{' '.join(map(str, command))}: {run.stderr.decode(errors='replace')}")
        return run.stdout

    def serve(self, sites):
        """{address: Site}; nginx takes them all."""
        root = self._lab.root / "nginx"
        root.mkdir()
        (root / "nginx.conf").write_text(
            f"daemon off; pid {root}/pid; error_log {root}/error.log; worker_processes 1; user root;\n"
            "events { worker_connections 128; }\n"
            f"http {{ access_log {root}/access.log; default_type application/octet-stream;\n"
            + "".join(f"{kind}_temp_path {root}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
            + "".join(self._server(where, site) for where, site in sites.items()) + "}\n")
        self._lab.start("nginx", "-c", root / "nginx.conf", "-e", root / "error.log")
        self._lab.wait_for("nginx", (root / "pid").exists)

    def _server(self, where, site):
        well_known = "/.well-known/openpgpkey/"
        place = {"": "", "advanced": f"location {well_known} {{ alias {self.tree}/; }}",
                 "direct": f"location ~ ^{well_known}(.*)$ {{ alias {self.tree}/$host/$1; }}"}[site.place]
        if site.behind:
            place = f"location / {{ proxy_pass http://{site.behind}; }}"
        page = f"location / {{ default_type text/html; return 200 '{site.page}'; }}" if site.page else ""
        certificate, key = site.tls
        return f"server {{ listen {where}:443 ssl http2; ssl_certificate {certificate}; ssl_certificate_key {key}; {place} {page} }}\n"


@contextlib.contextmanager
def world_in_a_lab(make):
    """What `make` builds in a lab of its own, `sites` among it."""
    with tempfile.TemporaryDirectory(prefix="sg-") as root, DiscoveryLab(root) as lab:
        world = make(lab)
        yield world
        world.sites.close()


def found_by_gnupg(lab, address):
    """What dirmngr finds in the Web Key Directory for an address: a fingerprint, or nothing. It remembers domains without one, so
    each question has a home of its own."""
    home = lab.root / f"referee-{len(list(lab.root.glob('referee-*')))}"
    home.mkdir(mode=0o700)
    (home / "dirmngr.conf").write_text("standard-resolver\nno-use-tor\n")
    # The daemons end with the mount namespace's shell, so that they see the authority's file in it.
    script = ('gpg --batch --no-auto-check-trustdb --auto-key-locate clear,nodefault,wkd --with-colons --locate-external-keys "$1"; '
              "gpgconf --kill all")
    run = lab.run("sh", "-c", script, "sh", address, trusting=True, env={"PATH": os.environ["PATH"], "LC_ALL": "C", "GNUPGHOME": str(home)})
    return next((line.split(":")[9] for line in run.stdout.decode().splitlines() if line.startswith("fpr")), None)
