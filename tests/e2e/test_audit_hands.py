"""The audit log under another's hand, while mail goes on: rotated by logrotate, cut, written to, removed, put back from a copy.

Never lost: the next mail passes without a person. Never silent: the journal, the log's next record and `audit verify` say so.
"""

import json
import os
import shutil
import subprocess

import pytest
from mails import Mail


def copytruncate(log, _, scratch):
    """logrotate itself, where it is installed; else what it does."""
    if shutil.which("logrotate") is None:
        shutil.copy(log, scratch / "audit.jsonl.1")
        os.truncate(log, 0)
        return
    log.parent.chmod(0o700)
    settings = scratch / "logrotate.conf"
    settings.write_text(f"{log} {{\n  su root root\n  copytruncate\n  rotate 5\n  size 1\n}}\n")
    settings.chmod(0o644)
    subprocess.run(["logrotate", "--force", "--state", scratch / "state", settings], check=True, capture_output=True)
    assert log.stat().st_size == 0


def append(log, _older, _scratch):
    with open(log, "a") as file:
        file.write("I was here\n")


def a_directory(log, _older, _scratch):
    log.unlink()
    log.mkdir()


def a_pipe(log, _older, _scratch):
    log.unlink()
    os.mkfifo(log)


def a_link_to_nowhere(log, _older, scratch):
    log.unlink()
    log.symlink_to(scratch / "none" / "none")


HANDS = {
    "copytruncate": copytruncate,
    "emptied": lambda log, older, scratch: os.truncate(log, 0),
    "appended": append,
    "removed": lambda log, older, scratch: log.unlink(),
    "moved": lambda log, older, scratch: log.rename(log.with_name("moved.jsonl")),
    "a directory": a_directory,
    "a pipe": a_pipe,
    "a link to nowhere": a_link_to_nowhere,
    "an older copy": lambda log, older, scratch: os.replace(older, log),
}


@pytest.fixture
def log(world):
    """The log begins anew for the test, and again behind it: a log that was lost in part stays that."""
    begin_anew(world)
    yield world.gateway.state / "audit" / "audit.jsonl"
    begin_anew(world)


def begin_anew(world):
    if world.gateway.running:
        world.gateway.stop()
    for file in (world.gateway.state / "audit").glob("*.jsonl*"):
        file.rmdir() if file.is_dir() and not file.is_symlink() else file.unlink()
    world.gateway.start()


def send(world):
    mail = Mail(["max@example.org"], "[internal] Minutes")
    reply = world.send(mail)
    assert reply.code == 250, str(reply)
    return mail


def told(world):
    return [record for record in world.gateway.events("log-found")]


def verify(world):
    return world.gateway.run("audit", "verify")


@pytest.mark.parametrize("does", HANDS.values(), ids=HANDS)
@pytest.mark.parametrize("running", [True, False], ids=["running", "stopped"])
def test_mail_goes_on_and_what_was_found_is_told(world, log, tmp_path, does, running):
    send(world)
    shutil.copy(log, tmp_path / "older.jsonl")
    send(world)
    if not running:
        world.gateway.stop()
    before = world.gateway.log()
    last = json.loads(log.read_bytes().splitlines()[-1])
    does(log, tmp_path / "older.jsonl", tmp_path)
    if not running:
        world.gateway.start()
    mails = [send(world) for _ in range(2)]
    assert b"\0" not in log.read_bytes()
    first = json.loads(log.read_bytes().splitlines()[0])
    assert (first["event"], first["seq"], first["prev"]) == ("log-found", last["seq"] + 1, last["hash"])
    assert all(world.gateway.records_of(mail.message_id) for mail in mails)
    assert world.gateway.log()[len(before):].count("THE AUDIT LOG IS NOT AS THE GATEWAY LEFT IT") == 1
    said = verify(world)
    assert said.returncode == 1 and f"record {first['seq']} says that at" in said.stdout, said.stdout + said.stderr
    assert "whole:" not in said.stdout and "behind that: each follows the one before it" in said.stdout, said.stdout
    world.gateway.restart()
    send(world)
    assert len(told(world)) == 1, "told once"
    assert verify(world).stderr == said.stderr


def test_what_somebody_appended_is_kept(world, log):
    send(world)
    append(log, None, None)
    send(world)
    kept, = told(world)
    assert b"I was here\n" in (log.parent / kept["kept_as"]).read_bytes()
    assert "is no record of this log's form" in verify(world).stderr


def test_what_was_lost_is_named(world, log):
    send(world)
    last = json.loads(log.read_bytes().splitlines()[-1])["seq"]
    os.truncate(log, 0)
    send(world)
    assert f"records 1 to {last} of the log: removed or moved from before record {last + 1}" in verify(world).stderr


def test_a_log_that_was_rotated_by_hand_in_the_gateways_way_is_whole(world, log):
    send(world)
    log.rename(log.with_name("audit-000000000001.jsonl"))
    send(world)
    said = verify(world)
    assert said.returncode == 0 and "whole:" in said.stdout and "audit.jsonl was gone" in said.stdout, said.stdout + said.stderr
