"""Keyservers for the lab: onak, which speaks HKP, and one made for tests that speaks VKS as Hagrid does, and HKP, well or badly.

    onak = Onak(lab, 8080)
    sites.serve({"198.51.100.2": Site(lab.tls("onak.test"), behind=onak.place)})
    onak.add(certificate)

Needs Debian's onak and dirmngr.
"""

import http.server
import os
import re
import shutil
import subprocess
import urllib.parse
from pathlib import Path

from hostile_answers import HostileAnswers


class Onak:
    """onak has no HTTP server, but a CGI program, which reads /etc/onak.ini alone and is setuid, so that it could read no folder of ours: a copy
    loses the bit, and the lab's mount namespace has the ini."""

    def __init__(self, lab, port):
        self._lab = lab
        self.place = f"127.0.0.1:{port}"
        self._root = lab.root / "onak"
        self._keys = self._root / "keys"
        self._keys.mkdir(parents=True)
        self._program = shutil.copy("/usr/lib/cgi-bin/pks/lookup", self._root / "lookup")
        listed = subprocess.run(["dpkg", "-L", "onak"], capture_output=True, check=True).stdout.decode().split()
        backends = Path(next(file for file in listed if file.endswith("/libkeydb_fs.so"))).parent
        self._ini = self._root / "onak.ini"
        self._ini.write_text(f"[main]\nbackend=files\nbackends_dir={backends}\nlogfile={self._root}/log\nloglevel=3\nuse_keyd=false\n"
                             f"max_reply_keys=128\n[backend:files]\ntype=fs\nlocation={self._keys}\n")
        lab.run("mount", "--bind", self._ini, "/etc/onak.ini")
        onak = self

        class Cgi(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_GET(self):
                path, _, query = self.path.partition("?")
                if path != "/pks/lookup":
                    return self.send_error(404)
                head, _, body = onak._look_up(query).partition(b"\n\n")
                fields = [line.partition(":") for line in head.decode("latin1").splitlines()]
                self.send_response(next((int(value.split()[0]) for name, _, value in fields if name.lower() == "status"), 200))
                for name, _, value in fields:
                    self.send_header(name, value.strip())
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        lab.serve_https("127.0.0.1", None, Cgi, port)

    def add(self, *certificates):
        for one in certificates:
            self._lab.run("onak", "-c", self._ini, "-b", "add", input=one)

    def lose_data_base(self):
        self._keys.rename(self._root / "lost")
        self._keys.write_text("no directory: then it answers 200, and nothing")

    def mend_data_base(self):
        self._keys.unlink()
        (self._root / "lost").rename(self._keys)

    def _look_up(self, query):
        return self._lab.run(self._program, check=False, env={"PATH": os.environ["PATH"], "GATEWAY_INTERFACE": "CGI/1.1", "REQUEST_METHOD": "GET",
                                                              "QUERY_STRING": query}).stdout


class Keyserver(HostileAnswers):
    """To be subclassed, with these of its own. Of whom nothing is published it says 404; but where the local part of an address is a method's
    name, that is what it does."""
    published = {}  # "bob@partner.test", or a fingerprint: armor
    asked = []      # paths and queries
    agents = set()

    def do_GET(self):
        self.asked.append(self.path)
        self.agents.add(self.headers.get("User-Agent"))
        vks = re.fullmatch(r"/vks/v1/by-(?:email|fingerprint)/([^/?]+)(?:\?.*)?", self.path)
        hkp = re.fullmatch(r"/pks/lookup\?op=get&options=mr&exact=on&search=(?:0x)?([^&]+)", self.path)
        if not vks and not hkp:
            return self.reply(400, b"<html>this is no request</html>", Content_Type="text/html")
        whom = urllib.parse.unquote((vks or hkp).group(1))
        if whom in self.published:
            return self.reply(200, self.published[whom], Content_Type="application/pgp-keys", Cache_Control="no-cache")
        act = getattr(self, whom.partition("@")[0].replace("-", "_"), self.nobody)
        try:
            act()
        except OSError:
            self.close_connection = True

    def page(self, status, words, **fields):
        self.reply(status, f"<!doctype html><html><title>keys</title><p>{words}</p></html>".encode(), Content_Type="text/html; charset=utf-8", **fields)

    def nobody(self):
        self.page(404, "No key found")

    def welcome(self):
        self.page(200, "Key not found? Upload it here.")

    def limited(self):
        self.page(429, "Too many requests")

    def malformed(self):
        self.page(400, "Malformed address")

    def maintenance(self):
        self.page(503, "We are back soon")

    def onaks_words(self):
        self.reply(200, b"KEY NOT FOUND\r\n", Content_Type="text/plain")

    def moved(self):
        self.redirect("https://elsewhere.test/vks/v1/by-email/kay%40adv.test?of=moved@adv.test")

    def moved_away(self):
        self.redirect("https://elsewhere.test:8443" + self.path)

    def moved_inside(self):
        self.redirect("https://within.test" + self.path)

    def moved_round(self):
        self.redirect(self.path)


def found_by_gnupg_at(lab, host, *words):
    """What GnuPG, with a home of its own, gets from a keyserver by a command such as "--recv-keys FINGERPRINT": a list of fingerprints."""
    home = lab.root / f"keyserver-referee-{len(list(lab.root.glob('keyserver-referee-*')))}"
    home.mkdir(mode=0o700)
    (home / "dirmngr.conf").write_text("standard-resolver\nno-use-tor\n")
    script = ('keyserver=$1; shift; gpg --batch --quiet --no-auto-check-trustdb --keyserver "$keyserver" "$@" > /dev/null; '
              "gpg --batch --no-auto-check-trustdb --with-colons --list-keys; gpgconf --kill all")
    run = lab.run("sh", "-c", script, "sh", f"hkps://{host}", *words, trusting=True,
                  env={"PATH": os.environ["PATH"], "LC_ALL": "C", "GNUPGHOME": str(home)})
    lines = [line.split(":") for line in run.stdout.decode().splitlines()]
    return [fields[9] for before, fields in zip(lines, lines[1:]) if fields[0] == "fpr" and before[0] == "pub"]
