"""Who may read what below the state directory: an auditor in the gateway's group the log and its proof, and nothing else."""

import json
import os
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path

import pytest
from gateway import PROGRAM, Gateway
from ports import free_ports

UNIT = Path(__file__).resolve().parents[2] / "contrib" / "systemd" / "sealgate.service"
SERVICE, AUDITOR, STRANGER = 54001, 54002, 54003  # users that need not exist; SERVICE is the service's group, too


def unit(setting):
    value, = [line.partition("=")[2] for line in UNIT.read_text().splitlines() if line.startswith(setting + "=")]
    return value


@pytest.fixture(scope="module")
def gateway():
    """As systemd starts it: with the unit's umask, in a state directory that is the service's. It ran, rotated and signed; all
    that it can make is there."""
    root = Path(tempfile.mkdtemp(prefix="sealgate-", dir="/tmp"))
    root.chmod(0o755)
    gateway = Gateway(root / "own", *free_ports(2))
    gateway.configure(audit=f"{{addresses: keyed, address_key: {gateway.root}/state/address.key, rotate: {{size: 1KiB}}}}")
    gateway.state.mkdir()
    gateway.state.chmod(int(unit("StateDirectoryMode"), 8))
    for directory in gateway.root, gateway.state:
        os.chown(directory, SERVICE, SERVICE)
    before = os.umask(int(unit("UMask"), 8))
    try:
        for _ in range(3):
            gateway.start()
            gateway.stop()
    finally:
        os.umask(before)
    yield gateway
    shutil.rmtree(root)


def run_as(user, group, gateway, *words):
    return subprocess.run([PROGRAM, "--config", gateway.config, *words], user=user, group=group, extra_groups=[],
                          capture_output=True, text=True, stdin=subprocess.DEVNULL, cwd="/", timeout=60)


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_an_auditor_in_the_gateways_group_reads_and_proves_the_log(gateway):
    shown = run_as(AUDITOR, SERVICE, gateway, "audit", "show", "--json")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert [json.loads(line) for line in shown.stdout.splitlines()] == gateway.all_records()
    proved = run_as(AUDITOR, SERVICE, gateway, "audit", "verify")
    assert (proved.returncode, proved.stderr) == (0, "") and "Proved" in proved.stdout
    report = run_as(AUDITOR, SERVICE, gateway, "report", "--output", "-")
    assert (report.returncode, report.stderr) == (0, "") and "Whole." in report.stdout


def test_nobody_else_gets_at_it(gateway):
    for words in ("audit", "show"), ("audit", "verify"), ("report", "--output", "-"):
        run = run_as(STRANGER, STRANGER, gateway, *words)
        assert run.returncode == 2 and "Permission denied" in run.stderr and not run.stdout, words


def test_the_group_reads_the_log_and_nothing_else(gateway):
    audit = gateway.state / "audit"
    for path in gateway.state.rglob("*"):
        if path in (audit, audit / "policies"):
            assert mode(path) == 0o750
        elif path.parent in (audit, audit / "policies") and path.name != "lock":
            assert mode(path) == 0o640, path
        else:
            assert mode(path) & 0o077 == 0, path
    assert {"audit.jsonl", "checkpoints.jsonl", "checkpoint.pub"} < {path.name for path in audit.iterdir()}
    assert mode(gateway.state) & 0o027 == 0, "the group passes through, others do not get in"


def test_no_key_is_readable_by_the_group(gateway):
    for name in "checkpoint.key", "address.key":
        key = gateway.state / name
        assert (mode(key), key.stat().st_uid) == (0o600, SERVICE), name
        read = subprocess.run(["cat", key], user=AUDITOR, group=SERVICE, extra_groups=[], capture_output=True, text=True)
        assert read.returncode == 1 and "Permission denied" in read.stderr


def test_a_key_that_others_can_read_is_an_error_of_check_and_told_at_the_start(gateway):
    key = gateway.state / "address.key"
    key.chmod(0o640)
    try:
        run = gateway.run("check")
        assert run.returncode == 1 and f"{key} is a secret key, and others than its owner may read it" in run.stderr
        gateway.start()
        gateway.stop()
        assert f"{key} is a secret key" in gateway.log()
    finally:
        key.chmod(0o600)
    assert gateway.run("check").returncode == 0
