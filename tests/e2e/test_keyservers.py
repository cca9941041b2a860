"""Keyservers, through the real Postfix: one that verifies addresses is asked where a domain has nothing, one that takes anything proposes, and both
tell in time that a key was revoked. Nobody else hears of it: the network's own counters say so."""

import json
import time

import published_people
import pytest
from discovery_lab import NETWORK, address
from keyservers import Keyserver, Onak
from published_people import NAMES, confidential, gateway_in
from wkd_sites import Site

VKS, HKP, WKD = address(5), address(6), address(1)


class Verifying(Keyserver):
    published, asked, agents = {}, [], set()
    busy = []  # the statuses of the next answers

    def do_GET(self):
        if not self.busy:
            return super().do_GET()
        self.asked.append(self.path)
        self.page(self.busy.pop(0), "not now")


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    with published_people.published_people(tmp_path_factory.mktemp("lab"), {HKP: ("hkp.test", "127.0.0.1:8080")}) as lab:
        lab.set_names(NAMES | {"vks.test": VKS, "hkp.test": HKP, "plain.test": address(3)})
        lab.serve_https(VKS, lab.tls("vks.test"), Verifying)
        lab.onak = Onak(lab, 8080)
        counters = "".join(f"add counter inet watch {name}; add rule inet watch out ip daddr {where} counter name {name}; "
                           for name, where in (("vks", VKS), ("hkp", HKP), ("wkd", WKD)))
        counters += ("add counter inet watch elsewhere; add rule inet watch out ip6 daddr != ::1 counter name elsewhere; "
                     f"add rule inet watch out ip daddr != 127.0.0.0/8 ip daddr != {WKD} counter name elsewhere; ")
        lab.run("nft", "add table inet watch; add chain inet watch out { type filter hook output priority 0; }; " + counters)
        yield lab


@pytest.fixture
def gateway(world, lab):
    Verifying.published.clear()
    Verifying.asked.clear()
    Verifying.busy.clear()
    with gateway_in(lab, world, "wait: 3s, vks: [vks.test], hkp: [hkp.test]") as gateway:
        yield gateway


def sealed_to(world, gateway, who):
    return published_people.sealed_to(world, gateway, who, ("fingerprint", "source", "standing"))


def packets(lab, name):
    listed = json.loads(lab.run("nft", "--json", "list", "counter", "inet", "watch", name).stdout)
    return next(one["counter"]["packets"] for one in listed["nftables"] if "counter" in one)


def published(lab, fingerprint, *names):
    for name in names or (fingerprint,):
        Verifying.published[name] = lab.sites.gpg("--armor", "--export", fingerprint)


def refreshing(lab, gateway, more="", servers="vks: [vks.test]"):
    gateway.configure(keys=f"{{discover: {{wait: 3s, refresh: 1s, {servers}, ca: {lab.authority}, allow: ['{NETWORK}']}}{more}}}")
    gateway.restart()


def test_what_a_domain_does_not_publish_a_verifying_server_may_have(world, lab, gateway):
    vera = lab.sites.make_person("vera@zoo.test")
    published(lab, vera, "vera@zoo.test")
    assert sealed_to(world, gateway, "vera@zoo.test") == (vera, "vks", "found")
    assert sealed_to(world, gateway, "vera@zoo.test") == (vera, "vks", "pinned")
    assert len(Verifying.asked) == 1, "and remembered"
    event = gateway.events("key-found")[-1]
    assert (event["fingerprint"], event["source"], event["evidence"]) == (vera, "vks", "https://vks.test/vks/v1/by-email")


def test_who_is_published_by_the_domain_is_not_asked_for_elsewhere(world, lab, gateway):
    assert sealed_to(world, gateway, "zoe@zoo.test") == (lab.zoe, "wkd", "found")
    assert Verifying.asked == []


@pytest.mark.parametrize("answer, code", [("nobody", 550), ("limited", 451), ("maintenance", 451), ("welcome", 451)])
def test_only_no_is_no(world, lab, gateway, answer, code):
    assert world.send(confidential(f"{answer}@zoo.test")).code == code


def test_a_server_that_is_asked_too_often_is_left_alone_though_it_does_not_say_until_when(world, lab, gateway):
    Verifying.busy.extend(12 * [429])
    assert world.send(confidential(*(f"stranger{i}@zoo.test" for i in range(12)))).code == 451
    time.sleep(1)
    assert len(Verifying.asked) == 1


def test_a_server_that_fails_is_asked_again_in_the_same_round(world, lab, gateway):
    vera = lab.sites.make_person("again@zoo.test")
    published(lab, vera, "again@zoo.test")
    assert sealed_to(world, gateway, "again@zoo.test") == (vera, "vks", "found")
    lab.sites.revoke(vera)
    published(lab, vera)
    (gateway.state / "trust/evidence.sqlite").unlink()  # so that nobody is asked for by address
    Verifying.asked.clear()
    Verifying.busy.append(503)
    gateway.configure(keys=f"{{discover: {{wkd: false, refresh: 60s, vks: [vks.test], ca: {lab.authority}, allow: ['{NETWORK}']}}}}")
    gateway.restart()
    world.wait_until(lambda: [one for one in gateway.events("key-revoked") if one["fingerprint"] == vera], timeout=25)
    assert not Verifying.busy, "it failed at first"


def test_a_server_that_takes_anything_proposes(world, lab, gateway):
    harry = lab.sites.make_person("harry@zoo.test")
    lab.onak.add(lab.sites.gpg("--export", harry))
    assert "there is no key for harry@zoo.test" in sealed_to(world, gateway, "harry@zoo.test")
    world.wait_until(lambda: harry in gateway.run("keys", "proposed").stdout)
    told, = [json.loads(line) for line in gateway.run("keys", "proposed", "--json").stdout.splitlines()]
    assert (told["wanted"]["messages"], told["wanted"]["senders"]) == (1, ["ann@example.org"])
    assert (told["source"], told["evidence"][0]["place"]) == ("hkp", "https://hkp.test/pks/lookup")
    assert "there is no key for harry@zoo.test" in sealed_to(world, gateway, "harry@zoo.test")
    assert gateway.run("keys", "approve", harry).returncode == 0
    world.wait_until(lambda: sealed_to(world, gateway, "harry@zoo.test") == (harry, "own", "own"), timeout=3)
    gateway.run("keys", "remove", harry)


def test_nobody_hears_of_it_who_is_not_named(world, lab, gateway):
    gateway.configure(keys=f"{{discover: {{wait: 3s, vks: [], ca: {lab.authority}, allow: ['{NETWORK}']}}}}")
    gateway.restart()
    before = {name: packets(lab, name) for name in ("vks", "hkp", "wkd", "elsewhere")}
    lab.forget_queries()
    assert world.send(confidential("zoe@zoo.test")).code == 250
    assert world.send(confidential("nobody@zoo.test")).code == 550
    assert {name: packets(lab, name) for name in ("vks", "hkp", "elsewhere")} == {name: before[name] for name in ("vks", "hkp", "elsewhere")}
    assert {query.split()[-1] for query in lab.queries()} == {"openpgpkey.zoo.test"}
    assert packets(lab, "wkd") > before["wkd"]
    gateway.configure(keys=f"{{discover: {{wait: 3s, vks: [vks.test], ca: {lab.authority}, allow: ['{NETWORK}']}}}}")
    gateway.restart()
    world.send(confidential("noone@zoo.test"))
    assert packets(lab, "vks") > before["vks"] and packets(lab, "elsewhere") > before["elsewhere"], "the counters count"


def imported(world, gateway, lab, who):
    fingerprint = lab.sites.make_person(who)
    file = lab.root / f"{fingerprint}.pgp"
    file.write_bytes(lab.sites.gpg("--export", fingerprint))
    assert gateway.run("keys", "import", str(file)).returncode == 0
    world.wait_until(lambda: sealed_to(world, gateway, who) == (fingerprint, "own", "own"), timeout=3)
    return fingerprint


def test_a_revocation_of_an_imported_one_is_in_force_and_told(world, lab, gateway):
    ines = imported(world, gateway, lab, "ines@zoo.test")
    lab.sites.revoke(ines)
    published(lab, ines)
    refreshing(lab, gateway)
    world.wait_until(lambda: "revoked" in str(sealed_to(world, gateway, "ines@zoo.test")), timeout=15)
    event = published_people.revocation_of(world, gateway, ines)
    assert (event["source"], event["evidence"]) == ("vks", "https://vks.test/vks/v1/by-fingerprint")
    (gateway.state / "watch" / "told.jsonl").unlink(missing_ok=True)  # a mail a day, and not of the second in which it is made
    time.sleep(1.1)
    refreshing(lab, gateway, ", watch: {mail: [admin@example.org]}")
    world.wait_until(lambda: [one for one in gateway.events("keys-watch") if ines in one["revoked"]["fingerprints"]], timeout=10)
    assert any("by-fingerprint/" + ines in one for one in Verifying.asked)
    gateway.run("keys", "remove", ines)


def test_what_a_server_that_takes_anything_had_is_asked_for_there_by_its_fingerprint(world, lab, gateway):
    hugo = lab.sites.make_person("hugo@zoo.test")
    lab.onak.add(lab.sites.gpg("--export", hugo))
    assert gateway.run("keys", "find", "hugo@zoo.test").returncode == 0
    assert gateway.run("keys", "approve", hugo).returncode == 0
    world.wait_until(lambda: sealed_to(world, gateway, "hugo@zoo.test") == (hugo, "own", "own"), timeout=3)
    lab.sites.revoke(hugo)
    lab.onak.add(lab.sites.gpg("--export", hugo))
    (gateway.state / "trust/evidence.sqlite").unlink()  # so that nobody is asked for by address
    Verifying.asked.clear()
    refreshing(lab, gateway, servers="vks: [], hkp: [hkp.test]")
    world.wait_until(lambda: "revoked" in str(sealed_to(world, gateway, "hugo@zoo.test")), timeout=15)
    assert published_people.revocation_of(world, gateway, hugo)["source"] == "hkp"
    assert Verifying.asked == []
    gateway.run("keys", "remove", hugo)


def test_a_later_end_of_an_imported_one_is_learned_before_it_ends(world, lab, gateway):
    lena = imported(world, gateway, lab, "lena@zoo.test")
    ends = lambda: max(json.loads(line)["expires"] for line in gateway.run("keys", "show", "--json", "lena@zoo.test").stdout.splitlines())
    before = ends()
    lab.sites.gpg("--passphrase", "", "--quick-set-expire", lena, "3y")
    lab.sites.gpg("--passphrase", "", "--quick-set-expire", lena, "3y", "*")
    published(lab, lena)
    refreshing(lab, gateway)
    world.wait_until(lambda: any(one["fingerprint"] == lena and one["source"] == "vks" for one in gateway.events("key-found")), timeout=15)
    assert sealed_to(world, gateway, "lena@zoo.test") == (lena, "own", "own")
    found, = [one for one in map(json.loads, gateway.run("keys", "list", "--json").stdout.splitlines()) if one["fingerprint"] == lena]
    assert (found["source"], found["addresses"]) == ("own", ["lena@zoo.test"]) and found["expires"] > before
    gateway.run("keys", "remove", lena)
