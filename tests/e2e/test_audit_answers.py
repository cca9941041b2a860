"""Questions to the audit log: `audit show` with filters, as it grows, and as CSV; `audit stats`."""

import csv
import io
import json
import subprocess
import threading

import pytest
from gateway import PROGRAM
from mails import Mail

BOB, MAX, ZOE = "bob@partner.example", "max@example.org", "zoe@yahoo.com"


@pytest.fixture
def mails(world):
    """One that is sealed, one that is refused, one that passes; the log holds others too."""
    mails = {"seal": Mail([BOB], "[confidential] Offer"), "reject": Mail([ZOE], "[confidential] Offer"),
             "deliver": Mail([BOB, MAX], "[public] News")}
    for mail in mails.values():
        world.send(mail)
    return mails


@pytest.fixture
def since(world):
    """The moment from which on the log is of this test alone."""
    world.send(Mail([MAX], "[public] Before"))
    return world.gateway.records()[-1]["time"]


def shown(world, *filters):
    run = world.gateway.run("audit", "show", "--json", *filters)
    assert run.returncode == 1 or (run.returncode, run.stderr) == (0, "")
    return [json.loads(line)["message_id"].strip("<>") for line in run.stdout.splitlines()]


def ids(mails, *names):
    return [mails[name].message_id for name in names]


@pytest.mark.parametrize("filters, names", [
    (["--outcome", "reject"], ["reject"]),
    (["--outcome", "reject", "--outcome", "SEAL"], ["seal", "reject"]),
    (["--classification", "confidential"], ["seal", "reject"]),
    (["--domain", "Partner.example"], ["seal", "deliver"]),
    (["--recipient", BOB, "--reason", "sealed"], ["seal"]),
    (["--recipient", BOB, "--reason", "no-key"], []),
    (["--tier", "unsecure"], ["reject"]),
    (["--sender", "ANN@example.org", "--last", "1"], ["deliver"]),
    (["--sender", "nobody@example.org"], []),
    (["--until", "2099-01-01", "--outcome", "seal"], ["seal"]),
])
def test_show_answers_what_is_asked(world, since, mails, filters, names):
    assert [one for one in shown(world, "--since", since, *filters) if one in ids(mails, *mails)] == ids(mails, *names)


def test_show_ends_with_1_if_nothing_matches(world, since, mails):
    assert world.gateway.run("audit", "show", "--since", since, "--sender", "nobody@example.org").returncode == 1
    assert world.gateway.run("audit", "show", "--since", since, "--outcome", "reject").returncode == 0


def test_csv_has_a_row_for_each_recipient(world, since, mails):
    strange = Mail(['"=cmd, x"@partner.example'], "[public] News")
    world.send(strange)
    run = world.gateway.run("audit", "show", "--csv", "--since", since)
    rows = list(csv.DictReader(io.StringIO(run.stdout)))
    both = [row for row in rows if row["message_id"].strip("<>") == mails["deliver"].message_id]
    assert [(row["address"], row["reason"], row["outcome"]) for row in both] == [(BOB, "allowed", "deliver"), (MAX, "allowed", "deliver")]
    assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row.values())


def test_stats_count(world, since, mails):
    first = world.record(mails["seal"])["time"]

    def stats(*arguments):
        run = world.gateway.run("audit", "stats", "--since", first, "--json", *arguments)
        return [tuple(json.loads(line).values()) for line in run.stdout.splitlines()]
    assert sorted(stats()) == [("deliver", 1), ("reject", 1), ("seal", 1)]
    assert stats("--by", "domain") == [("partner.example", 2), ("example.org", 1), ("yahoo.com", 1)]
    assert stats("--by", "reason", "--domain", "yahoo.com") == [("no-key", 1)]
    assert sum(number for _, number in stats("--by", "hour")) == 3
    assert stats("--by", "sender,domain", "--tier", "unsecure") == [("ann@example.org", "yahoo.com", 1)]
    assert stats("--by", "outcome, classification")[0][1:] in [("confidential", 1), ("public", 1)]
    table = world.gateway.run("audit", "stats", "--since", first, "--by", "domain").stdout.splitlines()
    assert [line.split() for line in table[:2]] == [["DOMAIN", "RECIPIENTS", "PERCENT"], ["partner.example", "2", "50.0"]]


def test_follow_shows_what_comes(world, mails):
    follower = subprocess.Popen([PROGRAM, "--config", world.gateway.config, "audit", "show", "--follow", "--last", "1", "--json",
                                 "--outcome", "reject"], stdout=subprocess.PIPE, text=True)
    patience = threading.Timer(30, follower.kill)
    patience.start()
    try:
        assert json.loads(follower.stdout.readline())["message_id"] == f"<{mails['reject'].message_id}>", "it reads now"
        world.send(Mail([BOB], "[public] News"))
        refused = Mail([ZOE], "[confidential] Offer")
        world.send(refused)
        assert json.loads(follower.stdout.readline())["message_id"] == f"<{refused.message_id}>"
        follower.stdout.close()
        assert follower.wait() >= 0, "it ends by itself when nobody reads on"
    finally:
        patience.cancel()
        follower.kill()
        follower.wait()


@pytest.mark.parametrize("arguments", [["show", "--since", "tomorrow"], ["stats", "--by", "subject"], ["show", "--json", "--csv"],
                                       ["show", "--last", "few"], ["count"], []])
def test_called_wrongly(world, arguments):
    run = world.gateway.run("audit", *arguments)
    assert run.returncode == 2 and run.stdout == "" and run.stderr.startswith("sealgate: ")


@pytest.mark.parametrize("command", [["audit", "show"], ["audit", "show", "--csv"], ["audit", "show", "--json"],
                                     ["audit", "stats"], ["audit", "verify"], ["check"], ["outbox", "list"], ["keys", "list"]])
def test_an_answer_that_is_lost_on_a_full_disk_is_no_success(world, mails, command):
    with open("/dev/full", "w", encoding="ascii") as full:
        run = subprocess.run([PROGRAM, "--config", world.gateway.config, *command], stdout=full, stderr=subprocess.PIPE,
                             text=True, check=False)
    assert run.returncode == 2 and "standard output could not be written" in run.stderr
