"""A real mail program, neomutt with gpg, on a terminal: it shows the Subject and the body that the gateway sealed."""

import os
import pty
import re
import select
import signal
import time

from expect import sealed
from mails import Mail

NEOMUTTRC = """\
set folder={maildir} spoolfile={maildir} mbox_type=Maildir header_cache="" tmpdir={root}
set from=bob@partner.example quit=yes confirmappend=no sort=date check_new=no wait_key=no
set crypt_use_gpgme=yes crypt_protected_headers_read=yes pgp_auto_decode=no
set index_format="INDEX %s" pager_index_lines=0 status_on_top=no
"""


class Neomutt:
    """neomutt on one mail, as its reader sees it."""

    def __init__(self, root, reader, message):
        self._root, self._reader = root, reader
        maildir = root / "maildir"
        for name in "cur", "new", "tmp":
            (maildir / name).mkdir(parents=True)
        (maildir / "cur" / "1:2,S").write_bytes(message.replace(b"\r\n", b"\n"))
        (root / "neomuttrc").write_text(NEOMUTTRC.format(maildir=maildir, root=root))
        self._seen = b""

    def __enter__(self):
        self._process, self._terminal = pty.fork()
        if self._process == 0:
            os.environ.update(GNUPGHOME=str(self._reader.home), TERM="xterm", LC_ALL="C.UTF-8", LINES="40", COLUMNS="120",
                              HOME=str(self._root))
            os.execvp("neomutt", ["neomutt", "-n", "-F", str(self._root / "neomuttrc")])
        return self

    def __exit__(self, *_):
        os.kill(self._process, signal.SIGKILL)
        os.waitpid(self._process, 0)
        os.close(self._terminal)

    def press(self, keys):
        self._seen = b""
        os.write(self._terminal, keys.encode())

    def shows(self, text, timeout=20):
        """Whether the text comes onto the screen since the last key."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if text in self.screen():
                return True
            if select.select([self._terminal], [], [], 0.2)[0]:
                self._seen += os.read(self._terminal, 65536)
        return False

    def screen(self):
        """What was written since the last key, without the terminal's own codes."""
        return re.sub(rb"\x1b(\[[0-9;?]*[A-Za-z]|\([A-Z0-9]|[=>])|[\x0e\x0f]", b"", self._seen).decode("utf-8", "replace")


def test_neomutt_shows_the_subject_and_the_body_that_were_sealed(world, tmp_path):
    with world.gateway_with(policy=world.gateway.usual_policy(protect_subject="true")):
        mail = Mail(["bob@partner.example"], "[confidential] Kiteprice")
        delivery = sealed(world, mail, world.send(mail))
    with Neomutt(tmp_path, world.keys.bob, delivery.data) as client:
        assert client.shows("INDEX [...]"), client.screen()
        client.press("\n")
        assert client.shows("Subject: [confidential] Kiteprice"), client.screen()
        assert client.shows(mail.marker), client.screen()
        client.press("q")
        assert client.shows("INDEX [confidential] Kiteprice"), client.screen()
