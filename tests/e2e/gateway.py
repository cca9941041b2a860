"""The gateway under test: its two files, its process, its log and its audit records.

The program is $SEALGATE, or build/sealgate in this checkout.
"""

import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path

from milter_client import MilterClient, ProtocolError

HERE = Path(__file__).resolve().parent
PROGRAM = Path(os.environ.get("SEALGATE") or HERE.parent.parent / "build" / "sealgate").resolve()

SEALGATE_YAML = """\
gateway:
  listen: [unix:{socket}, inet:127.0.0.1:{inet_port}]
  policy: policy.yaml
  state: state
  submit: 127.0.0.1:{submit_port}
  mode: {mode}
  outgoing:
    authenticated: true
    networks: [127.0.0.1/32]
  limits: {{message_size: {message_size}, connections: 1000, crypto_workers: auto, copies: {copies}, memory: {memory}}}
"""


class Gateway:
    """One configuration in one directory; start() and stop() may be called many times."""

    def __init__(self, root, inet_port, submit_port, smtp_port=25):
        self.root = Path(root)
        self.root.mkdir(parents=True)
        self.config = self.root / "sealgate.yaml"
        self.policy = self.root / "policy.yaml"
        self.state = self.root / "state"
        self.socket = self.root / "milter.sock"
        self.unix_endpoint = f"unix:{self.socket}"
        self.inet_endpoint = f"inet:127.0.0.1:{inet_port}"
        self._settings = dict(socket=self.socket, inet_port=inet_port, submit_port=submit_port)
        self._smtp_port = smtp_port  # a door with the gateway behind it
        self._log_path = self.root / "stderr.log"
        self._process = None
        self.within = []  # words before the program: another network to live in
        self.configure()

    def configure(self, mode="enforce", policy=None, submit=None, audit="", message_size="50MiB", copies="1GiB", memory="512MiB",
                  keys="", held="", more=""):
        """Writes both files. They take effect at the next start. `submit` is another port for the copies, `audit`, `keys` and
        `held` the values of those sections, `more` further lines of `gateway`. No test asks the real world for keys."""
        settings = self._settings | ({"submit_port": submit} if submit else {})
        if "discover" not in keys:
            keys = "{discover: {wkd: false}" + (", " + keys[1:] if keys else "}")
        if "submit" not in held:
            held = "{submit: 127.0.0.1:" + str(self._smtp_port) + (", " + held[1:] if held else "}")
        sections = "".join(f"{name}: {value}\n" for name, value in (("audit", audit), ("keys", keys), ("held", held)) if value)
        self.config.write_text(SEALGATE_YAML.format(mode=mode, message_size=message_size, copies=copies, memory=memory,
                                                         **settings) + more + sections)
        self.write_policy(policy or self.usual_policy())

    @staticmethod
    def usual_policy(**changes):
        """The world's policy; usual_policy(no_key="hold") has another value for the key of that name. $SEALGATE_ENGINE is what
        seals, unless a test says so."""
        text = (HERE / "policy.yaml").read_text()
        for key, value in ({"engine": os.environ.get("SEALGATE_ENGINE", "auto")} | changes).items():
            before = next(line for line in text.splitlines() if line.strip().startswith(key + ":"))
            indent = before[:len(before) - len(before.lstrip())]
            text = text.replace(before, f"{indent}{key}: {value}")
        return text

    def write_policy(self, text):
        self.policy.write_text(text)

    # The process.

    @property
    def running(self):
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self):
        return self._process.pid

    def start(self, environment=None):
        """Returns when both listeners answer. `environment`: variables that it has beside ours."""
        self.socket.unlink(missing_ok=True)
        with open(self._log_path, "ab") as log:
            self._process = subprocess.Popen([*self.within, PROGRAM, "--config", self.config, "serve"], stdin=subprocess.DEVNULL,
                                             stdout=log, stderr=log, start_new_session=True,
                                             env=os.environ | (environment or {}))
        self._wait_until_it_listens()

    def _wait_until_it_listens(self):
        deadline = time.monotonic() + 15
        while time.monotonic() < deadline:
            if not self.running:
                raise RuntimeError(f"sealgate serve ended with {self._process.returncode}:\n{self.log()[-3000:]}")
            if all(map(answers, [self.unix_endpoint] if self.within else [self.unix_endpoint, self.inet_endpoint])):
                return
            time.sleep(0.02)
        self.kill()
        raise RuntimeError(f"sealgate serve does not listen:\n{self.log()[-3000:]}")

    def stop(self, timeout=15):
        """SIGTERM, and the exit status."""
        self.signal(signal.SIGTERM)
        return self.wait(timeout)

    def kill(self):
        """SIGKILL: what a crash looks like from outside."""
        self.signal(signal.SIGKILL)
        self.wait(5)

    def signal(self, number):
        if self.running:
            self._process.send_signal(number)

    def wait(self, timeout):
        return self._process.wait(timeout)

    def restart(self):
        if self.running:
            self.stop()
        self.start()

    def reload(self, timeout=5):
        """SIGHUP, and what the gateway says until it has an answer."""
        before = len(self.log())
        self.signal(signal.SIGHUP)
        deadline = time.monotonic() + timeout
        while not re.search("reloaded: |the reload failed: ", self.log()[before:]) and time.monotonic() < deadline:
            time.sleep(0.02)
        return self.log()[before:]

    def resident_kib(self):
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")))

    def open_files(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    # What it says.

    def log(self):
        return self._log_path.read_text(errors="replace") if self._log_path.exists() else ""

    def run(self, *arguments, config=None, timeout=60):
        """One command of the program, with this configuration or another one."""
        return subprocess.run(self.command(*arguments, config=config), capture_output=True, text=True, timeout=timeout,
                              stdin=subprocess.DEVNULL)

    def command(self, *arguments, config=None):
        """The words of one command."""
        return [*self.within, PROGRAM, "--config", config or self.config, *arguments]

    def explain(self, path, sender, recipients):
        """What `explain` decides about a file, as a dict."""
        to = [argument for address in recipients for argument in ("--to", address)]
        run = self.run("explain", "--json", "--from", sender, *to, str(path))
        assert run.returncode in (0, 1), run.stderr
        return json.loads(run.stdout)

    def outbox(self):
        """What `outbox list` says is waiting."""
        run = self.run("outbox", "list", "--json")
        assert run.returncode == 0, run.stderr
        return [json.loads(line) for line in run.stdout.splitlines()]

    def log_files(self):
        """The audit log's files, in the order of their records."""
        return sorted((self.state / "audit").glob("audit-*.jsonl")) + [self.state / "audit" / "audit.jsonl"]

    def all_records(self):
        """The audit log, oldest first: decisions and events. What begins like none was written by another hand."""
        lines = [line for path in self.log_files() for line in path.read_bytes().split(b"\n")[:-1]]
        return [json.loads(line) for line in lines if line.startswith(b"{")]

    def records(self):
        """The audit log's decisions, oldest first."""
        return [record for record in self.all_records() if "outcome" in record]

    def events(self, *names):
        """The audit log's events of these names, oldest first."""
        return [record for record in self.all_records() if record.get("event") in names]

    def records_of(self, message_id):
        return [record for record in self.records() if (record["message_id"] or "").strip("<>") == message_id]


def answers(endpoint):
    """Whether a milter there answers a client: the kernel alone accepts for one that has not come to it yet."""
    try:
        with MilterClient(endpoint, timeout=1):
            return True
    except (OSError, ProtocolError):
        return False
