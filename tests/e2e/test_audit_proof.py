"""The log proves itself: events, checkpoints, rotation, a crash around each write, and addresses that are keyed."""

import json
import random
import re
import shutil

import pytest
from mails import Mail

BOB, MAX = "bob@partner.example", "max@example.org"
ROTATES_OFTEN = "{checkpoint_every: {records: 1}, rotate: {size: 1KiB}}"


def verify(world, *words, config=None):
    run = world.gateway.run("audit", "verify", "--json", *words, config=config)
    assert run.returncode in (0, 1), run.stderr
    return json.loads(run.stdout)


@pytest.fixture
def elsewhere(world, tmp_path):
    """What an auditor keeps: the gateway ended, and its log, checkpoints and public key copied."""
    for _ in range(4):
        world.send(Mail([MAX], "[internal] Minutes"))
    world.gateway.stop()
    shutil.copytree(world.gateway.state / "audit", tmp_path / "copy")
    return tmp_path / "copy"


# Events.

def test_start_and_stop_are_records(world):
    starts = len(world.gateway.events("start"))
    world.gateway.restart()
    world.wait_until(lambda: len(world.gateway.events("start")) > starts)
    stop, start = world.gateway.events("start", "stop")[-2:]
    assert (stop["event"], start["event"]) == ("stop", "start")
    assert start["policy"].startswith("sha256:") and start["mode"] == "enforce" and start["certificates"]["count"] > 0


def test_a_reload_says_which_policy_was_and_which_is_in_force(world):
    before = world.gateway.events("start", "reload")[-1]["policy"]
    try:
        world.gateway.write_policy(world.gateway.usual_policy(no_key="hold"))
        world.gateway.reload()
        world.wait_until(lambda: world.gateway.events("reload")[-1:] and world.gateway.events("reload")[-1]["policy"] != before)
        reload = world.gateway.events("reload")[-1]
        assert reload["policy_before"] == before
        world.gateway.write_policy("nonsense: [")
        world.gateway.reload()
        world.wait_until(lambda: world.gateway.events("reload-refused"))
        assert world.gateway.events("reload-refused")[-1]["policy"] == reload["policy"]
    finally:
        world.gateway.configure()
        world.gateway.reload()


def test_changes_of_the_key_store_are_records_whether_the_gateway_runs_or_not(world):
    fingerprint = json.loads(world.gateway.run("keys", "show", "--json", BOB).stdout.splitlines()[0])["fingerprint"]
    world.gateway.run("keys", "disable", fingerprint)
    world.wait_until(lambda: any(event["fingerprint"] == fingerprint for event in world.gateway.events("key-disable")))
    world.gateway.stop()
    world.gateway.run("keys", "enable", fingerprint)
    world.gateway.start()
    world.wait_until(lambda: any(event["fingerprint"] == fingerprint for event in world.gateway.events("key-enable")))
    event = world.gateway.events("key-enable")[-1]
    assert event["addresses"] == [BOB] and event["user"].endswith("root")
    world.wait_until(lambda: not list((world.gateway.state / "events").iterdir()))


def test_show_tells_events(world):
    run = world.gateway.run("audit", "show", "--event", "start", "--last", "1")
    assert run.returncode == 0 and re.search(r"start +version=\S+ mode=enforce policy=sha256:", run.stdout)


# Checkpoints.

def test_check_prints_the_key_and_verify_says_what_is_proved(world, elsewhere):
    key = (elsewhere / "checkpoint.pub").read_text().strip()
    assert f"signed by: {key}" in world.gateway.run("check").stdout
    run = world.gateway.run("audit", "verify")
    last = world.gateway.all_records()[-1]["seq"]
    assert run.returncode == 0 and f"signed: records 1 to {last}," in run.stdout and "Proved of records 1 to" in run.stdout
    assert "not signed yet" not in run.stdout and f"Not proved: that nothing was cut off behind record {last}." in run.stdout


def test_a_copy_is_verified_without_a_gateway(world, elsewhere):
    key = elsewhere / "checkpoint.pub"
    logs = [str(path) for path in sorted(elsewhere.glob("audit-*.jsonl"))] + [str(elsewhere / "audit.jsonl")]
    words = ("--checkpoint", str(elsewhere / "checkpoints.jsonl"), *logs)
    assert verify(world, "--key", str(key), *words, config="/nonexistent")["signed_to"] > 0
    assert verify(world, "--key", key.read_text().strip(), *words, config="/nonexistent")["ok"]
    run = world.gateway.run("audit", "verify", *words, config="/nonexistent")
    assert run.returncode == 2 and "need --key" in run.stderr


def test_a_log_cut_or_written_anew_on_the_gateway_is_found_with_the_checkpoints_of_others(world, elsewhere):
    log = world.gateway.state / "audit" / "audit.jsonl"
    lines = log.read_bytes().splitlines(keepends=True)
    last = json.loads(lines[-1])["seq"]
    kept = ("--checkpoint", str(elsewhere / "checkpoints.jsonl"), "--key", str(elsewhere / "checkpoint.pub"))
    try:
        log.write_bytes(b"".join(lines[:-2]))
        (world.gateway.state / "audit" / "checkpoints.jsonl").unlink()
        assert verify(world)["ok"], "the gateway's own files agree"
        found = verify(world, *kept)
        assert found["problems"][0]["record"] == last - 1 and "cut off" in found["problem"]
    finally:
        log.write_bytes(b"".join(lines))
        shutil.copy(elsewhere / "checkpoints.jsonl", world.gateway.state / "audit")


def test_a_changed_checkpoint_is_found(world, elsewhere):
    file = elsewhere / "checkpoints.jsonl"
    file.write_text(re.sub(r'"seq":(\d+)', lambda seq: f'"seq":{int(seq[1]) + 1}', file.read_text(), count=1))
    found = verify(world, "--checkpoint", str(file))
    assert not found["ok"] and found["problem"] == "checkpoint 1 was changed: its signature does not fit its content"


# Rotation, and crashes.

def test_a_log_that_rotates_is_one_log(world):
    with world.gateway_with(audit=ROTATES_OFTEN) as gateway:
        mails = [Mail([MAX], "[internal] Minutes") for _ in range(5)]
        for mail in mails:
            assert world.send(mail).code == 250
        assert len(gateway.log_files()) > 5
        found = verify(world)
        assert found["ok"] and found["records"] == len(gateway.all_records())
        shown = gateway.run("audit", "show", "--json", "--sender", "ann@example.org", "--last", "5").stdout
        assert [json.loads(line)["message_id"] for line in shown.splitlines()] == [f"<{mail.message_id}>" for mail in mails]
        first = gateway.log_files()[0]
        aside = gateway.root / first.name
        try:
            first.rename(aside)
            following = json.loads(gateway.log_files()[0].read_text().splitlines()[0])["seq"]
            assert verify(world)["problems"][0]["record"] == 1
            assert verify(world, "--from", str(following))["ok"]
        finally:
            aside.rename(first)


def test_killed_around_each_effect_of_rotating_signing_and_recording(world, faults):
    gateway = world.gateway
    gateway.configure(audit=ROTATES_OFTEN)
    try:
        gateway.kill()
        gateway.start(faults.environment)
        faults.arm()
        assert world.send(Mail([MAX], "[internal] Minutes")).code == 250

        def effects_on_the_log():
            return [effect for effect in faults.effects() if " audit/" in effect]

        # Postfix has its answer before the checkpoint is signed.
        world.wait_until(lambda: "sync audit/checkpoints.jsonl" in effects_on_the_log())
        effects = effects_on_the_log()
        assert len(effects) >= 10, effects
        killed = 0
        for number in range(1, len(effects) + 2):
            for when in "before", "after":
                mail = Mail([MAX], "[internal] Minutes")
                faults.arm(f"{when} {number}")

                def recovers():
                    nonlocal killed
                    if not gateway.running:
                        killed += 1
                        faults.disarm()
                        gateway.start(faults.environment)

                world.send_until_accepted(mail, recovers)
                recovers()
                faults.disarm()
                found = verify(world)
                assert found["ok"], f"{when} {number}: {found}"
                assert gateway.records_of(mail.message_id)[-1]["outcome"] == "deliver"
                assert len(world.arrived(mail)) == 1
        assert killed > len(effects)
    finally:
        faults.disarm()
        gateway.configure()
        gateway.restart()


def test_a_record_cut_short_is_removed_and_a_record_says_so(world):
    world.send(Mail([MAX], "[internal] Minutes"))
    world.gateway.kill()
    log = world.gateway.state / "audit" / "audit.jsonl"
    begun = f'{{"seq":{world.gateway.all_records()[-1]["seq"] + 1},"time":"2026-11'.encode()
    with open(log, "ab") as file:
        file.write(begun)
    world.gateway.start()
    world.wait_until(lambda: world.gateway.events("repair"))
    assert world.gateway.events("repair")[-1]["octets"] == len(begun)
    assert verify(world)["ok"]


def test_tampering_at_random_places_is_found_and_the_right_record_named(world, elsewhere):
    lines = (elsewhere / "audit.jsonl").read_bytes().splitlines(keepends=True)
    first = json.loads(lines[0])["seq"]
    before = [str(path) for path in sorted(elsewhere.glob("audit-*.jsonl"))]
    chance = random.Random(5)
    for _ in range(20):
        at = chance.randrange(1, len(lines) - 1)
        changed = [line for number, line in enumerate(lines) if number != at]
        (elsewhere / "tampered.jsonl").write_bytes(b"".join(changed))
        found = verify(world, *before, str(elsewhere / "tampered.jsonl"), config="/nonexistent")
        assert found["problems"][0]["record"] == first + at


# Addresses.

KEYED = "{{addresses: keyed, address_key: {}}}"


@pytest.fixture
def keyed(world, tmp_path):
    with world.gateway_with(audit=KEYED.format(tmp_path / "apart" / "address.key")) as gateway:
        yield gateway


def new_lines(world, send):
    before = len(world.gateway.all_records())
    send()
    return world.gateway.all_records()[before:]


def test_keyed_addresses_are_nowhere_in_the_log_and_reveal_puts_them_back(world, keyed, tmp_path):
    mails = [Mail([BOB, MAX], "[confidential] Offer"), Mail(["zoe@yahoo.com"], "[confidential] Offer")]
    records = new_lines(world, lambda: [world.send(mail) for mail in mails])
    text = json.dumps(records)
    for word in BOB, MAX, "zoe", "ann", "yahoo.com", "partner.example", mails[0].message_id, "127.0.0.1":
        assert word not in text, word
    first, second = (record for record in records if "outcome" in record)
    assert second["reply"] == "550 5.7.1"
    assert first["sender"] == second["sender"] and first["sender"].startswith("hmac-")

    listed = tmp_path / "staff.txt"
    listed.write_text("# staff\nann@example.org\nMax@example.org\n")
    run = keyed.run("audit", "reveal", "--addresses", str(listed), "--sender", "ann@example.org", "--last", "2",
                    "--json")
    revealed = [json.loads(line) for line in run.stdout.splitlines()]
    assert [record["sender"] for record in revealed] == ["ann@example.org"] * 2
    first, second = ([one["address"] for one in record["recipients"]] for record in revealed)
    assert first == [BOB, "Max@example.org"], "bob is in the key store"
    assert second[0].startswith("hmac-"), "nobody named zoe"
    assert verify(world)["ok"]


def test_without_the_key_nothing_is_revealed(world, keyed, tmp_path):
    (tmp_path / "apart" / "address.key").unlink()
    (tmp_path / "staff.txt").write_text("ann@example.org\n")
    run = keyed.run("audit", "reveal", "--addresses", str(tmp_path / "staff.txt"))
    assert run.returncode == 2 and "address.key" in run.stderr
    world.gateway.configure(audit=KEYED.format(tmp_path / "apart" / "address.key"))


def test_keyed_without_a_place_for_the_key_is_an_error(world, tmp_path):
    config = tmp_path / "sealgate.yaml"
    config.write_text(world.gateway.config.read_text() + "audit: {addresses: keyed}\n")
    run = world.gateway.run("check", config=config)
    assert run.returncode == 1 and re.search(r"sealgate.yaml:\d+:20: keyed addresses need audit.address_key", run.stderr)
