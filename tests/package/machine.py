"""A root that runs: real systemd in a container, with a loopback of its own and no way out."""

import os
import subprocess
import time
from pathlib import Path

from roots import Failed, run


class Machine:
    def __init__(self, root, log):
        self.root = Path(root)
        self.log = Path(log)
        self.init = None
        self.nspawn = None

    def __enter__(self):
        with self.log.open("w") as said:
            self.nspawn = subprocess.Popen(
                ["systemd-nspawn", f"--directory={self.root}", "--register=no", "--keep-unit", "--private-network", "--link-journal=no",
                 "--boot", f"--machine={self.root.name.replace('.', '-')}", "--hostname=mail"],
                stdout=said, stderr=said, stdin=subprocess.DEVNULL, start_new_session=True)
        try:
            self._wait_until_up()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _wait_until_up(self):
        children = Path(f"/proc/{self.nspawn.pid}/task/{self.nspawn.pid}/children")
        end = time.monotonic() + 120
        while time.monotonic() < end and self.nspawn.poll() is None:
            if self.init is None and (found := children.read_text().split()):
                self.init = found[0]
            if self.init and self.do("systemctl is-system-running", expect=None).strip() in ("running", "degraded"):
                # A bare Debian has no ip(8): it is this machine's, in the container's network.
                return run("nsenter", f"--target={self.init}", "--net", "ip", "link", "set", "lo", "up")
            time.sleep(0.5)
        raise Failed(f"{self.root.name} did not start\n{self.log.read_text(errors='replace')[-3000:]}")

    def __exit__(self, *_):
        if self.init:
            self.do("systemctl poweroff", expect=None)
        try:
            self.nspawn.wait(30)
        except subprocess.TimeoutExpired:
            self.nspawn.kill()
            self.nspawn.wait()

    def do(self, script, expect=0, **how):
        """Runs a shell script inside, as root; what it said."""
        return run("nsenter", "--target", self.init, "--all", "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "TERM=dumb",
                   "LC_ALL=C", "SYSTEMD_COLORS=0", "SYSTEMD_PAGER=cat", "DEBIAN_FRONTEND=noninteractive", "/bin/bash", "-ec", script,
                   expect=expect, **({"stdin": subprocess.DEVNULL} if "input" not in how else {}), **how)

    def write(self, path, text):
        (self.root / path.lstrip("/")).write_text(text)

    def read(self, path):
        return (self.root / path.lstrip("/")).read_text(errors="replace")

    def client(self, *arguments):
        """The arguments of a Popen: a program of this machine in the container's network."""
        return ["nsenter", f"--target={self.init}", "--net", "/usr/bin/python3", "-B",
                os.fspath(Path(__file__).with_name("client.py")), *arguments]
