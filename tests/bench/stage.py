"""Where it is measured: one private Postfix with a door for each filter that is compared, and one without."""

import json
import subprocess
import time
from contextlib import ExitStack

from certificates import certificate
from gateway import Gateway, answers
from keys import Keys
from ports import free_ports
from postfix import Postfix


class Stage:
    """`with Stage(root, milters) as stage:` runs until the block ends. `milters` are programs to compare with, by name;
    `doors` are Postfix's ports by name.
    """

    def __init__(self, root, milters):
        self.root, self._milters = root, milters
        root.chmod(0o755)  # Postfix's daemons drop root and must still find their way
        inet_port, nobody = free_ports(2)
        self._endpoints = {name: f"unix:{root}/{program.name}.sock" for name, program in milters.items()}
        self.postfix = Postfix(root / "postfix", relay_port=nobody, auth_port=nobody,
                               milter_unix=f"unix:{root}/gateway/milter.sock", other_milters=self._endpoints)
        self.gateway = Gateway(root / "gateway", inet_port, self.postfix.submit)
        self.doors = {"Postfix alone": self.postfix.submit, **self.postfix.behind,
                      "Postfix with sealgate": self.postfix.smtp}

    def __enter__(self):
        with ExitStack() as stack:
            keys = stack.enter_context(Keys(self.root / "people"))
            self.certificate = keys.bob.certificate
            stack.callback(self._stop_gateway)
            self.gateway.run("keys", "import", str(self.certificate)).check_returncode()
            self.gateway.start()
            for name, endpoint in self._endpoints.items():
                milter = stack.enter_context(subprocess.Popen([self._milters[name], endpoint]))
                stack.callback(milter.terminate)
                self._wait_until(lambda: answers(endpoint))
            stack.enter_context(self.postfix)
            self._throw_away_what_is_delivered()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self._stack.close()

    def _stop_gateway(self):
        if self.gateway.running:
            self.gateway.stop()

    def _throw_away_what_is_delivered(self):
        for tool, *words in (["postconf", "-e", "default_transport=discard:"], ["postfix", "reload"]):
            subprocess.run([f"/usr/sbin/{tool}", "-c", self.postfix.config, *words], check=True, capture_output=True)
        time.sleep(1)

    def write(self, name, content):
        path = self.root / name
        path.write_text(content)
        return path

    def gpg_home(self, name, settings):
        home = self.root / name
        home.mkdir(mode=0o700, exist_ok=True)
        (home / "gpg.conf").write_text(settings)
        return home

    def settle(self):
        """Until Postfix has delivered all it accepted."""
        queue = self.postfix.root / "queue"
        self._wait_until(lambda: not any(any((queue / part).iterdir()) for part in ("incoming", "active", "deferred")))

    def settle_copies(self):
        """Until the gateway has handed over all that it owes, too."""
        waiting = self.gateway.state / "outbox" / "waiting"
        self._wait_until(lambda: not any(waiting.iterdir()), timeout=3600)
        self.settle()

    def send(self, client, mail):
        """One mail in this client's session; nothing else than 250 is well."""
        reply = client.send(mail.sender, mail.recipients, mail.data())
        if reply.code != 250:
            raise RuntimeError(f"not accepted: {reply}{self.logs()}")

    def add_certificate(self, address):
        """Into the store, as somebody does who copies a file there."""
        fingerprint, octets = certificate(address)
        (self.gateway.state / "keys" / f"{fingerprint}.pgp").write_bytes(octets)

    def expect(self, load, wanted):
        """Nothing else shall be measured than what has these outcomes."""
        before = len(self.gateway.records())
        load.pace(10)
        outcomes = {record["outcome"] for record in self.gateway.records()[before:]}
        if outcomes != wanted:
            raise RuntimeError(f"{', '.join(wanted)} is to be measured, but the outcome was {', '.join(sorted(outcomes))}")

    def logs(self):
        return f"\n--- gateway\n{self.gateway.log()[-2000:]}\n--- Postfix\n{self.postfix.log()[-2000:]}"

    @staticmethod
    def _wait_until(holds, timeout=120):
        deadline = time.monotonic() + timeout
        while not holds():
            if time.monotonic() > deadline:
                raise TimeoutError("waited for nothing")
            time.sleep(0.02)
