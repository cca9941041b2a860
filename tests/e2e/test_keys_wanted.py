"""`sealgate keys wanted`: the list of missing keys that an administrator works through, from the audit log."""

import json
import subprocess
from datetime import datetime, timedelta, timezone

import pytest
from gateway import Gateway
from keys import Person
from logs import chained, decision, event, recipient
from mails import Mail

ZOE, BOB, EVE = "zoe@yahoo.com", "bob@partner.example", "eve@gmx.net"
TODAY = datetime.now(timezone.utc).replace(microsecond=0)


def ago(days):
    return TODAY - timedelta(days=days)


def refused(days, who, sender="ann@example.org", reason="no-key", result="reject", **more):
    return decision(ago(days), result, "confidential", [recipient(who, "unsecure", "encrypt", result, reason),
                                                        recipient("max@example.org", "organisation", "deliver", "deliver", "allowed")],
                    sender=sender, **more)


def gateway_with_log(root, records):
    gateway = Gateway(root, 1, 2)
    (gateway.state / "audit").mkdir(parents=True)
    (gateway.state / "audit" / "audit.jsonl").write_text("".join(chained(records)))
    return gateway


def wanted(gateway, *arguments):
    run = gateway.run("keys", "wanted", "--json", *arguments)
    assert run.returncode == 0 and (not run.stderr or "addresses were hashed under" in run.stderr), run.stderr  # by tests before
    return list(map(json.loads, run.stdout.splitlines()))


LOG = [refused(40, "ago@x.example"), refused(9, ZOE), refused(8, BOB, "bea@example.org", "key-expired"), refused(7, ZOE, "bea@example.org"),
       refused(6, ZOE, "Bea@example.org"), refused(5, EVE, "cem@example.org", "near-miss"), refused(5, EVE, "cem@example.org", "tier", "hold"),
       event(ago(4), "start"), refused(3, "Zoe@Yahoo.com", "cem@example.org", "key-revoked", "hold"), refused(2, ZOE, "dan@example.org"),
       refused(2, ZOE, "eli@example.org"), refused(1, BOB, "", "key-expired")]


@pytest.fixture
def gateway(tmp_path):
    return gateway_with_log(tmp_path / "gateway", LOG)


def test_the_most_wanted_comes_first(gateway):
    zoe, bob = wanted(gateway)
    assert (zoe["address"], zoe["messages"], zoe["reason"], zoe["tier"], zoe["has_key"]) == (ZOE, 6, "no-key", "unsecure", False)
    assert (zoe["senders"], zoe["more_senders"]) == (["bea@example.org", "ann@example.org", "cem@example.org"], 2)
    assert zoe["last"].startswith(ago(2).strftime("%Y-%m-%dT%H:%M:%S"))
    assert (bob["address"], bob["messages"], bob["reason"], bob["senders"]) == (BOB, 2, "key-expired", ["<>", "bea@example.org"])
    assert [one["address"] for one in wanted(gateway, "--since", "60d")] == [ZOE, BOB, "ago@x.example"]
    assert [one["messages"] for one in wanted(gateway, "--since", "60h")] == [2, 1]


def test_people_see_a_table(gateway):
    run = gateway.run("keys", "wanted")
    heading, first, second = run.stdout.splitlines()
    assert heading.split() == ["ADDRESS", "MAILS", "REASON", "LAST", "(UTC)", "SENDERS"]
    assert first.startswith(f"{ZOE}") and first.endswith("bea@example.org, ann@example.org, cem@example.org and 2 more")
    assert run.returncode == 0 and "key-expired" in second


def test_who_has_a_key_by_now_is_only_counted(gateway, tmp_path_factory):
    person = Person(tmp_path_factory.mktemp("people"), ZOE)
    subprocess.run(["gpgconf", "--homedir", person.home, "--kill", "all"], capture_output=True)
    gateway.run("keys", "import", str(person.certificate)).check_returncode()
    assert [(one["address"], one["has_key"]) for one in wanted(gateway)] == [(ZOE, True), (BOB, False)]
    run = gateway.run("keys", "wanted")
    assert ZOE not in run.stdout and BOB in run.stdout and run.stdout.splitlines()[-1] == "1 more has a key by now"
    gateway.run("keys", "disable", person.fingerprint).check_returncode()
    assert ZOE in gateway.run("keys", "wanted").stdout


def test_hashed_addresses_are_shown_as_the_log_has_them(tmp_path):
    hashed, other = "hmac-" + "5" * 32, "hmac-" + "5" * 32 + "@yahoo.com"
    gateway = gateway_with_log(tmp_path / "gateway", [refused(2, hashed, "hmac-" + "7" * 32), refused(2, other, "hmac-" + "7" * 32)])
    run = gateway.run("keys", "wanted", "--json")
    told = {one["address"]: (one["has_key"], one["senders"]) for one in map(json.loads, run.stdout.splitlines())}
    assert told == {hashed: (None, ["hmac-" + "7" * 32]), other: (None, ["hmac-" + "7" * 32])}
    assert run.returncode == 0 and "one person may be counted more than once" in run.stderr


def test_damaged_records_are_told_and_hostile_ones_do_no_harm(gateway):
    file = gateway.state / "audit" / "audit.jsonl"
    evil = refused(1, "\x1b[31mevil@x.example", "\u202eevil@example.org")
    file.write_text(file.read_text() + "".join(chained([evil])) + "damage\n")
    for arguments in ((), ("--json",)):
        run = gateway.run("keys", "wanted", *arguments)
        assert run.returncode == 0 and "1 record is damaged" in run.stderr
        assert "\x1b" not in run.stdout and "\u202e" not in run.stdout and BOB in run.stdout


def test_nobody_is_wanted(tmp_path):
    run = gateway_with_log(tmp_path / "gateway", [refused(2, ZOE, reason="tier")]).run("keys", "wanted")
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


@pytest.mark.parametrize("given, said", [("tomorrow", '--since: "tomorrow" is no time such as 30d'), ("", "--since needs a value, and this one is empty")])
def test_a_time_that_is_none_is_told(gateway, given, said):
    run = gateway.run("keys", "wanted", "--since", given)
    assert run.returncode == 2 and run.stdout == "" and said in run.stderr


def test_no_log_is_told(tmp_path):
    run = Gateway(tmp_path / "gateway", 1, 2).run("keys", "wanted")
    assert run.returncode == 2 and "has the gateway run yet?" in run.stderr


def test_the_report_says_who_wrote_to_them(gateway):
    told = json.loads(gateway.run("report", "--json").stdout)["missing_keys"]["rows"]
    assert [(one["address"], one["senders"], one["more_senders"]) for one in told][0] == (
        ZOE, ["bea@example.org", "ann@example.org", "cem@example.org"], 2)
    assert "bea@example.org, ann@example.org, cem@example.org and 2 more" in gateway.run("report", "--output", "-").stdout


def test_what_the_gateway_refused_is_wanted(world):
    for _ in range(2):
        assert world.send(Mail(["kim@yahoo.com"], "[confidential] Offer")).code == 550
    kim = next(one for one in wanted(world.gateway) if one["address"] == "kim@yahoo.com")
    assert (kim["messages"], kim["reason"], kim["senders"], kim["has_key"]) == (2, "no-key", ["ann@example.org"], False)
