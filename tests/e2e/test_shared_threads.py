"""Two gateways and one database: an answer is as sensitive as the mail that went out through the other gateway."""

import json
import shutil

import pytest
from expect import unchanged
from gateway import Gateway
from logs import NOON, chained, decision, recipient
from mails import Mail
from ports import free_ports
from shipped_log import another_name, database, names, settings, wait_for  # noqa: F401

BOB, ZOE = "bob@partner.example", "zoe@yahoo.com"


@pytest.fixture
def elsewhere(database, tmp_path):
    """Another gateway, which does not run yet. elsewhere.has_sent(...): its log says so, and it runs."""
    name = another_name()
    database.add_gateway(name, name.split(".")[0])
    gateway = Gateway(tmp_path / "elsewhere", *free_ports(2))
    records = []

    def has_sent(*more, audit=""):
        if gateway.running:
            gateway.stop()
            lines = (gateway.state / "audit/audit.jsonl").read_text().splitlines()
            records[:] = [{key: value for key, value in json.loads(line).items() if key not in ("seq", "prev", "hash")} for line in lines]
            for old in ("checkpoints.jsonl", "audit.tree", "audit.index"):
                (gateway.state / "audit" / old).unlink(missing_ok=True)
        records.extend(more)
        gateway.configure(**settings(database.url(name.split(".")[0]), name))
        (gateway.state / "audit").mkdir(parents=True, exist_ok=True)
        (gateway.state / "audit/audit.jsonl").write_text("".join(chained(records)))
        gateway.start()

    gateway.has_sent, gateway.forget, gateway.name = has_sent, records.clear, name
    yield gateway
    if gateway.running:
        gateway.kill()


def sealed_elsewhere(number, classification="confidential", outcome="seal", **more):
    return decision(NOON, outcome, classification, [recipient(BOB, "better")], message_id=f"<plan{number}@example.org>", **more)


def answer_to(number, **more):
    return Mail([ZOE], f"Re: Offer {number}", extra=[f"In-Reply-To: <plan{number}@example.org>"], **more)


def is_known(world, number):
    mail = answer_to(number)
    world.send(mail)
    thread = world.record(mail)["thread"]
    return thread and (thread["classification"], thread["known_by"])


@pytest.fixture
def here(world, database, names):
    with world.gateway_with(**settings(database.url(names[1]), names[0])) as gateway:
        yield gateway


def test_an_answer_is_as_sensitive_as_what_another_gateway_sent(world, here, elsewhere):
    before = answer_to(1)
    assert world.send(before).code == 250 and world.record(before)["classification"] == "internal"
    elsewhere.has_sent(sealed_elsewhere(1), sealed_elsewhere(2, "internal", "deliver"), sealed_elsewhere(3, outcome="reject"))
    world.wait_until(lambda: is_known(world, 1), 20)
    mail = answer_to(1)
    assert world.send(mail).code == 550 and world.record(mail)["classification"] == "confidential"
    assert is_known(world, 1) == ("confidential", "reference")
    assert not is_known(world, 2), "it is no more than any mail"
    assert not is_known(world, 3), "it did not leave"


def test_it_is_known_over_a_restart_and_without_the_database(world, here, elsewhere, database):
    elsewhere.has_sent(sealed_elsewhere(11))
    world.wait_until(lambda: is_known(world, 11), 20)
    with database.outage():
        here.kill()
        here.start()
        assert is_known(world, 11)


def test_what_was_missed_in_an_outage_follows(world, here, elsewhere, database):
    database.kill()
    elsewhere.has_sent(sealed_elsewhere(21))
    assert not is_known(world, 21)
    wait_for(lambda: "not known" in " ".join(json.loads(here.run("status", "--json").stdout)["problems"]))
    database.start()
    world.wait_until(lambda: is_known(world, 21), 90)
    wait_for(lambda: not json.loads(here.run("status", "--json").stdout)["problems"])


def test_a_gateway_that_began_anew_is_heard_from_its_beginning(world, here, elsewhere, database):
    """Its log and the database are new, and its records have numbers that were heard already."""
    elsewhere.has_sent(*(sealed_elsewhere(100 + i) for i in range(20)))
    world.wait_until(lambda: is_known(world, 119), 20)
    elsewhere.stop()
    name = elsewhere.name
    for table in ("record", "position", "checkpoint", "gap"):
        database.sql(f"DELETE FROM sealgate.{table} WHERE gateway = '{name}'")
    shutil.rmtree(elsewhere.state)
    elsewhere.forget()
    elsewhere.has_sent(sealed_elsewhere(200))
    world.wait_until(lambda: is_known(world, 200), 20)


def test_a_database_of_an_older_form_is_told(world, database, names):
    database.sql("ALTER FUNCTION sealgate.threads_after RENAME TO not_yet")
    try:
        with world.gateway_with(**settings(database.url(names[1]), names[0])) as gateway:
            wait_for(lambda: "threads_after" in gateway.log())
            mail = Mail([BOB], "[internal] News", sender="ann@example.org")
            unchanged(world, mail, world.send(mail))
    finally:
        database.sql("ALTER FUNCTION sealgate.not_yet RENAME TO threads_after")


def test_a_gateway_hears_of_threads_and_of_nothing_else(elsewhere, database, names):
    elsewhere.has_sent(sealed_elsewhere(31, sender="ann@example.org"))
    wait_for(lambda: database.sql("SELECT count(*) FROM sealgate.record WHERE line LIKE '%plan31@%'") == [["1"]])
    rows = database.sql("SELECT * FROM sealgate.threads_after('{}', '{}', '{}', 1000)", role=names[1])
    assert [row[2:7] for row in rows if "plan31" in row[2]] == [["<plan31@example.org>", "confidential", "", "seal", "enforce"]]
    assert "ann@example.org" not in str(rows) and BOB not in str(rows)


def test_with_hashed_logs_it_is_told_that_they_say_nothing(world, database, names, tmp_path):
    key = tmp_path / "address.key"
    key.write_text("5" * 64 + "\n")
    key.chmod(0o600)
    audit = settings(database.url(names[1]), names[0])
    audit["audit"] = audit["audit"][:-1] + f", addresses: keyed, address_key: {key}}}"
    with world.gateway_with(**audit) as gateway:
        assert "known by its hidden Subject alone" in gateway.log()
