"""Keyservers as sources of certificates, VKS and HKP: onak behind nginx, with GnuPG as the referee, and a server that answers as Hagrid does, or badly;
with real DNS and TLS in a network of their own. That web servers of any kind can do no harm is what discovery_test proves.
"""

import base64
import json
import os
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))

import pytest
from discovery_lab import NETWORK, address
from keyservers import Keyserver, Onak, found_by_gnupg_at
from wkd_sites import Site, WkdSites, world_in_a_lab

PROBE = os.environ["SOURCE_PROBE"]
SERVER, ONAK, CLOSED, WRONG_NAME = map(address, range(1, 5))
SLACK = 2  # seconds beyond a deadline
UNKNOWN = "0" * 40


class Server(Keyserver):
    published, asked, agents = {}, [], set()


class World:
    def __init__(self, lab):
        self.lab, self.sites = lab, WkdSites(lab)
        lab.set_names({"keys.test": SERVER, "elsewhere.test": SERVER, "onak.test": ONAK, "closed.test": CLOSED, "wrong.test": WRONG_NAME,
                       "within.test": "127.0.0.1"})
        tls = lab.tls("keys.test", "elsewhere.test", "within.test")
        lab.serve_https(SERVER, tls, Server)
        lab.serve_https(WRONG_NAME, tls, Server)
        lab.serve_https("127.0.0.1", tls, Server)
        self.onak = Onak(lab, 8080)
        self.sites.serve({ONAK: Site(lab.tls("onak.test"), behind=self.onak.place)})
        self.make_people()

    def make_people(self):
        sites = self.sites
        self.kay = sites.make_person("kay@adv.test", "Kay Two <kay2@adv.test>", "Somebody Else <eve@other.test>")
        self.rolf = sites.make_person("rolf@adv.test")
        sites.revoke(self.rolf)
        self.eve = sites.make_person("eve@other.test", "Eve <anna+news@adv.test>")
        self.subkey = self.fingerprints(sites.gpg("--export", self.kay))[1]
        crowd = [sites.make_person(f"Carl Adv Test <c{number}@other.test>") for number in range(11)]
        self.carl = sites.make_person("carl@adv.test")
        self.many = [sites.make_person(f"Many {number} <many@adv.test>", *(["Ten <ten@adv.test>"] if number < 10 else [])) for number in range(11)]
        self.onak.add(*(sites.gpg("--export", one) for one in (self.kay, self.rolf, self.eve, self.carl, *crowd, *self.many)))
        self.publish()

    def publish(self):
        armor = lambda *words: self.sites.gpg("--armor", *words)
        framed = self.sites.make_person("framed@adv.test")
        kay = armor("--export", self.kay)
        nameless = armor("--export-filter", "keep-uid=uid = nobody", "--export", self.kay)
        whole = {one: self.sites.gpg("--export", one) for one in (self.kay, self.eve)}
        as_subkey = bytes([whole[self.kay][0] ^ 6 << 2 ^ 14 << 2]) + whole[self.kay][1:whole[self.kay][1] + 2]
        Server.published |= {
            "kay@adv.test": kay, self.subkey: nameless, self.rolf: armor("--export", self.rolf),
            "rolf@adv.test": armor("--export", self.rolf),
            "carl@adv.test": armor("--export", self.eve),  # not his
            self.carl: armor("--export", self.eve),
            "anna+news@adv.test": armor("--export", self.eve),
            "many@adv.test": armor("--export", *self.many),
            "ten@adv.test": armor("--export", *self.many),
            "nameless@adv.test": nameless,
            "secret@adv.test": armor("--export-secret-keys", self.kay),
            "damaged@adv.test": in_armor(whole[self.kay][:-20]),
            "damaged-behind@adv.test": in_armor(whole[self.eve] + whole[self.kay][:-20]),
            "revocation@adv.test": (self.sites.home / "openpgp-revocs.d" / f"{self.rolf}.rev").read_bytes().replace(b":-----BEGIN", b"-----BEGIN"),
            # Anybody can make such a one.
            self.kay: in_armor(whole[self.eve] + as_subkey) + kay,
            "framed@adv.test": b"<html><body><h1>keys</h1><pre>\n" + armor("--export", framed) + b"</pre></body></html>"}

    def ask_all(self, server, *whom, wait=20, allow=NETWORK):
        """`server`: "vks:HOST" or "hkp:HOST"."""
        kind, _, host = server.partition(":")
        run = self.lab.run(PROBE, "--allow", allow, "--ca", self.lab.authority, "--wait", wait, f"--{kind}", host, *whom)
        return [json.loads(line) for line in run.stdout.decode().splitlines()]

    def ask(self, server, whom, **how):
        return self.ask_all(server, whom, **how)[0]

    def shown(self, certificate):
        listed = self.sites.gpg("--with-colons", "--show-keys", input=certificate)
        return [line.split(":") for line in listed.decode().splitlines()]

    def fingerprints(self, certificate):
        return [fields[9] for fields in self.shown(certificate) if fields[0] == "fpr"]

    def found(self, server, whom, **how):
        """[(fingerprint, [user ids])]"""
        answer = self.ask(server, whom, **how)
        assert answer["kind"] == "found" and not answer["problem"], answer
        shown = [self.shown(base64.b64decode(one)) for one in answer["certificates"]]
        return [(next(f[9] for f in one if f[0] == "fpr"), [f[9] for f in one if f[0] == "uid"]) for one in shown]


@pytest.fixture(scope="module")
def world():
    with world_in_a_lab(World) as world:
        yield world


@pytest.fixture(autouse=True)
def forget(world):
    Server.asked.clear()


def in_armor(certificate):
    return b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n" + base64.b64encode(certificate) + b"\n-----END PGP PUBLIC KEY BLOCK-----\n"


def has_none(answer, *words):
    assert answer["kind"] == "none" and not answer["certificates"], answer
    assert all(word in answer["problem"] for word in words) and bool(words) == bool(answer["problem"]), answer
    return True


def fails(answer, *words, trouble=None):
    assert answer["kind"] == "failed" and not answer["certificates"] and answer.get("trouble") == trouble, answer
    assert all(word in answer["problem"] for word in words) and answer["problem"] and "\n" not in answer["problem"], answer
    return True


KINDS = ["vks:keys.test", "hkp:keys.test"]
EVERY_KIND = pytest.mark.parametrize("server", KINDS)


# What is found.

@pytest.mark.parametrize("server", [*KINDS, "hkp:onak.test"])
def test_only_the_user_ids_of_the_address_are_taken(world, server):
    assert world.found(server, "kay@adv.test") == [(world.kay, ["kay@adv.test"])]
    assert world.found(server, "Anna+News@ADV.test") == [(world.eve, ["Eve <anna+news@adv.test>"])]


def test_the_question_is_exact_and_names_nobody_else(world):
    world.ask_all("vks:keys.test", "Kay@ADV.test", "anna+news@adv.test", f"0x{world.kay}")
    world.ask_all("hkp:keys.test", "Kay@ADV.test", f"0x{world.kay}")
    assert Server.asked == ["/vks/v1/by-email/kay%40adv.test", "/vks/v1/by-email/anna%2Bnews%40adv.test", f"/vks/v1/by-fingerprint/{world.kay}",
                            "/pks/lookup?op=get&options=mr&exact=on&search=kay%40adv.test",
                            f"/pks/lookup?op=get&options=mr&exact=on&search=0x{world.kay}"]
    assert Server.agents == {"sealgate"}


def test_the_place_is_told_without_the_person(world):
    assert world.ask("vks:keys.test", "kay@adv.test")["evidence"] == "https://keys.test/vks/v1/by-email"
    assert world.ask("vks:keys.test", f"0x{world.kay}")["evidence"] == "https://keys.test/vks/v1/by-fingerprint"
    assert world.ask("hkp:onak.test", "kay@adv.test")["evidence"] == "https://onak.test/pks/lookup"
    assert world.ask("vks:keys.test", "nobody@adv.test")["evidence"] == "https://keys.test/vks/v1/by-email"


@pytest.mark.parametrize("server", [*KINDS, "hkp:onak.test"])
def test_one_that_is_revoked_is_taken_as_it_is(world, server):
    for whom in ("rolf@adv.test", f"0x{world.rolf}"):
        certificate, = world.ask(server, whom)["certificates"]
        assert world.shown(base64.b64decode(certificate))[0][:2] == ["pub", "r"]


def test_armor_in_a_page_is_found(world):
    assert len(world.found("hkp:keys.test", "framed@adv.test")) == 1


# By fingerprint.

@pytest.mark.parametrize("server", ["vks:keys.test", "hkp:keys.test", "hkp:onak.test"])
def test_by_fingerprint_it_comes_whole_and_before_who_claims_the_key(world, server):
    (fingerprint, user_ids), = world.found(server, f"0x{world.kay}")
    assert fingerprint == world.kay and sorted(user_ids) == ["Kay Two <kay2@adv.test>", "Somebody Else <eve@other.test>", "kay@adv.test"]


@EVERY_KIND
def test_by_a_subkeys_fingerprint_and_without_user_ids(world, server):
    certificate, = world.ask(server, f"0x{world.subkey}")["certificates"]
    shown = world.sites.gpg("--list-packets", input=base64.b64decode(certificate))
    assert b"keyid: " + world.kay[-16:].encode() in shown and b":user ID packet:" not in shown
    assert world.found("hkp:onak.test", f"0x{world.subkey}")[0][0] == world.kay


@EVERY_KIND
def test_a_certificate_of_another_key_is_a_failure(world, server):
    assert fails(world.ask(server, f"0x{world.carl}"), "keys.test", "not the certificate that was asked for")


@pytest.mark.parametrize("server", [*KINDS, "hkp:onak.test"])
def test_a_fingerprint_that_nobody_knows_is_none(world, server):
    assert has_none(world.ask(server, f"0x{UNKNOWN}"))
    assert has_none(world.ask(server, "0x" + "F" * 64))


@EVERY_KIND
def test_what_is_no_fingerprint_is_not_asked_for(world, server):
    for one in world.ask_all(server, f"0x{world.kay[-16:]}", f"0x{world.kay.lower()}", "0x"):
        assert has_none(one, "cannot be asked")
    assert not Server.asked


# None.

@pytest.mark.parametrize("server", [*KINDS, "hkp:onak.test"])
def test_who_is_not_there_is_none(world, server):
    answer = world.ask(server, "nobody@adv.test")
    assert has_none(answer) and answer["evidence"]


@EVERY_KIND
def test_nobody_is_asked_for_whom_no_internet_knows(world, server):
    for one in world.ask_all(server, "kay@[198.51.100.1]", "kay@localhost", "kay"):
        assert has_none(one, "cannot be asked")
    assert not Server.asked


@EVERY_KIND
def test_a_certificate_of_somebody_else_is_none(world, server):
    assert has_none(world.ask(server, "carl@adv.test"), "no certificate there is for this address")
    assert has_none(world.ask(server, "nameless@adv.test"), "no certificate there is for this address")


def test_onaks_words_are_none_from_hkp_alone(world):
    assert has_none(world.ask("hkp:keys.test", "onaks-words@adv.test"))
    assert fails(world.ask("vks:keys.test", "onaks-words@adv.test"), "no certificate")


# Many.

def test_onak_finds_words_and_one_of_the_address_is_taken(world):
    assert world.found("hkp:onak.test", "carl@adv.test") == [(world.carl, ["carl@adv.test"])]


@EVERY_KIND
def test_ten_certificates_of_an_address_are_taken(world, server):
    assert sorted(of for of, _ in world.found(server, "ten@adv.test")) == sorted(world.many[:10])


def test_of_an_address_with_more_than_ten_none_is_taken(world):
    for server in ("hkp:onak.test", "hkp:keys.test"):
        assert has_none(world.ask(server, "many@adv.test"), "11 certificates", "too many")
    assert fails(world.ask("vks:keys.test", "many@adv.test"), "11 certificates", "too many")


# Failures, which are never none.

@EVERY_KIND
@pytest.mark.parametrize("who, words, after", [
    ("limited", "status 429", 60), ("busy", "status 429", 7), ("late", "status 503", 120), ("maintenance", "status 503", None),
    ("broken", "status 500", None), ("malformed", "status 400", None), ("gone", "status 410", None)])
def test_a_server_that_does_not_say_is_a_failure(world, server, who, words, after):
    answer = world.ask(server, f"{who}@adv.test")
    assert fails(answer, "https://keys.test/", words) and answer.get("retry_after") == after
    assert who not in answer["problem"]


@EVERY_KIND
@pytest.mark.parametrize("who", ["welcome", "empty", "secret", "damaged", "revocation"])
def test_a_200_without_a_certificate_is_a_failure(world, server, who):
    assert fails(world.ask(server, f"{who}@adv.test"), "https://keys.test/", "no certificate: ")


@EVERY_KIND
def test_who_may_be_in_what_could_not_be_read_is_a_failure(world, server):
    assert fails(world.ask(server, "damaged-behind@adv.test"), "https://keys.test/", "damaged")


def test_onak_with_a_broken_data_base_is_a_failure(world):
    world.onak.lose_data_base()
    try:
        for whom in ("kay@adv.test", "nobody@adv.test", f"0x{world.kay}"):
            assert fails(world.ask("hkp:onak.test", whom), "https://onak.test/pks/lookup", "it is empty")
    finally:
        world.onak.mend_data_base()
    assert world.found("hkp:onak.test", "kay@adv.test")


@EVERY_KIND
@pytest.mark.parametrize("who, trouble", [("endless", "too_large"), ("declared", "too_large"), ("heads", "too_large"), ("slow", "timeout"),
                                          ("silent", "timeout"), ("short", "connection"), ("reset", "connection")])
def test_an_answer_without_a_good_end_is_a_failure_in_time(world, server, who, trouble):
    answer = world.ask(server, f"{who}@adv.test", wait=3)
    assert fails(answer, "keys.test", trouble=trouble) and answer["seconds"] < 3 + SLACK


@pytest.mark.parametrize("kind", ["vks", "hkp"])
@pytest.mark.parametrize("host, trouble", [("closed.test", "closed"), ("nowhere.test", "no_such_name"), ("wrong.test", "tls"),
                                           ("within.test", "refused_address")])
def test_a_server_that_cannot_be_reached_is_a_failure(world, kind, host, trouble):
    for whom in ("kay@adv.test", f"0x{world.kay}"):
        answer = world.ask(f"{kind}:{host}", whom)
        assert fails(answer, host, trouble=trouble) and not answer["evidence"]
    assert not Server.asked


# Redirects.

def test_of_another_place_only_the_host_is_told(world):
    answer = world.ask("vks:keys.test", "moved@adv.test")
    assert has_none(answer, "no certificate there is for this address") and answer["evidence"] == "https://elsewhere.test"
    assert "moved" not in answer["problem"] and "kay" not in answer["problem"]


@EVERY_KIND
@pytest.mark.parametrize("who, trouble, words", [
    ("moved-away", "bad_redirect", "https://elsewhere.test:8443/..., which is not followed: it is not on port 443"),
    ("moved-inside", "refused_address", "127.0.0.1"), ("moved-round", "bad_redirect", "fourth time, to https://keys.test/...")])
def test_a_bad_redirect_names_nobody(world, server, who, trouble, words):
    answer = world.ask(server, f"{who}@adv.test")
    assert fails(answer, words, trouble=trouble)
    assert "moved" not in answer["problem"] and "adv.test" not in answer["problem"], answer


def test_a_failure_leaves_no_trace_in_the_next_answer(world):
    answers = world.ask_all("vks:keys.test", "busy@adv.test", "kay@adv.test", "maintenance@adv.test", "nobody@adv.test", "kay@adv.test")
    assert [answer["kind"] for answer in answers] == ["failed", "found", "failed", "none", "found"]
    assert "retry_after" not in answers[2]


# The referee.

LOCATE = ("--auto-key-locate", "clear,nodefault,keyserver", "--locate-external-keys")


@pytest.mark.parametrize("who", ["kay", "rolf"])
def test_what_gnupg_finds_at_onak_is_found(world, who):
    fingerprint, whom = getattr(world, who), f"{who}@adv.test"
    assert found_by_gnupg_at(world.lab, "onak.test", "--recv-keys", fingerprint) == [fingerprint]
    assert found_by_gnupg_at(world.lab, "onak.test", *LOCATE, whom) == [fingerprint]
    assert [of for of, _ in world.found("hkp:onak.test", f"0x{fingerprint}") + world.found("hkp:onak.test", whom)] == [fingerprint] * 2


def test_what_gnupg_does_not_find_at_onak_is_none(world):
    assert found_by_gnupg_at(world.lab, "onak.test", "--recv-keys", UNKNOWN) == []
    assert found_by_gnupg_at(world.lab, "onak.test", *LOCATE, "nobody@adv.test") == []
