"""Gateways of a fleet agree on certificates, bindings and pins, by the database of their logs and a key that it does not have."""

import json
import random
import secrets
import time

import pytest
from gateway import Gateway
from keys import Keys
from ports import free_ports
from shipped_log import another_name, database, wait_for  # noqa: F401


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    with Keys(tmp_path_factory.mktemp("people")) as keys:
        yield keys


@pytest.fixture
def fleet(database, tmp_path):
    """fleet() is one more gateway, which runs, and agrees with the others."""
    gateways, key = [], secrets.token_hex(32)
    database.sql("DELETE FROM sealgate.shared")

    def one_more(key=key, start=True):
        name = another_name()
        role = name.split(".")[0]
        database.add_gateway(name, role)
        gateway = Gateway(tmp_path / role, *free_ports(2))
        gateway.name = name
        (gateway.root / "fleet.key").write_text(key + "\n")
        (gateway.root / "fleet.key").chmod(0o600)
        gateway.configure(audit=f"{{sinks: [\"{database.url(role)}\"]}}", more=f"  name: {name}\nfleet: {{key: fleet.key}}\n")
        if start:
            gateway.start()
        gateways.append(gateway)
        return gateway

    yield one_more
    for gateway in gateways:
        if gateway.running:
            gateway.kill()


def listed(gateway, *words):
    run = gateway.run("keys", *(words or ["list"]), "--json")
    return [json.loads(line) for line in run.stdout.splitlines()]


def state_of(gateway, person):
    """As the running gateway sees it, too: by the index that it keeps."""
    return {one["fingerprint"]: one["state"] for one in listed(gateway)}.get(person.fingerprint)


def wait_for_state(gateway, person, state, timeout=60):
    wait_for(lambda: state_of(gateway, person) == state, timeout)


def problems(gateway):
    return [one for one in json.loads(gateway.run("status", "--json").stdout)["problems"] if "share" in one]


def done(gateway, *words):
    run = gateway.run("keys", *map(str, words))
    assert run.returncode == 0, run.stderr


def test_what_an_administrator_does_with_one_gateway_is_so_with_all(fleet, people):
    first, second = fleet(), fleet()
    done(first, "import", people.bob.certificate)
    began = time.monotonic()
    wait_for_state(second, people.bob, "usable")
    assert time.monotonic() - began < 20  # some tenths of a second, where nothing else runs
    wait_for(lambda: second.events("key-import"))
    event, = second.events("key-import")
    assert (event["fingerprint"], event["addresses"], event["gateway"]) == (people.bob.fingerprint, [people.bob.address], first.name)
    assert "user" not in event
    assert "gateway" not in first.events("key-import")[0]

    done(second, "disable", people.bob.fingerprint)
    wait_for_state(first, people.bob, "disabled")
    wait_for(lambda: first.events("key-disable"))
    done(first, "enable", people.bob.fingerprint)
    wait_for_state(second, people.bob, "usable")
    done(second, "remove", people.bob.fingerprint)
    wait_for_state(first, people.bob, None)
    wait_for(lambda: first.events("key-remove"))
    assert first.events("key-remove")[0]["gateway"] == second.name
    done(first, "import", people.bob.certificate)
    wait_for_state(second, people.bob, "usable")
    for gateway in (first, second):
        assert not problems(gateway)
        wait_for(lambda: not list((gateway.state / "sinks/wishes").glob("*")))


def test_what_is_bound_is_bound_everywhere(fleet, people):
    first, second = fleet(), fleet()
    done(first, "import", people.bob.certificate)
    done(first, "bind", "@partner.example", people.bob.fingerprint)
    wait_for(lambda: [one["bound"] for one in listed(second, "bind")] == ["@partner.example"])
    wait_for(lambda: second.events("key-bind"))
    assert second.events("key-bind")[0]["gateway"] == first.name
    done(second, "unbind", "@partner.example")
    wait_for(lambda: listed(first, "bind") == [])
    assert state_of(second, people.bob) == "usable"


def test_a_revocation_wins_over_what_was_done_meanwhile(fleet, people, database):
    person = people.make("rita@partner.example")
    first, second = fleet(), fleet()
    done(first, "import", person.certificate)
    wait_for_state(second, person, "usable")
    with database.outage():
        person.revoke()
        done(first, "import", person.certificate)
        wait_for_state(first, person, "revoked")
        done(second, "remove", person.fingerprint)
        done(second, "import", people.carol.certificate)
        wait_for(lambda: problems(first) and problems(second))
    wait_for_state(second, person, "revoked", 90)
    wait_for_state(first, people.carol, "usable", 90)
    assert state_of(first, person) == "revoked"
    wait_for(lambda: not problems(first) and not problems(second))


def test_both_keep_what_either_of_them_learned_in_an_outage(fleet, people, database):
    """A certificate that both changed: with a new encryption key here, out of use there."""
    person = people.make("kim@partner.example")
    first, second = fleet(), fleet()
    done(first, "import", person.certificate)
    wait_for_state(second, person, "usable")
    with database.outage():
        person.renew()
        done(first, "import", person.certificate)
        done(second, "disable", person.fingerprint)
    wait_for_state(first, person, "disabled", 90)
    newest = person.encryption_key_id()
    wait_for(lambda: newest in second.run("keys", "show", person.fingerprint, "--json").stdout, 90)
    assert state_of(second, person) == "disabled"


def test_a_gateway_that_joins_has_what_the_others_have(fleet, people):
    first = fleet()
    done(first, "import", *people.certificates())
    done(first, "bind", "desk@elsewhere.example", people.bob.fingerprint)
    done(first, "disable", people.carol.fingerprint)
    wait_for_state(first, people.carol, "disabled")
    joining = fleet(start=False)
    done(joining, "import", people.carol.certificate)
    joining.start()
    as_told = lambda gateway: [(one["fingerprint"], one["state"]) for one in listed(gateway)]
    wait_for(lambda: as_told(joining) == as_told(first) and len(as_told(first)) >= len(people.certificates()))
    wait_for(lambda: listed(joining, "bind") == listed(first, "bind"))
    assert dict(as_told(joining))[people.carol.fingerprint] == "disabled", "the more careful word counts"
    two = (first.name, joining.name)
    digests = lambda: {one["certificates"]["digest"] for one in json.loads(first.run("status", "--fleet", "--json").stdout)["gateways"] if one["gateway"] in two}
    wait_for(lambda: len(digests()) == 1)


def test_what_is_merely_gone_comes_back(fleet, people):
    first, second = fleet(), fleet()
    done(first, "import", people.bob.certificate, people.dave.certificate)
    wait_for_state(second, people.dave, "usable")
    (first.state / "keys" / f"{people.dave.fingerprint}.pgp").unlink()
    wait_for_state(first, people.dave, "usable")
    assert state_of(second, people.dave) == "usable"
    second.kill()
    (second.state / "keys" / f"{people.dave.fingerprint}.pgp").unlink()
    second.start()
    wait_for_state(second, people.dave, "usable")
    assert state_of(first, people.dave) == "usable"


def test_a_gateway_that_lost_its_book_compares_all_anew(fleet, people):
    first, second = fleet(), fleet()
    done(first, "import", people.bob.certificate)
    wait_for_state(second, people.bob, "usable")
    second.kill()
    for file in (second.state / "sinks").glob("agreed.sqlite*"):
        file.unlink()
    done(second, "import", people.dave.certificate)
    second.start()
    wait_for_state(first, people.dave, "usable")
    assert state_of(first, people.bob) == state_of(second, people.bob) == "usable"


def test_who_has_another_key_takes_nothing_and_is_told(fleet, people):
    first = fleet()
    done(first, "import", people.bob.certificate)
    stranger = fleet(key=secrets.token_hex(32))
    wait_for(lambda: "another fleet.key" in str(problems(stranger)))
    done(stranger, "import", people.dave.certificate)
    time.sleep(2)
    assert state_of(stranger, people.bob) is None and state_of(first, people.dave) is None


def test_a_key_that_is_none_is_told_and_mail_goes_on(fleet):
    gateway = fleet(key="secret", start=False)
    run = gateway.run("check")
    assert run.returncode != 0 and "fleet.key is no key of a fleet" in run.stdout + run.stderr
    gateway.start()
    wait_for(lambda: "no key of a fleet" in str(problems(gateway)))
    (gateway.root / "fleet.key").write_text(secrets.token_hex(32))
    wait_for(lambda: not problems(gateway), 90)


def test_who_owns_the_database_can_neither_read_nor_forge(fleet, people, database):
    first, second = fleet(), fleet()
    done(first, "import", people.bob.certificate, people.dave.certificate)
    wait_for_state(second, people.dave, "usable")
    names = {row[0] for row in database.sql("SELECT name FROM sealgate.shared")}
    assert len(names) == 2
    assert database.sql("SELECT count(*) FROM sealgate.shared WHERE position('partner' IN encode(sealed, 'escape')) > 0") == [["0"]]
    database.sql("CREATE TABLE sealgate.earlier AS SELECT * FROM sealgate.shared")
    done(first, "disable", people.bob.fingerprint)
    wait_for_state(second, people.bob, "disabled")
    changed, = database.sql("SELECT name FROM sealgate.shared WHERE revision = 2")
    other, = names - set(changed)

    def forge(what):
        database.sql(f"UPDATE sealgate.shared s SET {what}, version = (SELECT version + 1 FROM sealgate.shared_clock) FROM sealgate.earlier e "
                     f"WHERE s.name = '{changed[0]}' AND e.name = s.name")
        database.sql("UPDATE sealgate.shared_clock SET version = version + 1; NOTIFY sealgate_shared, 'nobody'")

    forge("revision = e.revision, sealed = e.sealed")
    time.sleep(2)
    assert state_of(second, people.bob) == "disabled", "an earlier word does not come again"
    forge("revision = 8, sealed = e.sealed")
    wait_for(lambda: "another fleet.key" in str(problems(second)))
    assert state_of(second, people.bob) == "disabled", "nor as a later one"
    database.sql("DROP TABLE sealgate.earlier")
    second.stop()
    database.sql(f"UPDATE sealgate.shared SET revision = 9, sealed = (SELECT sealed FROM sealgate.shared WHERE name = '{other}') WHERE name = '{changed[0]}'")
    second.start()
    wait_for(lambda: "another fleet.key" in str(problems(second)))
    assert state_of(second, people.bob) == "disabled"


def test_a_database_that_was_restored_from_before_gets_it_all_again(fleet, people, database):
    first, second = fleet(), fleet()
    done(first, "import", people.bob.certificate, people.dave.certificate)
    wait_for_state(second, people.dave, "usable")
    database.sql("CREATE TABLE sealgate.backup AS SELECT * FROM sealgate.shared")
    done(first, "disable", people.bob.fingerprint)
    done(first, "import", people.carol.certificate)
    wait_for_state(second, people.carol, "usable")
    wait_for_state(second, people.bob, "disabled")
    for gateway in (first, second):
        gateway.stop()
    database.sql("DELETE FROM sealgate.shared; INSERT INTO sealgate.shared SELECT * FROM sealgate.backup; DROP TABLE sealgate.backup; "
                 "UPDATE sealgate.shared_clock SET version = (SELECT max(version) FROM sealgate.shared)")
    for gateway in (first, second):
        gateway.start()
    wait_for(lambda: database.sql("SELECT count(*), max(revision) >= 2 FROM sealgate.shared") == [["3", "t"]])
    joining = fleet()
    wait_for_state(joining, people.carol, "usable")
    wait_for_state(joining, people.bob, "disabled")
    assert state_of(first, people.bob) == "disabled" and state_of(second, people.carol) == "usable"


def test_a_database_of_an_older_form_is_told(fleet, database):
    gateway = fleet(start=False)
    database.sql("ALTER FUNCTION sealgate.shared_version RENAME TO not_yet")
    try:
        gateway.start()
        wait_for(lambda: "sealgate.sql of this version has to be run" in str(problems(gateway)))
    finally:
        database.sql("ALTER FUNCTION sealgate.not_yet RENAME TO shared_version")
    wait_for(lambda: not problems(gateway), 90)


def test_a_lost_file_of_bindings_unbinds_nobody(fleet, people):
    first, second = fleet(), fleet()
    done(first, "import", people.bob.certificate)
    done(first, "bind", "desk@elsewhere.example", people.bob.fingerprint)
    bound = lambda gateway: [one["bound"] for one in listed(gateway, "bind")]
    wait_for(lambda: bound(second) == ["desk@elsewhere.example"])
    second.stop()
    (second.state / "keys/bindings").unlink()
    second.start()
    wait_for(lambda: bound(second) == ["desk@elsewhere.example"])
    (first.state / "keys/bindings").unlink()
    wait_for(lambda: bound(first) == ["desk@elsewhere.example"], 20)
    done(first, "unbind", "desk@elsewhere.example")
    wait_for(lambda: bound(second) == [])
    time.sleep(1)
    assert bound(first) == []


def test_a_lost_file_of_bindings_unbinds_nobody_where_another_one_was_bound_meanwhile(fleet, people):
    first, second = fleet(), fleet()
    done(first, "import", people.bob.certificate)
    for whose in ("desk@elsewhere.example", "@partner.example"):
        done(first, "bind", whose, people.bob.fingerprint)
    bound = lambda gateway: sorted(one["bound"] for one in listed(gateway, "bind"))
    wait_for(lambda: len(bound(second)) == 2)
    second.stop()
    (second.state / "keys/bindings").unlink()
    done(second, "bind", "new@elsewhere.example", people.bob.fingerprint)
    done(first, "bind", "newer@elsewhere.example", people.bob.fingerprint)
    second.start()
    wait_for(lambda: bound(first) == bound(second) == ["@partner.example", "desk@elsewhere.example", "new@elsewhere.example", "newer@elsewhere.example"])
    done(second, "unbind", "@partner.example")
    wait_for(lambda: "@partner.example" not in bound(first))
    time.sleep(1)
    assert "@partner.example" not in bound(second)


def test_a_lost_mark_puts_nobody_into_use(fleet, people):
    first, second = fleet(), fleet()
    done(first, "import", people.bob.certificate)
    done(first, "disable", people.bob.fingerprint)
    wait_for_state(second, people.bob, "disabled")
    second.stop()
    (second.state / "keys" / f"{people.bob.fingerprint}.disabled").unlink()
    second.start()
    wait_for_state(second, people.bob, "disabled")
    assert state_of(first, people.bob) == "disabled"
    done(second, "enable", people.bob.fingerprint)
    wait_for_state(first, people.bob, "usable")


def test_an_old_copy_of_the_keys_brings_no_key_back(fleet, people):
    person = people.make("otto@partner.example")
    first, second = fleet(), fleet()
    done(first, "import", person.certificate)
    wait_for_state(second, person, "usable")
    file = second.state / "keys" / f"{person.fingerprint}.pgp"
    before = file.read_bytes()
    person.revoke()
    done(first, "import", person.certificate)
    wait_for_state(second, person, "revoked")
    second.stop()
    file.write_bytes(before)
    second.start()
    wait_for_state(second, person, "revoked")
    joining = fleet()
    wait_for_state(joining, person, "revoked")
    assert state_of(first, person) == "revoked"


def test_a_store_that_is_not_mounted_takes_and_says_nothing(fleet, people):
    first, second = fleet(), fleet()
    done(first, "import", people.bob.certificate, people.dave.certificate)
    wait_for_state(second, people.dave, "usable")
    away = second.state / "keys.away"
    (second.state / "keys").rename(away)
    (second.state / "keys").mkdir(mode=0o700)
    done(first, "disable", people.bob.fingerprint)
    done(first, "bind", "desk@elsewhere.example", people.dave.fingerprint)
    wait_for(lambda: "not taken" in str(problems(second)))
    assert list((second.state / "keys").iterdir()) == []
    (second.state / "keys").rmdir()
    away.rename(second.state / "keys")
    second.restart()
    wait_for_state(second, people.bob, "disabled")
    wait_for(lambda: [one["bound"] for one in listed(second, "bind")] == ["desk@elsewhere.example"])
    assert state_of(first, people.dave) == "usable" and state_of(first, people.bob) == "disabled"


def test_another_key_of_the_fleet_is_taken_by_all(fleet, people, database):
    gateways = first, second = fleet(), fleet()
    done(first, "import", people.bob.certificate)
    wait_for_state(second, people.bob, "usable")
    for gateway in gateways:
        gateway.stop()
    database.sql("DELETE FROM sealgate.shared")
    key = secrets.token_hex(32)
    for gateway in gateways:
        (gateway.root / "fleet.key").write_text(key)
        gateway.start()
    done(second, "disable", people.bob.fingerprint)
    wait_for_state(first, people.bob, "disabled")
    assert not problems(first) and not problems(second)


def test_killed_anywhere_they_agree_in_the_end(fleet, people):
    gateways = fleet(), fleet()
    chosen = random.Random(20)
    persons = [people.bob, people.carol, people.dave]
    for turn in range(12):
        gateway = chosen.choice(gateways)
        person = chosen.choice(persons)
        gateway.run("keys", "import", str(person.certificate))
        gateway.run("keys", chosen.choice(["disable", "enable", "remove", "import"]), person.fingerprint if turn % 3 else str(person.certificate))
        time.sleep(chosen.uniform(0, 0.8))
        victim = chosen.choice(gateways)
        victim.kill()
        victim.start()
    states = lambda gateway: {person.address: state_of(gateway, person) for person in persons}
    wait_for(lambda: states(gateways[0]) == states(gateways[1]))
    time.sleep(1)
    before = [(gateway.state / "sinks/agreed.sqlite-wal").stat().st_mtime_ns for gateway in gateways]
    time.sleep(2)
    assert before == [(gateway.state / "sinks/agreed.sqlite-wal").stat().st_mtime_ns for gateway in gateways], "they go on offering"
    assert states(gateways[0]) == states(gateways[1])
