"""Held mail in tests: the commands, and the states on disk that a release or a refusal leaves when it is killed."""

import hashlib
import json
import secrets
import subprocess
from datetime import datetime, timedelta, timezone

from mails import Mail

TOKEN_BYTES = 16


class HeldMail:
    """`sealgate held` over the world's Postfix."""

    def __init__(self, world):
        self.world = world
        self.directory = world.gateway.state / "held"

    def run(self, *words, timeout=60):
        return self.world.gateway.run("held", *words, "--postfix-config", str(self.world.postfix.config), timeout=timeout)

    def start(self, *words):
        """The same, not waited for."""
        command = self.world.gateway.command("held", *words, "--postfix-config", str(self.world.postfix.config))
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def list(self):
        run = self.run("list", "--json")
        assert run.returncode == 0, run.stderr
        return [json.loads(line) for line in run.stdout.splitlines()]

    def only(self):
        one, = self.list()
        return one

    def released(self, queue_id, *more):
        """Which has to succeed. Returns what it printed."""
        run = self.run("release", "--json", *more, queue_id)
        assert run.returncode == 0, run.stderr
        return json.loads(run.stdout)

    def stays(self, queue_id, *more):
        """A release that has to leave it held. Returns why."""
        run = self.run("release", *more, queue_id)
        assert run.returncode == 1, run.stdout + run.stderr
        assert [one["queue_id"] for one in self.list()] == [queue_id]
        return run.stderr

    # What a crash leaves.

    def _postcat(self, what, queue_id):
        return subprocess.run(["/usr/sbin/postcat", "-c", self.world.postfix.config, what, queue_id], capture_output=True,
                              check=True).stdout

    def super(self, *arguments):
        subprocess.run(["/usr/sbin/postsuper", "-c", self.world.postfix.config, *arguments], capture_output=True, check=True)

    def content(self, queue_id):
        return self._postcat("-hbq", queue_id)

    def permit(self, held, kind="permit", age=timedelta(0), **changes):
        """The file that a command has left when it is killed right behind it. Returns the token."""
        token = secrets.token_hex(TOKEN_BYTES)
        header, _, body = self.content(held["queue_id"]).partition(b"\n\n")
        subject = next(line[8:].strip() for line in header.split(b"\n") if line.lower().startswith(b"subject:"))
        arrival = next(entry["arrival_time"] for entry in self.world.postfix.queue() if entry["queue_id"] == held["queue_id"])
        self._write(token, kind, {"token": token, "queue_id": held["queue_id"], "arrival": arrival, "decision": held["decision"] or "",
                                  "as": "", "user": "ann as root", "login": False, "sender": held["sender"],
                                  "recipients": len(held["recipients"]), "envelope": _envelope(held["recipients"]),
                                  "named": held["recipients"],
                                  "content": hashlib.sha256((subject + b"\n\n" + body).rstrip(b"\n")).hexdigest(),
                                  "has_left_in_part": False, "begun": _time(age)} | changes)
        return token

    def taken(self, token, queue_id, in_copies=False):
        self._write(token, "taken", {"decision": "7Q2K-M4XD", "queue_id": queue_id, "in_copies": in_copies, "time": _time(timedelta(0))})

    def age(self):
        """What is begun was begun long ago."""
        for path in [*self.directory.glob("*.permit"), *self.directory.glob("*.claimed")]:
            self._write(path.stem, path.suffix[1:], json.loads(path.read_text()) | {"begun": _time(timedelta(hours=1))})

    def accepted(self, token):
        self.marked(token, "accepted")

    def marked(self, token, *marks):
        for mark in marks:
            (self.directory / f"{token}.{mark}").write_text("")

    def _write(self, token, kind, content):
        self.directory.mkdir(exist_ok=True, mode=0o700)
        (self.directory / f"{token}.{kind}").write_text(json.dumps(content) + "\n")

    def hand_in(self, token, held, data=None):
        """As the command does it, up to Postfix's answer."""
        data = data or self.content(held["queue_id"]).replace(b"\n", b"\r\n")
        with self.world.client() as client:
            client.command(f"EHLO {token}.release.sealgate.invalid")
            return client.send(held["sender"], held["recipients"], data)

    def left(self):
        """What is on disk of releases and refusals."""
        return sorted(path.name for path in self.directory.iterdir() if path.name != "lock" and path.is_file())


def secret(world):
    """One that is held for its tier alone."""
    mail = Mail(["max@example.org"], "[secret] among colleagues")
    assert world.send(mail).code == 250
    assert world.arrived(mail) == []
    return mail


def once(world, mail, recipients=None, but=()):
    """It arrived once, for these, and nothing is held but these. Returns its delivery."""
    world.wait_until(lambda: world.arrived(mail))
    world.settle()
    delivery, = world.arrived(mail)
    assert sorted(delivery.recipients) == sorted(recipients or mail.recipients)
    assert [entry["queue_id"] for entry in world.postfix.queue()] == list(but)
    return delivery


def _envelope(recipients):
    return hashlib.sha256("\n".join(sorted(one.lower() for one in recipients)).encode()).hexdigest()


def _time(age):
    return (datetime.now(timezone.utc) - age).strftime("%Y-%m-%dT%H:%M:%S.000Z")
