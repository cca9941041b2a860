"""A mail server on which sealgate is yet to be installed: a private Postfix as Debian lays it out (chrooted, no milters), for which
`sealgate setup` makes everything else.

    with Machine() as machine:
        machine.setup("--domain", "north.example")
        machine.start()
        machine.setup("--apply", "--yes")
"""

import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from gateway import PROGRAM, answers
from mails import Mail
from ports import free_ports, wait_for_port
from postfix import DAEMONS, Postfix
from smtp_client import SmtpClient
from smtp_sink import Sink

DOMAIN = "north.example"
GATEWAY_USER = "daemon"  # in place of the package's own

MAIN_CF = """\
# The administrator's own words.
compatibility_level = 3.6
queue_directory = {root}/queue
data_directory = {root}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {root}/mail.log
maillog_file_prefixes = {root}
import_environment = MAIL_CONFIG MAIL_DEBUG MAIL_LOGTAG TZ LANG=C POSTLOG_SERVICE POSTLOG_HOSTNAME

myhostname = mail.north.example
mydomain = north.example
myorigin = north.example
mydestination = $myhostname, north.example, localhost
local_recipient_maps =
local_transport = smtp:[127.0.0.1]:{relay_port}
alias_maps =
alias_database =
inet_interfaces = loopback-only
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
relayhost = [127.0.0.1]:{relay_port}
smtp_tls_security_level = none
smtpd_tls_security_level = none
smtpd_peername_lookup = no
smtp_dns_support_level = disabled
notify_classes =
queue_run_delay = 2s
smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{auth_port}
"""

MASTER_CF = """\
# service type  private unpriv  chroot  wakeup  maxproc command + args
127.0.0.1:{smtp} inet n - y - - smtpd
127.0.0.1:{submission} inet n - y - - smtpd
  # Staff hand in their mail here.
  -o smtpd_sasl_auth_enable=no
  -o syslog_name=postfix/submission
""" + DAEMONS.format(chroot="y")


class FreshPostfix(Postfix):
    """As it is before anybody has heard of sealgate."""

    main_cf, master_cf = MAIN_CF, MASTER_CF


class Machine:
    """`with Machine() as machine:` has a running Postfix, and no gateway yet."""

    def __enter__(self):
        with ExitStack() as stack:
            self.root = Path(tempfile.mkdtemp(prefix="machine-", dir="/tmp"))
            self.root.chmod(0o755)
            stack.callback(shutil.rmtree, self.root, ignore_errors=True)
            self.sink = stack.enter_context(Sink())
            self.postfix = stack.enter_context(FreshPostfix(self.root / "postfix", self.sink.port, free_ports(1)[0]))
            wait_for_port(self.postfix.smtp)
            self.main, self.master = self.postfix.config / "main.cf", self.postfix.config / "master.cf"
            self.config = self.root / "sealgate" / "sealgate.yaml"
            self.policy = self.config.with_name("policy.yaml")
            self.state = self.config.with_name("state")
            self.socket = self.postfix.root / "queue" / "sealgate" / "milter.sock"
            self._process = None
            stack.callback(self.stop)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self._stack.close()

    # The program.

    def command(self, *words):
        return [str(PROGRAM), "--config", str(self.config), *words]

    def run(self, *words, **options):
        return subprocess.run(self.command(*words), capture_output=True, text=True, timeout=60,
                              **{"stdin": subprocess.DEVNULL, **options})

    def setup(self, *words):
        return self.run("setup", "--postfix-config", str(self.postfix.config), *words)

    def set_up(self, *words):
        """Which has to succeed. What it says, as a dict."""
        run = self.setup("--json", *words)
        assert run.returncode == 0, run.stderr
        return json.loads(run.stdout)

    def doctor(self):
        """Its findings by name: a list of those of each."""
        run = self.run("doctor", "--json", "--postfix-config", str(self.postfix.config))
        assert run.returncode in (0, 1), run.stderr
        found = {}
        for one in json.loads(run.stdout)["findings"]:
            found.setdefault(one["name"], []).append(one)
        return found

    def mend(self, finding):
        """Types what it says, as root would."""
        words = re.sub("^sealgate ", shlex.quote(str(PROGRAM)) + " ", finding["mend"])
        run = subprocess.run(["/bin/sh", "-c", words], capture_output=True, text=True, timeout=60)
        assert run.returncode == 0, f"{words}\n{run.stdout}{run.stderr}"

    def start(self):
        """The gateway, as the unit starts it: as a user of its own, with a directory that Postfix's group may pass through."""
        for directory in (self.socket.parent, self.state):
            directory.mkdir(exist_ok=True)
        shutil.chown(self.socket.parent, GATEWAY_USER, "postfix")
        self.socket.parent.chmod(0o710)
        shutil.chown(self.state, GATEWAY_USER, GATEWAY_USER)
        self.state.chmod(0o710)
        with open(self.root / "gateway.log", "ab") as log:
            self._process = subprocess.Popen(self.command("serve"), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                             start_new_session=True, user=GATEWAY_USER, group=GATEWAY_USER, extra_groups=[])
        deadline = time.monotonic() + 15
        while not answers(f"unix:{self.socket}"):
            assert time.monotonic() < deadline and self._process.poll() is None, (self.root / "gateway.log").read_text()
            time.sleep(0.02)

    def stop(self):
        if self._process and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(15)

    def install(self, *words):
        """All of it, from a fresh machine to watched mail."""
        self.set_up("--domain", DOMAIN, "--yes", *words)
        self.start()
        self.set_up("--apply", "--yes")

    # Postfix.

    def postconf(self, *words):
        run = subprocess.run(["/usr/sbin/postconf", "-c", self.postfix.config, *words], capture_output=True, text=True)
        assert run.returncode == 0, run.stderr
        return run.stdout.strip()

    def value(self, name):
        return self.postconf("-hx", name)

    def reload(self):
        subprocess.run(["/usr/sbin/postfix", "-c", self.postfix.config, "reload"], check=True, capture_output=True)

    def manner(self):
        """Both files as they are: digest, mode, owner, and whether they are links."""
        return [(hashlib.sha256(file.read_bytes()).hexdigest(), file.stat().st_mode, file.stat().st_gid,
                 os.readlink(file) if file.is_symlink() else None) for file in (self.main, self.master)]

    def send(self, subject, to=f"max@{DOMAIN}", port=None):
        """The reply, and the mail."""
        mail = Mail([to], subject, sender=f"ann@{DOMAIN}")
        with SmtpClient(port or self.postfix.smtp) as client:
            return client.send(mail.sender, mail.recipients, mail.data()), mail

    def records(self):
        log = self.state / "audit" / "audit.jsonl"
        lines = log.read_text().splitlines() if log.exists() else []
        return [record for record in map(json.loads, lines) if "outcome" in record]

    def outcome_of(self, mail):
        """What the gateway decided about it; nothing: it has not seen it."""
        return next((one["outcome"] for one in self.records() if mail.message_id in (one["message_id"] or "")), None)
