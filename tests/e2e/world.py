"""The end-to-end world: Postfix with the gateway as its milter, everybody else's mail server behind it, people with keys.

    with World() as world:
        mail = Mail(["bob@partner.example"], "[confidential] Offer")
        print(world.send(mail))
        print(world.arrived(mail))

Everything lives in one temporary directory, on loopback, as root, and is gone when the block ends.
"""

import json
import os
import shutil
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))

import leaks
from auth_server import AuthServer
from gateway import PROGRAM, Gateway
from keys import Keys
from milter_client import MilterClient
from ports import free_ports
from postfix import Postfix
from smtp_client import SmtpClient
from smtp_sink import Sink

STRANGER = "127.0.0.2"  # a client address that the gateway's networks do not list
TRAVELLER = "127.0.0.3"  # another one, for members of staff who log in from elsewhere
PASSWORDS = {"ann": "open sesame"}


class World:
    def __init__(self, keep=False):
        self._keep = keep

    def __enter__(self):
        if os.geteuid() != 0:
            raise PermissionError("the end-to-end world needs root: Postfix's master does")
        with ExitStack() as stack:
            self.root = Path(tempfile.mkdtemp(prefix="sealgate-", dir="/tmp"))
            self.root.chmod(0o755)  # Postfix's daemons drop root and must still find their way
            if not self._keep:
                stack.callback(shutil.rmtree, self.root, ignore_errors=True)
            self.sink = stack.enter_context(Sink())
            auth = stack.enter_context(AuthServer(PASSWORDS))
            self.keys = stack.enter_context(Keys(self.root / "people"))
            inet_port, = free_ports(1)
            gateway_root = self.root / "gateway"
            self.postfix = Postfix(self.root / "postfix", self.sink.port, auth.port,
                                   milter_unix=f"unix:{gateway_root}/milter.sock",
                                   milter_inet=f"inet:127.0.0.1:{inet_port}")
            self.gateway = Gateway(gateway_root, inet_port, self.postfix.submit, self.postfix.smtp)
            stack.enter_context(self.postfix)
            stack.callback(self._stop_gateway)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self._stack.close()

    def _stop_gateway(self):
        if self.gateway.running:
            self.gateway.kill()

    def open(self):
        """Gives the gateway everyone's certificate and starts it."""
        if not PROGRAM.exists():
            raise FileNotFoundError(f"{PROGRAM} is not built; SEALGATE=FILE names another one")
        run = self.gateway.run("keys", "import", *map(str, self.keys.certificates()))
        if run.returncode not in (0, 1):  # 1: some cannot be used, which they were made for
            raise RuntimeError(f"keys import: {run.stderr}")
        self.gateway.start()

    @contextmanager
    def gateway_with(self, **configuration):
        """The gateway restarted with another configuration, and with the usual one after the block."""
        try:
            self.gateway.configure(**configuration)
            self.gateway.restart()
            yield self.gateway
        finally:
            self.gateway.configure()
            self.gateway.restart()

    @contextmanager
    def keys_imported(self, *files):
        """These certificates in the gateway's store until the block ends."""
        run = self.gateway.run("keys", "import", "--json", *map(str, files))
        assert run.returncode == 0, run.stderr
        self.gateway.reload()
        try:
            yield
        finally:
            for listed in map(json.loads, run.stdout.splitlines()):
                self.gateway.run("keys", "remove", listed["fingerprint"]).check_returncode()
            self.gateway.reload()

    # Sending.

    def client(self, port=None, source="127.0.0.1"):
        return SmtpClient(port or self.postfix.smtp, source)

    def send(self, mail, port=None, source="127.0.0.1"):
        """Sends it by SMTP and returns the reply that the member of staff reads."""
        with self.client(port, source) as client:
            return client.send(mail.sender, mail.recipients, mail.data())

    def send_until_accepted(self, mail, meanwhile=lambda: None):
        """What a mail program does with 4xx: the same mail again. `meanwhile` is called after each reply."""
        for _ in range(100):
            reply = self.send(mail)
            meanwhile()
            if reply.code == 250:
                return
            assert 400 <= reply.code < 500, str(reply)
            time.sleep(0.05)
        raise AssertionError("never accepted")

    def milter(self, endpoint=None):
        """A conversation with the gateway, without Postfix between."""
        return MilterClient(endpoint or self.gateway.unix_endpoint)

    # What became of it.

    def settle(self, timeout=20):
        """Waits until Postfix has nothing more to do; what is held or deferred stays. Raises if that takes too long."""
        deadline = time.monotonic() + timeout
        while self.postfix.has_files_in("incoming", "active"):
            if time.monotonic() > deadline:
                raise TimeoutError(f"Postfix is still busy: {self.postfix.queue()}")
            time.sleep(0.02)

    @staticmethod
    def wait_until(holds, timeout=10):
        """Waits for a condition, and fails if it does not come to hold."""
        deadline, pause = time.monotonic() + timeout, 0.02
        while not holds():
            assert time.monotonic() < deadline, "it did not happen in time"
            time.sleep(pause)
            pause = min(1.3 * pause, 0.2)  # many of these run programs

    def arrived(self, mail):
        """The deliveries of that mail, once Postfix is done."""
        self.settle()
        return [delivery for delivery in self.sink.deliveries if delivery.field("Message-ID") == f"<{mail.message_id}>"]

    def queued(self, mail):
        """The queue entries in which the mail's text lies: held, deferred or in the maildrop."""
        names = {Path(path).name for path in self._spool_files(mail)}
        return [entry for entry in self.postfix.queue() if entry["queue_id"] in names]

    def _spool_files(self, mail):
        return leaks.files_holding(self.root / "postfix", mail.marker)

    def leaks(self, mail):
        """Every place outside the sender's own hands where the mail's text can be read: deliveries, spool, state, logs."""
        self.settle()
        found = [f"delivery to {delivery.recipients}" for delivery in self.sink.deliveries
                 if leaks.holds(delivery.data, mail.marker)]
        return found + leaks.files_holding(self.root / "gateway", mail.marker) + self._spool_files(mail)

    def record(self, mail):
        """The one decision about that mail."""
        records = self.gateway.records_of(mail.message_id)
        assert len(records) == 1, f"{len(records)} records of {mail.message_id}"
        return records[0]
