"""One decision as a proof: made on the gateway, checked where there is no log; and whatever is not that record is found."""

import base64
import hashlib
import json
import subprocess

import pytest
from gateway import PROGRAM
from mails import Mail

BOB, ZOE = "bob@partner.example", "zoe@yahoo.com"


def leaf(line):
    return hashlib.sha256(b"\0" + line).digest()


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def root_by(proof):
    """The root that a proof leads to, by RFC 9162 section 2.1.3.2, and what its checkpoint says."""
    head, _, note = proof.partition("\n\n")
    first, extra, index, *path = head.split("\n")
    assert first == "c2sp.org/tlog-proof@v1"
    record = base64.b64decode(extra.removeprefix("extra "))
    origin, size, root, _, signature, _ = note.split("\n")
    fn, sn, r = int(index.removeprefix("index ")), int(size) - 1, leaf(record)
    for p in (base64.b64decode(one) for one in path):
        if fn & 1 or fn == sn:
            r = node(p, r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node(r, p)
        fn, sn = fn >> 1, sn >> 1
    assert sn == 0
    return r, base64.b64decode(root), record, origin, signature


def signed(world):
    """All that is in the log so far: a restart signs."""
    world.gateway.restart()


@pytest.fixture
def sent(world):
    mails = [Mail([BOB], f"[public] News {i}") for i in range(5)]
    for mail in mails:
        world.send(mail)
    records = [world.record(mail) for mail in mails]
    signed(world)
    return records


def key_of(world):
    return (world.gateway.state / "audit/checkpoint.pub").read_text().strip()


def prove(world, word, *more):
    return world.gateway.run("audit", "prove", str(word), *more)


def test_each_decision_is_proved_and_checked_without_the_log(world, sent, tmp_path):
    for record in sent:
        file = tmp_path / "one.tlog-proof"
        run = prove(world, record["id"], "--output", str(file))
        assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
        here, there, line, origin, _ = root_by(file.read_text())
        assert here == there and json.loads(line)["id"] == record["id"] and "/sealgate/" in origin
        check = subprocess.run([PROGRAM, "--config", "/nowhere", "audit", "check-proof", str(file), "--key", key_of(world), "--json"],
                               capture_output=True, text=True, cwd=tmp_path, check=False)
        told = json.loads(check.stdout)
        assert check.returncode == 0 and told["ok"] and told["record"] == record["seq"] and told["content"]["id"] == record["id"]
    by_number = prove(world, sent[0]["seq"]).stdout
    assert json.loads(root_by(by_number)[2])["id"] == sent[0]["id"]
    assert BOB in by_number or BOB.encode() in root_by(by_number)[2]
    assert not any(other["message_id"].encode() in base64.b64decode(by_number.split("\n")[1].removeprefix("extra "))
                   for other in sent[1:]), "nobody else's mail is in it"


def test_the_signature_is_one_that_openssl_knows(world, sent, tmp_path):
    note = prove(world, sent[2]["id"]).stdout.partition("\n\n")[2]
    text, _, rest = note.rpartition("\n\n")
    signature = base64.b64decode(rest.strip().split(" ")[2])
    key = base64.b64decode(key_of(world))
    name = rest.strip().split(" ")[1]
    assert signature[:4] == hashlib.sha256(name.encode() + b"\n\x01" + key).digest()[:4]
    (tmp_path / "key.der").write_bytes(bytes.fromhex("302a300506032b6570032100") + key)
    (tmp_path / "text").write_text(text + "\n")
    (tmp_path / "signature").write_bytes(signature[4:])
    run = subprocess.run(["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-keyform", "DER", "-inkey", "key.der", "-in", "text",
                          "-sigfile", "signature"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def test_what_is_no_proof_is_refused(world, sent, tmp_path):
    good = prove(world, sent[1]["id"]).stdout
    (tmp_path / "good").write_text(good)
    extra = good.split("\n")[1]
    record = base64.b64decode(extra.removeprefix("extra "))
    forged = record.replace(b'"deliver"', b'"reject" ', 1)
    for name, text in {"forged": good.replace(extra, "extra " + base64.b64encode(forged).decode()), "cut": good[:-5], "empty": "",
                       "moved": good.replace("\nindex ", "\nindex 1")}.items():
        (tmp_path / name).write_text(text)
        run = world.gateway.run("audit", "check-proof", "--key", key_of(world), str(tmp_path / name))
        assert run.returncode == 1 and run.stdout == "" and name in run.stderr, name
    other = base64.b64encode(bytes(range(32))).decode()
    run = world.gateway.run("audit", "check-proof", "--key", other, str(tmp_path / "good"))
    assert run.returncode == 1 and "not signed by the key" in run.stderr
    run = world.gateway.run("audit", "check-proof", str(tmp_path / "good"))
    assert run.returncode == 2 and "--key" in run.stderr
    run = world.gateway.run("audit", "check-proof", "--key", key_of(world), str(tmp_path / "good"))
    assert run.returncode == 0 and run.stdout.startswith(f"genuine: record {sent[1]['seq']} of ") and sent[1]["id"] in run.stdout


def test_what_cannot_be_proved_says_why(world, sent):
    run = prove(world, "2222-2222")
    assert run.returncode == 1 and "no whole record" in run.stderr
    run = prove(world, "everything")
    assert run.returncode == 1 and "is no decision id" in run.stderr
    mail = Mail([BOB], "[public] Just now")
    world.send(mail)
    run = prove(world, world.record(mail)["id"])
    assert run.returncode == 1 and "is not signed yet" in run.stderr
    assert run.stdout == ""


def test_verify_holds_the_log_against_its_trees(world, sent):
    assert world.gateway.run("audit", "verify").returncode == 0
    trees = list((world.gateway.state / "audit").glob("tree-*.hashes"))
    assert len(trees) == 1
    checkpoint = json.loads((world.gateway.state / "audit/checkpoints.jsonl").read_text().splitlines()[-1])
    assert checkpoint["tree"]["leaves"] == checkpoint["seq"] - checkpoint["tree"]["first"] + 1


def test_a_tree_of_other_hashes_proves_nothing(world, sent):
    tree = next((world.gateway.state / "audit").glob("tree-*.hashes"))
    kept = tree.read_bytes()
    tree.write_bytes(bytes(byte ^ 1 for byte in kept))
    run = prove(world, sent[3]["id"])
    assert run.returncode == 1 and "cannot be proved" in run.stderr and run.stdout == ""
    world.gateway.restart()  # which believes what was signed, and signs nothing else
    assert prove(world, sent[3]["id"]).returncode == 1
    mail = Mail([BOB], "[public] Behind it")
    world.send(mail)
    record = world.record(mail)
    signed(world)
    here, there, _, origin, _ = root_by(prove(world, record["id"]).stdout)
    assert here == there and origin != json.loads((world.gateway.state / "audit/checkpoints.jsonl").read_text().splitlines()[0])["tree"]["origin"]
    world.gateway.stop()
    for file in (world.gateway.state / "audit").glob("tree-*"):
        file.unlink()
    world.gateway.start()  # makes it anew, of the log
    signed(world)
    world.send(Mail([BOB], "[public] To be signed"))
    signed(world)
    assert prove(world, sent[3]["id"]).returncode == 0 and world.gateway.run("audit", "verify").returncode == 0


def test_a_killed_gateway_goes_on_with_its_tree(world, sent):
    for i in range(3):
        world.send(Mail([ZOE], f"[internal] Before it died {i}"))
    world.gateway.kill()
    world.gateway.start()
    mail = Mail([BOB], "[public] After it died")
    world.send(mail)
    record = world.record(mail)
    signed(world)
    here, there, line, _, _ = root_by(prove(world, record["id"]).stdout)
    assert here == there and json.loads(line)["seq"] == record["seq"]
    assert world.gateway.run("audit", "verify").returncode == 0
