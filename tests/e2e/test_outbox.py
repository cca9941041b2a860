"""Copies in the outbox reach Postfix's submit port exactly once, whatever happens to the gateway and to Postfix meanwhile.

The copies are put there as files (contrib/design/outbox_format.md), so that these tests need no split mail.
"""

import hashlib
import itertools
import json
import os
import time
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone

import pytest
from mails import Mail
from smtp_sink import Sink

_batch = itertools.count(1)


def stamp(seconds=0):
    time_then = datetime.now(timezone.utc) + timedelta(seconds=seconds)
    return time_then.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


class Outbox:
    def __init__(self, gateway):
        self.gateway = gateway
        self.directory = gateway.state / "outbox"

    def put(self, mail, due_in=0, age=0):
        """One waiting copy of the mail; returns its id. The mail's recipients are in the envelope alone."""
        batch = f"E2E{os.getpid()}X{next(_batch)}"
        data = mail.data()
        head = {"version": 1, "id": f"{batch}.1", "decision": "TEST-TEST", "created": stamp(-age), "sender": mail.sender,
                "recipients": [{"address": address, "identity": self.identity(mail, address), "last_reply": ""}
                               for address in mail.recipients],
                "tries": 0, "next_try": stamp(due_in), "size": len(data)}
        adding = self.directory / "adding" / batch
        adding.mkdir(parents=True, mode=0o700)
        (adding / "1").write_bytes(json.dumps(head).encode() + b"\n" + data)
        waiting = self.directory / "waiting"
        waiting.mkdir(exist_ok=True, mode=0o700)
        adding.rename(waiting / batch)
        return head["id"]

    @staticmethod
    def identity(mail, address):
        return hashlib.sha256(f"{mail.message_id} {address}".encode()).hexdigest()

    def mark(self, mail, address, suffix=""):
        handed = self.directory / "handed"
        handed.mkdir(exist_ok=True, mode=0o700)
        (handed / (self.identity(mail, address) + suffix)).touch()

    def list(self):
        run = self.gateway.run("outbox", "list", "--json")
        assert run.returncode == 0, run.stderr
        return [json.loads(line) for line in run.stdout.splitlines()]

    def is_empty(self):
        return self.list() == []


@pytest.fixture
def outbox(world):
    outbox = Outbox(world.gateway)
    yield outbox
    for copy in outbox.list():
        world.gateway.run("outbox", "remove", copy["id"])


@pytest.fixture
def mail():
    return Mail(["bob@partner.example", "eve@partner.example"], "Minutes")


@contextmanager
def stopped(gateway):
    """What the gateway says after it was started again is in the yielded list."""
    gateway.stop()
    yield
    gateway.start()


@contextmanager
def postfix_down(world):
    world.postfix.__exit__()
    try:
        yield
    finally:
        world.postfix.__enter__()


def wait_until_empty(world, outbox, timeout=30):
    world.wait_until(outbox.is_empty, timeout)


def arrived_at(world, mail):
    """The recipients of all its deliveries."""
    return sorted(itertools.chain.from_iterable(delivery.recipients for delivery in world.arrived(mail)))


def test_a_copy_found_at_start_arrives_once_and_unchanged(world, outbox, mail):
    with stopped(world.gateway):
        outbox.put(mail)
    wait_until_empty(world, outbox)
    assert arrived_at(world, mail) == sorted(mail.recipients)
    delivery = world.arrived(mail)[0]
    assert delivery.sender == mail.sender
    assert delivery.body() == mail.data().partition(b"\r\n\r\n")[2]
    queue_id = delivery.fields("Received")[0]
    assert "handed over (250 2.0.0 Ok: queued as" in world.gateway.log(), queue_id


def test_a_copy_put_beside_a_running_gateway_is_found(world, outbox, mail):
    outbox.put(mail)
    wait_until_empty(world, outbox)
    assert arrived_at(world, mail) == sorted(mail.recipients)


def test_a_message_beyond_ascii_and_with_dots_arrives_as_it_is(world, outbox):
    mail = Mail(["bob@partner.example"], text="\r\n.\r\n..\r\nö {marker}\r\n.".encode() + b"\r\n",
                content=["Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit"])
    outbox.put(mail)
    wait_until_empty(world, outbox)
    delivery, = world.arrived(mail)
    assert delivery.body() == mail.data().partition(b"\r\n\r\n")[2]


def test_what_nobody_took_for_five_days_comes_back_to_its_sender(world, outbox, mail):
    with Sink() as submit, world.gateway_with(submit=submit.port):
        for address in mail.recipients:
            submit.answer(f"RCPT {address}", "451 4.2.0 later", times=100)
        younger = Mail(mail.recipients, "Minutes")
        outbox.put(younger, age=4 * 86400)
        world.wait_until(lambda: outbox.list()[0]["tries"])
        outbox.put(mail, age=5 * 86400 + 60)
        world.wait_until(lambda: submit.deliveries)
        report, = submit.deliveries
        assert [copy["created"][:10] for copy in outbox.list()] == [stamp(-4 * 86400)[:10]], "the younger waits"
    assert (report.sender, report.recipients) == ("", [mail.sender])
    for address in mail.recipients:
        assert f"Final-Recipient: rfc822; {address}\r\nAction: failed\r\nStatus: 4.2.0\r\n".encode() in report.data
    assert mail.message_id.encode() in report.data and mail.marker.encode() not in report.data


def test_postfix_down_then_up(world, outbox, mail):
    before = len(world.gateway.log())
    with stopped(world.gateway):
        outbox.put(mail)
        world.postfix.__exit__()
    try:
        world.wait_until(lambda: "handing over fails" in world.gateway.log()[before:])
        waiting, = outbox.list()
        assert waiting["state"] == "waiting"
        world.wait_until(lambda: outbox.list()[0]["tries"] >= 2)
    finally:
        world.postfix.__enter__()
    assert world.gateway.run("outbox", "retry").returncode == 0
    wait_until_empty(world, outbox)
    assert arrived_at(world, mail) == sorted(mail.recipients)
    log = world.gateway.log()[before:]
    assert log.count("handing over fails") == 1 and log.count("handing over works again") == 1


def test_killed_again_and_again_everything_arrives(world, outbox):
    mails = [Mail([f"r{i}@partner.example"], "Minutes") for i in range(40)]
    before = len(world.gateway.log())
    with stopped(world.gateway):
        for mail in mails:
            outbox.put(mail)
    for _ in range(6):
        time.sleep(0.01)
        world.gateway.kill()
        world.gateway.start()
    wait_until_empty(world, outbox)
    log = world.gateway.log()[before:]
    for mail in mails:
        count = len(world.arrived(mail))
        told = log.count(f"may arrive twice at {mail.recipients[0]}")
        assert 1 <= count <= 1 + told, f"{count} deliveries, and the log warned {told} times"


def test_stopped_again_and_again_everything_arrives_once(world, outbox):
    mails = [Mail([f"r{i}@partner.example"], "Minutes") for i in range(40)]
    before = len(world.gateway.log())
    with stopped(world.gateway):
        for mail in mails:
            outbox.put(mail)
    for _ in range(4):
        assert world.gateway.stop() == 0
        world.gateway.start()
    wait_until_empty(world, outbox)
    assert [len(world.arrived(mail)) for mail in mails] == [1] * len(mails)
    assert "may arrive twice" not in world.gateway.log()[before:]


def test_a_hand_over_without_a_result_is_done_again_and_told(world, outbox, mail):
    before = len(world.gateway.log())
    with stopped(world.gateway):
        outbox.put(mail)
        outbox.mark(mail, "eve@partner.example", ".begun")
    wait_until_empty(world, outbox)
    assert arrived_at(world, mail) == sorted(mail.recipients)
    assert "may arrive twice at eve@partner.example" in world.gateway.log()[before:]


def test_who_was_recorded_gets_nothing_again(world, outbox, mail):
    with stopped(world.gateway):
        outbox.put(mail)
        outbox.mark(mail, "eve@partner.example")
    wait_until_empty(world, outbox)
    assert arrived_at(world, mail) == ["bob@partner.example"]


def test_list_retry_and_remove(world, outbox, mail):
    other = Mail(["bob@partner.example"], "Minutes")
    copy, unwanted = outbox.put(mail, due_in=3600), outbox.put(other, due_in=3600)
    listed = {one["id"]: one for one in outbox.list()}
    assert set(listed) == {copy, unwanted}
    assert [one["address"] for one in listed[copy]["recipients"]] == mail.recipients
    run = world.gateway.run("outbox", "list")
    assert run.returncode == 0 and copy in run.stdout and "bob@partner.example" in run.stdout
    assert mail.marker not in run.stdout and "Minutes" not in run.stdout

    run = world.gateway.run("outbox", "remove", unwanted)
    assert (run.returncode, run.stdout.split()) == (0, ["removed", unwanted])
    assert world.gateway.run("outbox", "remove", unwanted).returncode == 1
    run = world.gateway.run("outbox", "retry", copy, "--json")
    assert (run.returncode, json.loads(run.stdout)) == (0, {"change": "retried", "id": copy})
    wait_until_empty(world, outbox)
    assert arrived_at(world, mail) == sorted(mail.recipients)
    assert world.arrived(other) == []


def test_called_wrongly(world):
    for arguments in ((), ("lst",), ("list", "x"), ("remove",), ("retry", "a", "b"), ("remove", ""), ("retry", "")):
        run = world.gateway.run("outbox", *arguments)
        assert run.returncode == 2 and run.stderr.startswith("sealgate: outbox "), arguments
    for bad in ("../../audit/audit.jsonl", "X.1"):
        run = world.gateway.run("outbox", "remove", bad)
        assert run.returncode == 1 and "there is no copy" in run.stderr


def test_what_cannot_be_read_stops_nothing(world, outbox, mail):
    broken = outbox.directory / "waiting" / "BROKEN" / "1"
    broken.parent.mkdir(parents=True)
    broken.write_text("no copy\n")
    try:
        outbox.put(mail)
        world.wait_until(lambda: len(world.arrived(mail)) > 0, 20)
        run = world.gateway.run("outbox", "list")
        assert run.returncode == 1 and str(broken) in run.stderr
        world.gateway.restart()
        assert broken.read_text() == "no copy\n"
    finally:
        broken.unlink()
        broken.parent.rmdir()


def test_copies_are_removed_by_what_they_have_in_common(world, outbox):
    far = 3600
    old = outbox.put(Mail(["bob@partner.example"], "Minutes"), due_in=far, age=40 * 86400)
    bob, eve = (outbox.put(Mail([who], "Minutes"), due_in=far) for who in ("bob@partner.example", "eve@partner.example"))
    remove = lambda *words: world.gateway.run("outbox", "remove", *words)
    for words, why in (([], "takes an id, or some of"), ([bob, "--failed"], "takes an id, or some of"), (["--older", "soon"], "is no time")):
        run = remove(*words)
        assert run.returncode == 2 and why in run.stderr, words
    assert len(outbox.list()) == 3
    assert (remove("--failed").stdout, remove("--failed").returncode) == ("nothing to remove\n", 0)
    for words, status, why in ((["--decision", "7Q2K-M4XD"], 1, "no such copy is in the outbox, and nothing was removed"),
                               (["--recipient", "nobody@partner.example"], 1, "nothing was removed"),
                               (["--decision", "7Q2K"], 2, '"7Q2K" is no decision id such as 7Q2K-M4XD')):
        run = remove(*words)
        assert run.returncode == status and why in run.stderr and run.stdout == "", words
    assert len(outbox.list()) == 3
    assert remove("--older", "30d").stdout == f"removed  {old}\n"
    assert remove("--recipient", "BOB@partner.example", "--decision", "[sealgate test-test].").stdout == f"removed  {bob}\n"
    assert [one["id"] for one in outbox.list()] == [eve]
