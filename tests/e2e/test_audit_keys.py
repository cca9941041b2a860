"""The key that signs the audit log's checkpoints: exchanged, replaced, given by an auditor; and checkpoints that are not there."""

import base64
import hashlib
import html
import json
import re
import subprocess

import pytest
from gateway import Gateway
from ports import free_ports


class Key:
    """A signing key that somebody else made."""

    def __init__(self, directory):
        self._file = directory / "somebody.pem"
        self._openssl("genpkey", "-algorithm", "ed25519", "-out", self._file)
        self.public = base64.b64encode(self._openssl("pkey", "-in", self._file, "-pubout", "-outform", "DER")[-32:]).decode()

    def checkpoint(self, line):
        """The same checkpoint as this one, signed by this key."""
        fields = json.loads(line) | {"key": self.public}
        del fields["signature"]
        if tree := fields.get("tree"):
            name = tree["origin"].encode()
            identity = hashlib.sha256(name + b"\n\x01" + base64.b64decode(self.public)).digest()[:4]
            note = f"{tree['origin']}\n{tree['leaves']}\n{tree['root']}\n"
            tree["signature"] = base64.b64encode(identity + self._sign(note)).decode()
        text = json.dumps(fields, separators=(",", ":"))[:-1]
        return f'{text},"signature":"{base64.b64encode(self._sign(text)).decode()}"}}\n'

    def _sign(self, text):
        covered = self._file.with_suffix(".text")
        covered.write_text(text)
        return self._openssl("pkeyutl", "-sign", "-rawin", "-inkey", self._file, "-in", covered)

    @staticmethod
    def _openssl(*words):
        return subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True).stdout


class Signed:
    """A gateway that ran three times and signed each time, and what an auditor noted of it."""

    def __init__(self, gateway):
        self.gateway = gateway
        self.audit = gateway.state / "audit"
        self.secret, self.beside, self.checkpoints = (gateway.state / "checkpoint.key", self.audit / "checkpoint.pub",
                                                      self.audit / "checkpoints.jsonl")
        self.run(3)
        self.noted = self.beside.read_text().strip()

    def run(self, times=1):
        for _ in range(times):
            self.gateway.start()
            self.gateway.stop()

    def sign_anew(self, key):
        """What somebody does who can write beside the log and does not have its key."""
        lines = [key.checkpoint(line) for line in self.checkpoints.read_text().splitlines()]
        self.checkpoints.write_text("".join(lines))
        self.beside.write_text(key.public + "\n")

    def verify(self, *words):
        return self.gateway.run("audit", "verify", *map(str, words))

    def found(self, *words):
        return json.loads(self.verify("--json", *words).stdout)


@pytest.fixture
def log(tmp_path):
    gateway = Gateway(tmp_path / "own", *free_ports(2))
    yield Signed(gateway)
    if gateway.running:
        gateway.kill()


@pytest.fixture
def other(tmp_path):
    return Key(tmp_path)


def test_every_start_names_the_key(log):
    named = [event.get("signing_key") or event["key"] for event in log.gateway.events("signing-key", "start")]
    assert named == [log.noted] * 4
    run = log.verify()
    assert run.returncode == 0 and "Proved" in run.stdout and f"signing key from record 1: {log.noted}" in run.stdout
    assert log.found()["signing_keys"] == [{"record": 1, "key": log.noted}]


def test_a_public_key_exchanged_beside_the_log_is_believed_by_nobody(log, other, tmp_path):
    log.sign_anew(other)
    run = log.verify()
    assert run.returncode == 1 and "Proved" not in run.stdout and "signed:" not in run.stdout
    assert f"record 1 of the log and checkpoint.key name the signing key {log.noted}" in run.stderr
    assert f"checkpoint.pub names {other.public}: one was replaced, and no signature is believed" in run.stderr
    found = log.found()
    assert not found["ok"] and found["signed_to"] is None and found["own_signed_to"] is None

    run = log.gateway.run("report", "--output", str(tmp_path / "report.html"))
    page = html.unescape((tmp_path / "report.html").read_text())
    assert run.returncode == 1 and "the log is not proved" in run.stderr
    assert "Not proved." in page and "Whole." not in page and "as they were signed" not in page
    assert log.noted in page and other.public in page

    run = log.gateway.run("check")
    assert run.returncode == 1 and log.noted in run.stderr and other.public in run.stderr
    assert "signed by: nobody knows which key" in run.stdout
    checked = json.loads(log.gateway.run("check", "--json").stdout)
    assert not checked["ok"] and checked["audit"]["key"] is None and other.public in checked["errors"][0]


@pytest.mark.parametrize("witness", ["the secret key", "the log"])
def test_each_witness_alone_is_enough(log, other, witness):
    if witness == "the log":
        log.secret.unlink()
    else:
        other_log = Signed(Gateway(log.gateway.root / "second", *free_ports(2)))
        for name in "audit.jsonl", "checkpoints.jsonl", "checkpoint.pub":
            (other_log.audit / name).replace(log.audit / name)
    if witness == "the log":
        log.sign_anew(other)
    assert log.verify().returncode == 1 and "one was replaced" in log.verify().stderr
    assert log.gateway.run("check").returncode == 1


def test_the_key_that_an_auditor_gives_wins_and_what_names_another_is_told(log, other):
    log.sign_anew(other)
    log.secret.unlink()
    run = log.verify("--key", other.public)
    assert run.returncode == 1 and "Proved" not in run.stdout
    assert f"record 1 of the log names the signing key {log.noted}, and the key given is {other.public}" in run.stderr
    run = log.verify("--key", log.noted)
    assert run.returncode == 1 and f"checkpoint.pub names the signing key {other.public}, and the key given is {log.noted}" in run.stderr
    assert "checkpoint 1 was signed by another key" in run.stderr
    run = log.verify("--key", other.public, log.audit / "audit.jsonl")
    assert run.returncode == 1 and f"the key given is {other.public}" in run.stderr, "without a checkpoint as well"


def test_a_log_that_is_signed_and_has_no_checkpoint_gets_its_own_word(log):
    for damage in log.checkpoints.unlink, lambda: log.checkpoints.write_text(""):
        damage()
        run = log.verify()
        assert "not signed, no checkpoint is here: records 1 to" in run.stdout
        assert f"note: record 1 says that the gateway signs this log, and no checkpoint is in {log.checkpoints}" in run.stdout
        assert "taken away or are elsewhere" in run.stdout and "--checkpoint FILE" in run.stdout
        assert log.found()["signed_to"] is None
    run = log.verify(log.audit / "audit.jsonl")
    assert "and no checkpoint is given" in run.stdout


def test_a_key_that_was_replaced_is_told_with_the_way_out(log):
    log.secret.unlink()
    log.run()
    new = log.beside.read_text().strip()
    assert f"note it elsewhere: {new}; and keep the former one, for the checkpoints until now: {log.noted}" in log.gateway.log()
    run = log.verify()
    assert run.returncode == 1
    assert f"checkpoint 1 was signed by another key, {log.noted}, as were 2 more of this file" in run.stderr
    assert "--key OLD --key NEW" in run.stderr and len(run.stderr.splitlines()) == 1
    run = log.verify("--key", log.noted, "--key", new)
    assert run.returncode == 0 and "Proved" in run.stdout, run.stderr
    assert f"signing key from record 1: {log.noted}" in run.stdout
    assert f": {new}" in run.stdout
    text = log.checkpoints.read_text()
    log.checkpoints.write_text(re.sub(r'"seq":(\d+)', r'"seq":1\1', text, count=1))
    for keys in (["--key", log.noted, "--key", new], ["--key", new, "--key", log.noted], []):
        run = log.verify(*keys)
        assert "checkpoint 1 was changed: its signature does not fit its content" in run.stderr


def test_a_stolen_key_signs_nothing_after_it_was_replaced(log, tmp_path):
    stolen = log.secret.read_bytes()
    log.secret.unlink()
    log.run()
    new = log.beside.read_text().strip()
    thief = Key(tmp_path)
    thief._file.write_bytes(stolen)
    thief.public = log.noted
    lines = log.checkpoints.read_text().splitlines(keepends=True)
    log.checkpoints.write_text("".join([*lines[:-1], thief.checkpoint(lines[-1])]))
    run = log.verify("--key", log.noted, "--key", new)
    assert run.returncode == 1 and f"signed by the key {log.noted}, which another one had replaced" in run.stderr


def test_a_public_key_that_was_changed_is_put_right_at_the_next_start_and_told(log, other):
    log.beside.write_text(other.public + "\n")
    log.run()
    assert f"checkpoint.pub beside the audit log named another key, {other.public}, than the one that signs, {log.noted}" in log.gateway.log()
    assert log.gateway.events("signing-key")[-1]["key"] == log.noted
    assert log.verify().returncode == 0


def test_checkpoints_without_a_public_key_need_one(log):
    log.beside.unlink()
    run = log.verify()
    assert run.returncode == 2 and f"need --key" in run.stderr and f"{log.beside} has none" in run.stderr
    assert f"signed by: {log.noted}" in log.gateway.run("check").stdout, "the secret half is there"
    assert log.verify("--key", log.noted).returncode == 0
