"""What is older than audit.keep goes, and the rest is proved: whole, with who took away what; and nothing else can be taken away unseen."""

import json
import subprocess
import time

import pytest
from mails import Mail

KEEP = "{keep: 1s, rotate: {size: 2KiB, daily: false}, checkpoint_every: {records: 5, time: 1s}}"


def send_some(world, count):
    for _ in range(count):
        assert world.send(Mail(["max@example.org"], "[internal] Lunch")).code == 250


@pytest.fixture
def grown(world):
    """A log of several files, which may be pruned. The records before are kept aside meanwhile."""
    world.gateway.stop()
    audit = world.gateway.state / "audit"
    aside = audit.with_name("audit.aside")
    audit.rename(aside)
    world.gateway.configure(audit=KEEP)
    world.gateway.start()
    send_some(world, 12)
    time.sleep(1.2)  # what is there is older than that
    yield audit
    world.gateway.stop()
    for file in sorted(audit.rglob("*"), reverse=True):
        file.rmdir() if file.is_dir() else file.unlink()
    audit.rmdir()
    aside.rename(audit)
    world.gateway.configure()
    world.gateway.start()


def verify(world, *more):
    run = world.gateway.run("audit", "verify", "--json", *more)
    return run.returncode, json.loads(run.stdout)


def test_old_files_go_and_verify_proves_the_rest_and_names_who_took_what(world, grown, monkeypatch):
    before = world.gateway.all_records()
    monkeypatch.setenv("SUDO_USER", "ann")
    run = world.gateway.run("audit", "prune")
    assert run.returncode == 0 and run.stdout.startswith("taken away: records 1 to "), run.stdout + run.stderr
    event = world.gateway.events("prune")[-1]
    last = event["last_record"]
    assert (event["first_record"], event["user"]) == (1, "ann as root")
    assert event["head"] == before[last - 1]["hash"] and event["until"] == before[last - 1]["time"]
    first = world.gateway.all_records()[0]
    assert first["seq"] == last + 1 and first["prev"] == event["head"]
    status, proof = verify(world)
    assert status == 0 and proof["ok"] and proof["first_record"] == last + 1, proof
    assert any(f"records 1 to {last}" in note and "ann as root" in note for note in proof["notes"])
    run = world.gateway.run("audit", "verify")
    assert "taken away, since their time was over: records 1 to" in run.stdout and f"whole: records {last + 1} to" in run.stdout
    assert world.gateway.run("report", "--output", "-").returncode == 0
    send_some(world, 12)
    time.sleep(1.2)
    again = json.loads(world.gateway.run("audit", "prune", "--json").stdout)
    assert again["first_record"] == last + 1 and verify(world)[0] == 0


def rotated(audit):
    return sorted(audit.glob("audit-*.jsonl"))


def test_files_that_were_compressed_are_read_asked_proved_and_pruned(world, grown):
    last = len(world.gateway.all_records())
    asked = world.gateway.run("audit", "show", "--json").stdout
    files = rotated(grown)
    assert len(files) > 2
    subprocess.run(["zstd", "--quiet", "--rm", *files[:-1]], check=True)
    assert world.gateway.run("audit", "show", "--json").stdout == asked
    status, proof = verify(world)
    assert status == 0 and proof["ok"] and proof["records"] >= last, proof
    world.gateway.stop()
    subprocess.run(["zstd", "--quiet", "--rm", files[-1]], check=True)
    world.gateway.start()
    send_some(world, 1)
    assert verify(world)[0] == 0, "and the log goes on where it was"
    damaged = files[1].with_suffix(".jsonl.zst")
    whole = damaged.read_bytes()
    damaged.write_bytes(whole[:-20])
    run = world.gateway.run("audit", "verify")
    assert run.returncode == 1 and damaged.name in run.stdout + run.stderr, run.stdout + run.stderr
    damaged.write_bytes(whole)
    twin = grown / "audit-000000000001.jsonl"
    subprocess.run(["zstd", "--quiet", "--decompress", "--keep", twin.with_suffix(".jsonl.zst")], check=True)
    assert verify(world)[0] == 0, "one that is there twice is one"
    pruned = json.loads(world.gateway.run("audit", "prune", "--json").stdout)
    assert pruned["ok"] and pruned["files"] >= len(files) and list(grown.glob("*.zst")) == []
    assert verify(world)[0] == 0


def test_what_is_young_stays(world):
    world.gateway.configure(audit="{keep: 1h}")
    assert world.gateway.run("reload").returncode == 0
    before = world.gateway.all_records()
    run = world.gateway.run("audit", "prune")
    assert run.returncode == 0 and "nothing is older" in run.stdout
    assert world.gateway.all_records() == before
    world.gateway.configure()
    assert world.gateway.run("reload").returncode == 0


def test_what_somebody_else_takes_away_is_told(world, grown):
    assert world.gateway.run("audit", "prune").returncode == 0
    send_some(world, 12)
    world.gateway.log_files()[0].unlink()
    status, proof = verify(world)
    assert status == 1 and not proof["ok"]


def test_without_any_record_of_it_a_missing_beginning_is_told(world, grown):
    world.gateway.log_files()[0].unlink()
    status, proof = verify(world)
    assert status == 1 and proof["problems"]


def test_a_prune_that_was_cut_short_is_whole_and_the_next_one_ends_it(world, grown):
    files = world.gateway.log_files()[:-1]
    copies = {file: file.read_bytes() for file in files}
    assert world.gateway.run("audit", "prune").returncode == 0
    gone = [file for file in files if not file.exists()]
    assert len(gone) > 2
    for file in gone[1:]:
        file.write_bytes(copies[file])
    status, proof = verify(world)
    assert status == 0, proof
    world.gateway.run("audit", "prune")
    assert not gone[1].exists() and verify(world)[0] == 0


def test_without_audit_keep_nothing_is_taken_away(world):
    run = world.gateway.run("audit", "prune")
    assert run.returncode == 2 and "kept for ever" in run.stderr
