"""What an auditor asks the log and how: slips are told, hostile files and records do no harm, and keyed addresses are asked for
with the right key only."""

import csv
import hmac
import io
import json
import os
import re
import shutil
import subprocess
import threading
from pathlib import Path

import pytest
from gateway import PROGRAM
from mails import Mail

FORMAT_PAGE = Path(__file__).resolve().parents[2] / "contrib" / "design" / "audit_format.md"
ANN, BOB, MAX = "ann@example.org", "bob@partner.example", "max@example.org"
ESCAPE = "\x1b[31m"


def decision(**changes):
    """A record as the log has it, without its place in the chain."""
    record = {"seq": 1, "time": "2026-11-23T09:00:00.000Z", "id": "7Q2K-M4XD", "queue_id": "4bXyZ12345", "message_id": "<1@x>",
              "sender": ANN, "client": "127.0.0.1", "user": None, "classification": "internal", "protection": "none",
              "outcome": "deliver", "failure": None, "mode": "enforce", "policy": "sha256:0", "recipients": [recipient(BOB)]}
    return json.dumps(record | changes, ensure_ascii=False)


def recipient(address, **changes):
    return {"address": address, "tier": "secure", "action": "deliver", "result": "deliver", "reason": "allowed"} | changes


class Kept:
    """A log of a gateway that does not run, and the commands about it."""

    def __init__(self, world, root):
        self.world = world
        self.root = root
        self.audit = root / "state" / "audit"
        self.audit.mkdir(parents=True)
        for file in world.gateway.config, world.gateway.policy:
            shutil.copy(file, root)
        self.write(decision())

    def write(self, *lines, name="audit.jsonl"):
        (self.audit / name).write_bytes(b"".join((line if isinstance(line, bytes) else line.encode()) + b"\n" for line in lines))

    def run(self, *arguments):
        return self.world.gateway.run("audit", *map(str, arguments), config=self.root / "sealgate.yaml", timeout=20)


@pytest.fixture
def kept(world, tmp_path):
    return Kept(world, tmp_path / "kept")


# Slips.

@pytest.mark.parametrize("arguments, said", [
    (["show", "--outcome", "rejected"], '--outcome: "rejected" is none of: deliver, warn, seal, hold, reject, defer; did you mean "reject"?'),
    (["show", "--outcome", "reject", "--outcome", "x"], '--outcome: "x" is none of'),
    (["show", "--reason", "nokey"], 'did you mean "no-key"?'),
    (["show", "--event", "restart"], '--event: "restart" is none of: start, stop, reload,'),
    (["show", "--event", "start", "--outcome", "reject"], "--event: an event has no outcome"),
    (["show", "--event", "start", "--csv"], "--event: events have no rows in CSV; use --json"),
    (["show", "--classification", "confidental"],
     '--classification: "confidental" is none of: public, internal, confidential, secret; did you mean "confidential"?'),
    (["stats", "--tier", "insecure"],
     '--tier: "insecure" is none of: organisation, secure, even-better, better, unsecure, unknown; did you mean "unsecure"?'),
    (["stats", "--by", "sender,domian"], 'did you mean "domain"?'), (["stats", "--by", "tier,tier"], "--by names tier twice"),
    (["stats", "--by", "day,tier,reason,mode"], "--by takes three words at most, such as sender,domain"),
    (["stats", "--by", "domains"], '--by: "domains" is none of: day, hour, outcome,'),
    (["stats", "--event", "start"], "audit stats: unknown option --event; it takes --since, --until,"),
    (["show", "--by", "day"], "audit show: unknown option --by; it takes --since,"),
    (["verify", "--sender", ANN], "audit verify: unknown option --sender; it takes --checkpoint, --key, --from, --gateway, --json,"),
    (["show", "--senders", ANN], 'audit show: unknown option --senders; did you mean "--sender"?'),
    (["shwo"], 'audit has no command "shwo"; did you mean "show"?'),
    ([], "audit needs one of: show, stats, verify, prove, check-proof, reveal"),
    (["show", "extra"], 'audit show: "extra" is too much; usage: sealgate [--config FILE] audit show [FILTER]...'),
    (["show", "--since", "7d", "--until", "30d"], "--since is not before --until"),
    (["show", "--since", "7d", "--since", "30d"], "--since stands twice"),
    (["show", "--sender", "<>"], "--sender: it takes an address"),
    (["show", "--domain", ANN], "--domain: it takes what stands behind the @"),
    (["show", "--sender", "Ann"], '--sender: "Ann" is no address, and the log has none like it'),
    (["show", "--domain", "yahoo"], '--domain: "yahoo" is no domain, and the log has none like it; it takes a whole one'),
    (["show", "--domain", ".example.org"], '--domain: ".example.org" is no domain'),
    (["show", "--id", "[sealgate 7Q2K-M4X]"], "is no decision id such as 7Q2K-M4XD"),
    (["show", "--queue-id", "4bXy Z1"], '--queue-id: "4bXy Z1" is no queue id of Postfix such as 4WXYZ12345'),
    (["stats", "--key", "bob"], '--key: "bob" is no fingerprint; it takes 40 or 64 hex digits, or the last 8 or more of them'),
    (["show", "--policy", "sha256:xyz"], '--policy: "sha256:xyz" is no digest of a policy'),
    (["show", "--since", "tomorrow"], '--since: "tomorrow" is no time such as 30d, 12h, yesterday, monday, 2026-W48'),
    (["show", "--event", "start", "--near-miss"], "--event: an event has no near-miss; ask for one of both"),
])
def test_what_can_match_nothing_is_told(kept, arguments, said):
    run = kept.run(*arguments)
    assert run.returncode == 2 and run.stdout == ""
    first = run.stderr.splitlines()[0]
    assert first.startswith("sealgate: ") and said in first


def test_each_command_has_its_usage(kept):
    assert kept.run("verify", "--help").stdout.startswith("usage: sealgate [--config FILE] audit verify [--checkpoint FILE]... ")
    assert "--sender" not in kept.run("verify", "--help").stdout
    listed = kept.run("--help").stdout
    assert all(f"\n  audit {name} " in listed for name in ("show", "stats", "verify", "reveal"))
    assert "audit verify [--checkpoint FILE]" in kept.run().stderr


@pytest.mark.parametrize("filters", [
    ["--sender", "<Ann@example.org>"], ["--sender", "Ann <ann@EXAMPLE.org.>"], ["--recipient", "<zoe@müller.example>"],
    ["--domain", "müller.example"], ["--domain", "MÜLLER.example"], ["--domain", "@xn--mller-kva.example"],
    ["--tier", "former"], ["--classification", "Bygone"], ["--outcome", "DELIVER"], ["--id", "7q2k-m4xd"],
    ["--queue-id", "4bXyZ12345"], ["--message-id", "1@x"], ["--message-id", "<1@x>"], ["--user", "ANN"], ["--near-miss"],
    ["--policy", "sha256:0A1B2C"], ["--policy", "0a1b2c3d"], ["--key", "0x897B046D"], ["--key", "8999 571E 50C1 4995 296B  08E8 88F7 590F 897B 046D"],
    ["--since", "2026-W48", "--until", "2026-11-24"],
])
def test_what_means_the_same_matches(kept, filters):
    """The log has A-labels and no brackets, and words of the policies that were in force before."""
    key = {"fingerprint": "8999571E50C14995296B08E888F7590F897B046D"}
    kept.write(decision(classification="bygone", user="ann", policy="sha256:0a1b2c3d4e", near_misses=[{"text": "[confidental]"}],
                        recipients=[recipient("zoe@xn--mller-kva.example", tier="former", key=key)]))
    run = kept.run("show", "--json", *filters)
    assert run.returncode == 0 and run.stderr == ""
    assert json.loads(run.stdout)["sender"] == ANN


def test_what_never_occurs_is_said_and_what_is_near(kept):
    kept.write(*(decision(id=f"7Q2K-M4X{n}", recipients=[recipient("bob@yahoo.com")]) for n in "ABC"))
    for command in "show", "stats":
        run = kept.run(command, "--domain", "yaho.com")
        assert (run.returncode, run.stderr) == (1, "sealgate: no mail to yaho.com; did you mean yahoo.com: 3?\n")
        assert kept.run(command, "--sender", "anne@example.org").stderr == f"sealgate: no mail from anne@example.org; did you mean {ANN}: 3?\n"
        assert kept.run(command, "--recipient", "zoe@far.away.example").stderr == "sealgate: no mail to zoe@far.away.example\n"
        run = kept.run(command, "--domain", "yahoo.com", "--outcome", "reject")
        assert (run.returncode, run.stderr) == (1, "sealgate: 3 times there is mail to yahoo.com, and none of it fits to all that is asked\n")
    assert kept.run("show", "--outcome", "reject").stderr == ""


def test_the_log_of_a_u_label_domain_is_found(world):
    mail = Mail(["zoe@xn--mller-kva.example"], "[public] News")
    world.send(mail)
    run = world.gateway.run("audit", "show", "--json", "--domain", "müller.example", "--last", "1")
    assert json.loads(run.stdout)["message_id"].strip("<>") == mail.message_id


# Hostile files.

@pytest.fixture
def fifo(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    return tmp_path / "fifo"


def test_only_regular_files_are_read(kept, fifo, tmp_path):
    for arguments in (["verify", fifo], ["verify", "/dev/zero"], ["verify", tmp_path], ["verify", "--key", "/dev/zero"],
                      ["verify", "--key", fifo], ["verify", "--checkpoint", fifo, "--key", "A" * 43 + "="],
                      ["verify", "--checkpoint", "/dev/zero", "--key", "A" * 43 + "="]):
        run = kept.run(*arguments)
        hostile = next(str(one) for one in arguments if str(one).startswith("/"))
        assert run.returncode == 2 and f"{hostile}: it is no regular file" in run.stderr, arguments


def test_a_fifo_among_the_logs_files_is_named(kept):
    log = kept.audit / "audit-000000000001.jsonl"
    os.mkfifo(log)
    for word in ("show", "stats", "verify"):
        run = kept.run(word)
        assert run.returncode == 2 and f"{log}: it is no regular file" in run.stderr
    assert kept.world.gateway.run("check", config=log).returncode in (1, 2), "empty, and not waited for"


def test_a_large_file_is_no_key(kept, tmp_path):
    (tmp_path / "large").write_bytes(b"A" * 100_000)
    run = kept.run("verify", "--key", tmp_path / "large")
    assert run.returncode == 2 and "it is too large" in run.stderr


def test_a_copy_with_other_line_ends_is_told_as_that(world, kept):
    world.send(Mail([MAX], "[internal] Minutes"))
    for log in world.gateway.log_files():
        (kept.root / log.name).write_bytes(log.read_bytes().replace(b"\n", b"\r\n"))
    copies = [kept.root / log.name for log in world.gateway.log_files()]
    run = kept.run("verify", *copies)
    assert run.returncode == 1 and "record 1 ends in CR LF instead of LF" in run.stderr and "tr -d" in run.stderr
    for copy in copies:
        copy.write_bytes(copy.read_bytes().replace(b"\r", b""))
    assert kept.run("verify", *copies).returncode == 0


# Hostile records: of strangers' mails, and of who can write to the log's files.

DAMAGED = [b'{"seq":2,"sender":"' + ESCAPE.encode() + b'"', b"\xff\xfe", '{"a":"\x9b31m'.encode()]


def harmless(text):
    return not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)


def test_what_is_printed_steers_no_terminal_and_is_json(kept):
    forged = decision(sender="\x9b31mann@example.org\u202e", recipients=[recipient("\x7f" + BOB)])
    kept.write(decision(), *DAMAGED, forged)
    run = kept.run("show", "--json")
    assert run.returncode == 0 and harmless(run.stdout) and harmless(run.stderr)
    shown = [json.loads(line) for line in run.stdout.splitlines()]
    assert shown[-1]["sender"] == json.loads(forged)["sender"], "the same, escaped"
    assert [list(one) for one in shown[1:-1]] == [["damaged"]] * 3 and shown[1]["damaged"].startswith('{"seq":2,"sender":"')
    for arguments in (["show"], ["show", "--csv"], ["stats", "--by", "sender", "--json"], ["stats", "--by", "recipient"]):
        run = kept.run(*arguments)
        assert harmless(run.stdout + run.stderr), arguments
        assert "3 records are damaged and answer nothing" in run.stderr


def test_names_of_files_steer_no_terminal(kept, tmp_path):
    strange = tmp_path / f"log{ESCAPE}\x9b"
    strange.write_bytes(b"nonsense\n")
    cut = tmp_path / f"checkpoints{ESCAPE}\x9b"
    cut.write_bytes(b'{"time":"2026')
    run = kept.run("verify", "--json", "--checkpoint", cut, "--key", "A" * 43 + "=", strange)
    assert run.returncode == 1 and harmless(run.stdout + run.stderr)
    assert any(problem["file"] == str(strange) for problem in json.loads(run.stdout)["problems"])
    assert harmless("".join(kept.run("verify", "--checkpoint", cut, "--key", "A" * 43 + "=", strange).stdout))


def test_the_table_begins_with_who_decided_and_names_the_keys(kept):
    key = {"fingerprint": "8999571E50C14995296B08E888F7590F897B046D", "source": "wkd", "state": "usable"}
    many = [recipient(f"colleague.with.a.long.name.{n}@example.org") for n in range(9)]
    kept.write(decision(outcome="reject", recipients=[*many, recipient(BOB, result="seal", reason="sealed", key=key),
                                                      recipient("zoe@yahoo.com", result="reject", reason="no-key")]))
    line = kept.run("show").stdout.splitlines()[1]
    shown = line[line.index("zoe@"):]
    assert shown.startswith(f"zoe@yahoo.com no-key, {BOB} sealed 88F7590F897B046D wkd, colleague") and shown.endswith(", and 8 more"), shown
    rows = list(csv.DictReader(io.StringIO(kept.run("show", "--csv").stdout)))
    assert [(row["address"], row["key_fingerprint"], row["key_source"]) for row in rows[-2:]] == [
        (BOB, key["fingerprint"], "wkd"), ("zoe@yahoo.com", "-", "-")]


def test_one_damaged_record_is_one(kept):
    kept.write(decision(), DAMAGED[0])
    assert "sealgate: 1 record is damaged and answers nothing; sealgate audit verify names it" in kept.run("stats").stderr


def test_csv_has_all_columns_and_no_formula(kept):
    kept.write(decision(recipients=[]), decision(sender="a;=1+1@example.org", recipients=[recipient("\uff1d1@x"), recipient("-1")]))
    rows = list(csv.reader(io.StringIO(kept.run("show", "--csv").stdout)))
    assert [len(row) for row in rows] == [21] * 4
    assert rows[1][13:] == ["-"] * 8
    assert rows[2][4] == "a;'=1+1@example.org" and [row[13] for row in rows[2:]] == ["'\uff1d1@x", "'-1"]


# Keyed addresses.

@pytest.fixture
def keyed(world, tmp_path):
    """The gateway with a key of this test's own; its log has other addresses too, in clear and under other keys."""
    key = tmp_path / "apart" / "address.key"
    with world.gateway_with(audit=f"{{addresses: keyed, address_key: {key}}}") as gateway:
        gateway.key = key
        gateway.since = gateway.events("start")[-1]["time"]
        yield gateway


def test_asking_with_the_key_finds(world, keyed):
    world.send(Mail([BOB], "[public] News"))
    run = keyed.run("audit", "show", "--json", "--sender", f"<{ANN.upper()}>", "--since", keyed.since)
    found = [json.loads(line) for line in run.stdout.splitlines()]  # a mail of hers from another test may come again meanwhile
    assert run.returncode == 0 and run.stderr == "" and found
    assert all(record["sender"].startswith("hmac-") for record in found)


def test_a_hashed_message_id_is_found_by_what_the_mail_has(world, keyed):
    mail = Mail([BOB], "[public] News")
    world.send(mail)
    run = keyed.run("audit", "show", "--json", "--message-id", mail.message_id, "--since", keyed.since)
    found, = (json.loads(line) for line in run.stdout.splitlines())
    assert run.returncode == 0 and mail.message_id not in run.stdout and found["sender"].startswith("hmac-")


def test_asking_with_another_key_is_told(world, keyed):
    world.send(Mail([BOB], "[public] News"))
    right = keyed.key.read_text()
    keyed.key.write_text("0" * 64 + "\n")
    try:
        for arguments in (["show"], ["stats"]):
            run = keyed.run("audit", *arguments, "--json", "--sender", ANN, "--since", keyed.since)
            assert run.returncode == 2 and run.stdout == ""
            assert f" hashed under another key than {keyed.key}: put back" in run.stderr
        assert keyed.run("audit", "show", "--outcome", "deliver", "--since", keyed.since).stderr == "", "nobody is asked for"
        (keyed.root / "staff").write_text(ANN + "\n")
        run = keyed.run("audit", "reveal", "--addresses", str(keyed.root / "staff"), "--since", keyed.since)
        assert "hashed under another key" in run.stderr
    finally:
        keyed.key.write_text(right)


def test_asking_without_the_key_is_told(world, keyed):
    world.send(Mail([BOB], "[public] News"))
    hashed = keyed.records()[-1]["sender"]
    right = keyed.key.read_text()
    keyed.key.unlink()
    try:
        run = keyed.run("audit", "show", "--recipient", BOB)
        assert run.returncode == 2 and run.stdout == ""
        assert run.stderr.startswith("sealgate: --recipient: the log's addresses are keyed, and their key can't be read: ")
        assert str(keyed.key) in run.stderr and "put it back" in run.stderr
        assert keyed.run("audit", "show", "--sender", hashed).returncode == 0, "the hash itself needs no key"
    finally:
        keyed.key.write_text(right)


def test_asking_a_keyed_log_with_a_configuration_of_clear_addresses_is_told(world, keyed):
    world.send(Mail([BOB], "[public] News"))
    clear = keyed.root / "clear.yaml"
    clear.write_text(keyed.config.read_text().split("audit:")[0])
    run = keyed.run("audit", "show", "--sender", ANN, "--since", keyed.since, config=clear)
    assert run.returncode == 2 and "names no key for them (audit.addresses, audit.address_key)" in run.stderr


def test_a_log_that_does_not_say_its_key_is_asked_and_the_doubt_is_told(kept):
    key = kept.root / "address.key"
    key.write_text("0" * 64 + "\n")
    config = kept.root / "sealgate.yaml"
    config.write_text(config.read_text() + f"audit: {{addresses: keyed, address_key: {key}}}\n")
    kept.write(decision(sender="hmac-" + "0" * 32, recipients=[]))
    run = kept.run("show", "--sender", ANN, "--json")
    assert run.returncode == 1 and run.stdout == ""
    assert f"does not say under which key the addresses of 1 decision are hashed; is {key} the one?" in run.stderr
    assert kept.run("show", "--sender", "hmac-" + "0" * 32).stderr == ""


def test_who_follows_a_log_hears_that_its_key_was_changed(kept):
    key = kept.root / "address.key"
    key.write_text("0" * 64 + "\n")
    config = kept.root / "sealgate.yaml"
    config.write_text(config.read_text() + f"audit: {{addresses: keyed, address_key: {key}}}\n")
    key_id = hmac.new(b"0" * 64, b"sealgate address key", "sha256").hexdigest()[:16]
    anns = "hmac-" + hmac.new(b"0" * 64, ANN.encode(), "sha256").hexdigest()[:32]
    before = json.dumps({"event": "start", "address_key": key_id}), decision(sender=anns, recipients=[])
    after = json.dumps({"event": "start", "address_key": "1" * 16}), decision(sender="hmac-" + "1" * 32, recipients=[])
    kept.write(*before)
    follower = subprocess.Popen([PROGRAM, "--config", config, "audit", "show", "--follow", "--sender", ANN, "--json"],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    patience = threading.Timer(30, follower.kill)
    patience.start()
    try:
        assert json.loads(follower.stdout.readline())["sender"] == anns, "it reads now"
        with (kept.audit / "audit.jsonl").open("a") as log:
            log.write("".join(line + "\n" for line in after))
        assert follower.stderr.readline() == (f"sealgate: the addresses of 1 decision are hashed under another key than {key} had when "
                                              "this began: begin again if it was replaced since (audit.address_key)\n")
    finally:
        patience.cancel()
        follower.kill()
        follower.communicate()


def test_a_hidden_domain_has_a_word(world, keyed):
    world.send(Mail([BOB], "[public] News"))
    run = keyed.run("audit", "stats", "--by", "domain", "--json", "--since", keyed.since)
    assert json.loads(run.stdout) == {"domain": "(hidden)", "recipients": 1}


def test_a_question_about_hidden_domains_is_not_answered_with_nothing(world, keyed):
    world.send(Mail([BOB], "[public] News"))
    run = keyed.run("audit", "show", "--domain", "partner.example", "--since", keyed.since, "--json")
    assert run.returncode == 2 and run.stdout == ""
    assert "the recipients' domains of 1 decision are not in the log: their addresses are hashed as a whole" in run.stderr


def test_openssl_computes_a_hash_as_the_format_page_says(world, keyed):
    world.send(Mail([BOB], "[public] News"))
    line, = (line for line in FORMAT_PAGE.read_text().splitlines() if "openssl dgst" in line)
    run = subprocess.run(["sh", "-c", line], cwd=keyed.key.parent, capture_output=True, text=True, check=True)
    assert keyed.records()[-1]["sender"] == "hmac-" + run.stdout.strip()


@pytest.mark.parametrize("name, is_written", [("ops", lambda user: user == "ops as root"),
                                              ("ann@example.org", lambda user: re.fullmatch(r"hmac-[0-9a-f]{32} as root", user))])
def test_who_changes_keys_is_named_unless_the_name_is_an_address(world, keyed, tmp_path, name, is_written):
    fingerprint = json.loads(keyed.run("keys", "show", "--json", BOB).stdout.splitlines()[0])["fingerprint"]
    before = len(keyed.events("key-disable"))
    subprocess.run([PROGRAM, "--config", keyed.config, "keys", "disable", fingerprint], env=os.environ | {"SUDO_USER": name},
                   check=True, capture_output=True)
    keyed.run("keys", "enable", fingerprint)
    world.wait_until(lambda: len(keyed.events("key-disable")) > before)
    assert is_written(keyed.events("key-disable")[-1]["user"])
    (tmp_path / "staff").write_text(ANN + "\n")
    run = keyed.run("audit", "reveal", "--addresses", str(tmp_path / "staff"), "--event", "key-disable", "--last", "1", "--json")
    assert json.loads(run.stdout)["user"] == f"{name} as root"
