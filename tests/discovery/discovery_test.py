"""The Web Key Directory source against real DNS, TLS and web servers, good and hostile ones, in a network of its own. GnuPG's own client
is the referee of what is found.

An "inside" server on 127.0.0.1 stands for all that nobody outside may reach: it must not be asked, whatever DNS and redirects say.
"""

import base64
import http.server
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))

import pytest
from proxies import ConnectProxy, SocksProxy
from discovery_lab import NETWORK, address
from hostile_answers import HostileAnswers
from wkd_sites import Site, WkdSites, found_by_gnupg, world_in_a_lab

PROBE = os.environ["SOURCE_PROBE"]
ADVANCED, DIRECT, HOSTILE, WRONG_NAME, EXPIRED, UNKNOWN, CLOSED, PROXY, SECOND = map(address, range(1, 10))
INSIDE = "127.0.0.1"
SLACK = 2  # seconds beyond a deadline: DNS takes one by its contract, and the machine may be busy
DEAD, FAILING = 5354, 5355  # name servers

# Domains whose advanced place is the hostile server, which does what the domain's first label says.
HOSTILE_DOMAINS = ["ok", "to-ok", "loop", "three", "four", "to-http", "to-port", "to-user", "to-literal", "to-inside", "to-nowhere", "to-file",
                   "to-direct", "endless", "declared", "slow", "silent", "heads", "continues", "short", "reset", "gone", "busy", "late", "broken",
                   "empty", "zipped", "secret", "mixed", "mapped"]
ON_DIRECT = ["direct.test", "nodata.test", "both.test", "star.test", "to-nowhere.test", "pages.test"]


class Hostile(HostileAnswers):
    certificate = b""
    asked = []
    agents = set()
    connections = set()

    def do_GET(self):
        host = self.headers["Host"]
        Hostile.asked.append((host, self.path))
        Hostile.agents.add(self.headers.get("User-Agent"))
        Hostile.connections.add(self.client_address)
        domain = host.removeprefix("openpgpkey.").removesuffix(".test")
        try:
            getattr(self, domain.replace("-", "_"))()
        except OSError:
            self.close_connection = True

    def ok(self):
        self.reply(200, Hostile.certificate)

    def mixed(self):
        self.ok()

    def mapped(self):
        self.ok()

    def to_ok(self):
        self.redirect("https://openpgpkey.ok.test/elsewhere?x=y")

    def loop(self):
        self.redirect(self.path)

    def three(self):
        self.count_down(3)

    def four(self):
        self.count_down(4)

    def count_down(self, most):
        done = self.path.count("again")
        self.ok() if done == most else self.redirect("/again" * (done + 1))

    def to_http(self):
        self.redirect("http://openpgpkey.ok.test/")

    def to_port(self):
        self.redirect("https://openpgpkey.ok.test:8443/")

    def to_user(self):
        self.redirect("https://a:b@openpgpkey.ok.test/")

    def to_literal(self):
        self.redirect("https://127.0.0.1/")

    def to_inside(self):
        self.redirect("https://inside.test/")

    def to_nowhere(self):
        self.redirect("https://nowhere.test/")

    def to_file(self):
        self.redirect("file:///etc/hostname")

    def to_direct(self):
        self.redirect("//direct.test/.well-known/openpgpkey/x")

    def zipped(self):
        self.reply(200, b"\x1f\x8b" + b"x" * 100, Content_Encoding="gzip")

    def secret(self):
        self.reply(200, Hostile.secret_key)


class Inside(http.server.BaseHTTPRequestHandler):
    hits = []

    def log_message(self, *_):
        pass

    def do_GET(self):
        Inside.hits.append(self.path)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(Hostile.certificate)


class World:
    def __init__(self, lab):
        self.lab, self.sites = lab, WkdSites(lab)
        self.publish()
        self.set_names()
        self.serve()

    def set_names(self, more=None, *lines):
        names = {"openpgpkey.adv.test": ADVANCED, "adv.test": CLOSED, "openpgpkey.both.test": CLOSED, "openpgpkey.wrong.test": WRONG_NAME,
                 "openpgpkey.expired.test": EXPIRED, "openpgpkey.unknown.test": UNKNOWN, "inside.test": INSIDE, "local.test": INSIDE,
                 "openpgpkey.local.test": INSIDE, "openpgpkey.two.test": [CLOSED, ADVANCED], "openpgpkey.pages.test": SECOND,
                 "shut.test": CLOSED, "another.test": WRONG_NAME, "within.test": INSIDE,
                 **{f"openpgpkey.{domain}.test": HOSTILE for domain in HOSTILE_DOMAINS}, **{domain: DIRECT for domain in ON_DIRECT},
                 "openpgpkey.mixed.test": [INSIDE, "10.0.0.1", HOSTILE], "openpgpkey.mapped.test": "::ffff:127.0.0.1", **(more or {})}
        del names["star.test"]
        self.lab.set_names(names, f"address=/star.test/{DIRECT}", "txt-record=openpgpkey.nodata.test,", f"server=/dead.test/127.0.0.1#{DEAD}",
                           f"server=/failing.test/127.0.0.1#{FAILING}", f"server=/dead-below.test/127.0.0.1#{DEAD}", *lines)

    def publish(self):
        sites = self.sites
        self.bob = sites.make_person("bob@adv.test", "Bob Two <bob2@adv.test>", "Somebody Else <eve@other.test>")
        sites.publish("bob@adv.test", self.bob)
        self.sally = sites.publish("sally@adv.test", by="server")
        for name in ("dan@direct.test", "joe@both.test", "nora@nodata.test", "zoe@star.test", "lost@to-nowhere.test", "two@two.test"):
            setattr(self, name.partition("@")[0], sites.publish(name))
        self.rolf = sites.make_person("rolf@adv.test")
        sites.revoke(self.rolf)
        sites.publish("rolf@adv.test", self.rolf)
        whole = sites.gpg("--export", self.bob)
        # GnuPG's tools take other people's user ids out: not everybody uses them.
        for other in ("eve@adv.test", "mixed@adv.test", "many@adv.test", "ten@adv.test"):
            sites.publish(other)
        self.mixed = sites._fingerprint("mixed@adv.test")
        sites.gpg("--passphrase", "", "--quick-add-uid", self.mixed, "Somebody Else <eve@other.test>")
        sites.file_of("mixed@adv.test").write_bytes(whole + sites.gpg("--export", self.mixed))
        sites.file_of("eve@adv.test").write_bytes(whole)  # not hers
        many = sites.file_of("many@adv.test").read_bytes()
        sites.file_of("many@adv.test").write_bytes(many * 11)
        sites.file_of("ten@adv.test").write_bytes(sites.file_of("ten@adv.test").read_bytes() + whole * 9)
        self.armored = sites.publish("armored@adv.test")
        sites.file_of("armored@adv.test").write_bytes(sites.gpg("--armor", "--export", self.armored))
        self.ok = sites.make_person("ok@ok.test")
        Hostile.certificate = sites.gpg("--export", self.ok)
        for domain in HOSTILE_DOMAINS:
            sites.gpg("--passphrase", "", "--quick-add-uid", self.ok, f"<ok@{domain}.test>") if domain != "ok" else None
        Hostile.certificate = sites.gpg("--export", self.ok)
        Hostile.secret_key = sites.gpg("--export-secret-keys", self.ok)

    def serve(self):
        lab = self.lab
        advanced = lab.tls("openpgpkey.adv.test", "openpgpkey.two.test")
        direct = lab.tls(*ON_DIRECT)
        self.sites.serve({
            ADVANCED: Site(advanced, "advanced"),
            DIRECT: Site(direct, "direct"),
            WRONG_NAME: Site(lab.tls("elsewhere.test"), "advanced"),
            EXPIRED: Site(lab.tls("openpgpkey.expired.test", at="2020-01-01"), "advanced"),
            UNKNOWN: Site(lab.tls("openpgpkey.unknown.test", authority=lab.another_authority()), "advanced"),
            SECOND: Site(lab.tls("openpgpkey.pages.test"), page="<!doctype html><title>Welcome</title>")})
        lab.serve_https(HOSTILE, lab.tls(*(f"openpgpkey.{domain}.test" for domain in HOSTILE_DOMAINS)), Hostile)
        lab.serve_https(INSIDE, lab.tls("inside.test", "local.test", "openpgpkey.local.test", "openpgpkey.mixed.test", "openpgpkey.mapped.test"),
                        Inside)
        lab.serve_dns(DEAD)
        lab.serve_dns(FAILING, rcode=2)

    def ask_all(self, *addresses, allow=(NETWORK,), ca=True, wait=3, more=(), environment=None):
        words = [word for network in allow for word in ("--allow", network)]
        words += ["--ca", self.lab.authority] if ca else []
        run = self.lab.run(PROBE, *words, "--wait", wait, *more, *addresses, env={**os.environ, **(environment or {})})
        return [json.loads(line) for line in run.stdout.decode().splitlines()]

    def ask(self, one, **how):
        return self.ask_all(one, **how)[0]


@pytest.fixture(scope="module")
def world():
    with world_in_a_lab(World) as world:
        yield world


@pytest.fixture(autouse=True)
def nothing_inside_is_asked():
    Inside.hits.clear()
    yield
    assert not Inside.hits


def contents(world, certificate):
    """(fingerprint, [user ids]) as gpg reads it."""
    listed = world.sites.gpg("--with-colons", "--show-keys", input=base64.b64decode(certificate))
    fields = [line.split(":") for line in listed.decode().splitlines()]
    return next(f[9] for f in fields if f[0] == "fpr"), [f[9] for f in fields if f[0] == "uid"]


def found(world, who, **how):
    """[(fingerprint, [user ids])]"""
    answer = world.ask(who, **how)
    assert answer["kind"] == "found" and not answer["problem"], answer
    return [contents(world, one) for one in answer["certificates"]]


def fails_by(answer, trouble, *words):
    assert answer["kind"] == "failed" and answer.get("trouble") == trouble and not answer["certificates"], answer
    assert all(word in answer["problem"] for word in words), answer
    assert "\n" not in answer["problem"]
    return True


# What is found.

@pytest.mark.parametrize("who", ["bob@adv.test", "sally@adv.test", "dan@direct.test", "nora@nodata.test", "rolf@adv.test"])
def test_what_gnupg_finds_is_found(world, who):
    fingerprint = getattr(world, who.partition("@")[0])
    assert [of for of, _ in found(world, who)] == [fingerprint]
    assert found_by_gnupg(world.lab, who) == fingerprint


def test_the_place_is_told(world):
    advanced, direct = world.ask_all("bob@adv.test", "dan@direct.test")
    assert advanced["evidence"] == "https://openpgpkey.adv.test/.well-known/openpgpkey/adv.test/hu/jycbiujnsxs47xrkethgtj69xuunurok"
    assert direct["evidence"].startswith("https://direct.test/.well-known/openpgpkey/hu/")


def test_only_the_user_ids_of_the_address_are_taken(world):
    assert found(world, "mixed@adv.test") == [(world.mixed, ["mixed@adv.test"])]
    assert found(world, "bob@adv.test") == [(world.bob, ["bob@adv.test"])]


def test_a_certificate_of_somebody_else_is_none(world):
    answer = world.ask("eve@adv.test")
    assert answer["kind"] == "none" and "no certificate there is for this address" in answer["problem"] and not answer["certificates"]


def test_ten_certificates_are_read_and_eleven_are_not(world):
    assert len(world.ask("ten@adv.test")["certificates"]) == 1
    answer = world.ask("many@adv.test")
    assert answer["kind"] == "failed" and "11 certificates" in answer["problem"] and not answer["certificates"]


def test_armor_is_read_too(world):
    assert found(world, "armored@adv.test")[0][0] == world.armored


def test_a_certificate_is_taken_as_it_is_revoked_or_not(world):
    certificate = base64.b64decode(world.ask("rolf@adv.test")["certificates"][0])
    assert world.sites.gpg("--with-colons", "--show-keys", input=certificate).startswith(b"pub:r:")


# None.

def test_a_file_that_is_not_there_is_none(world):
    for who in ("nobody@adv.test", "nobody@direct.test", "ok@gone.test"):
        answer = world.ask(who)
        assert answer["kind"] == "none" and answer["evidence"] and not answer["problem"], answer


@pytest.mark.parametrize("domain, trouble", [("shut.test", "closed"), ("another.test", "tls"), ("within.test", "refused_address")])
def test_a_domain_whose_host_has_no_directory_has_none(world, domain, trouble):
    answer = world.ask(f"x@{domain}")
    assert (answer["kind"], answer["trouble"], answer["certificates"]) == ("none", trouble, [])



def test_a_domain_without_a_host_is_none(world):
    answer = world.ask("x@nowhere.test")
    assert answer["kind"] == "none" and answer["trouble"] == "no_such_name"
    assert world.ask("x@[198.51.100.1]")["kind"] == "none"
    assert world.ask("x@127.1")["kind"] == "none"


@pytest.mark.parametrize("who", ["ok@pages.test", "ok@empty.test", "ok@zipped.test", "ok@secret.test"])
def test_what_is_no_certificate_is_none_with_a_remark(world, who):
    answer = world.ask(who)
    assert answer["kind"] == "none" and "no certificate" in answer["problem"], answer


# The two places.

def test_a_fault_of_the_advanced_place_is_no_reason_to_ask_the_direct_one(world):
    world.lab.forget_queries()
    assert fails_by(world.ask("joe@both.test"), "closed", "openpgpkey.both.test", "refused")
    assert "both.test" not in world.lab.queries()
    assert world.ask("nobody@adv.test")["kind"] == "none"
    assert "adv.test" not in world.lab.queries()


def test_with_wildcard_dns_the_advanced_place_exists(world):
    assert fails_by(world.ask("zoe@star.test"), "tls", "openpgpkey.star.test")
    assert found_by_gnupg(world.lab, "zoe@star.test") is None


def test_several_addresses_are_tried(world):
    assert found(world, "two@two.test", wait=5)[0][0] == world.two


# DNS.

@pytest.mark.parametrize("domain, words", [("dead.test", "silent"), ("failing.test", "fail")])
def test_dns_that_cannot_tell_is_a_failure_in_time(world, domain, words):
    answer = world.ask(f"x@{domain}", wait=3)
    assert fails_by(answer, "unknown_name", f"openpgpkey.{domain}", words)
    assert answer["seconds"] < 3 + SLACK


def test_no_name_server_at_all_is_a_failure_in_time(world):
    configuration = world.lab.root / "resolv.conf"
    usual = configuration.read_text()
    # One where nobody listens, and two that say nothing: nothing of theirs holds anybody for long.
    silent = [world.lab.socket(socket.SOCK_DGRAM, where, 53) for where in (address(19), address(20))]
    try:
        for servers in ([address(18)], [address(19)], [address(19), address(20), address(18)]):
            configuration.write_text("".join(f"nameserver {one}\n" for one in servers))
            answer = world.ask("bob@adv.test", wait=2)
            assert fails_by(answer, "unknown_name") and answer["seconds"] < 2 + SLACK, answer
        configuration.write_text(f"nameserver {address(19)}\nnameserver 127.0.0.1\n")
        assert found(world, "bob@adv.test", wait=6)[0][0] == world.bob
    finally:
        configuration.write_text(usual)
        for one in silent:
            one.close()


def test_a_name_is_looked_up_as_it_is(world):
    configuration = world.lab.root / "resolv.conf"
    usual = configuration.read_text()
    try:
        configuration.write_text(usual + "search test adv.test\n")
        assert world.ask("bob@adv")["kind"] == "none"
        assert world.ask("bob@adv.example")["kind"] == "failed"
        assert "openpgpkey.adv.example.test" not in world.lab.queries()
    finally:
        configuration.write_text(usual)


# Who is connected to.

@pytest.mark.parametrize("who", ["x@local.test", "ok@mapped.test"])
def test_an_address_that_is_not_public_is_refused(world, who):
    assert fails_by(world.ask(who), "refused_address", "127.0.0.1", "not public")


def test_the_labs_own_addresses_are_not_public_either(world):
    assert fails_by(world.ask("bob@adv.test", allow=()), "refused_address", ADVANCED)
    assert fails_by(world.ask("bob@adv.test", allow=("198.51.100.2/32",)), "refused_address", ADVANCED)


def test_of_several_addresses_the_public_ones_are_asked(world):
    assert found(world, "ok@mixed.test")[0][0] == world.ok


def test_without_the_guard_it_would_be_reached(world):
    assert fails_by(world.ask("x@local.test"), "refused_address")
    assert world.ask("x@local.test", allow=("127.0.0.0/8",))["kind"] == "none"
    assert len(Inside.hits) == 1
    Inside.hits.clear()


# TLS.

@pytest.mark.parametrize("domain, words", [("wrong.test", "name"), ("expired.test", "expired"), ("unknown.test", "certificate")])
def test_a_tls_certificate_that_is_not_good_is_a_failure(world, domain, words):
    assert fails_by(world.ask(f"x@{domain}"), "tls", f"openpgpkey.{domain}", words)


def test_the_labs_authority_counts_only_where_it_is_named(world):
    assert fails_by(world.ask("bob@adv.test", ca=False), "tls")
    # The system's count beside it.
    system = world.lab.run(PROBE, "--allow", NETWORK, "--ca", world.lab.root / "another.pem", "bob@adv.test", trusting=True)
    assert json.loads(system.stdout)["kind"] == "found"


def test_settings_that_cannot_be_used_are_told(world):
    for words in (["--ca", "/nowhere.pem"], ["--proxy", "socks5://127.0.0.1:1080"], ["--proxy", "nonsense"], ["--proxy", "http://127.0.0.1"]):
        run = world.lab.run(PROBE, *words, "bob@adv.test", check=False)
        assert run.returncode == 1 and run.stderr.count(b"\n") == 1, run


# Redirects.

def test_a_redirect_is_followed(world):
    assert found(world, "ok@to-ok.test") == [(world.ok, ["<ok@to-ok.test>"])]
    assert world.ask("ok@to-ok.test")["evidence"] == "https://openpgpkey.ok.test/elsewhere"
    assert found(world, "ok@three.test")


@pytest.mark.parametrize("domain, words", [
    ("to-http", "not https"), ("to-port", "not on port 443"), ("to-user", "user name"), ("to-literal", "no name of a host"), ("to-file", "not https"),
    ("loop", "fourth time"), ("four", "fourth time"), ("to-nowhere", "no such name")])
def test_a_redirect_to_a_bad_place_is_a_failure(world, domain, words):
    before = len(Hostile.asked)
    assert fails_by(world.ask(f"ok@{domain}.test"), "bad_redirect", f"openpgpkey.{domain}.test", words)
    assert all(host == f"openpgpkey.{domain}.test" for host, _ in Hostile.asked[before:])


def test_a_redirect_inside_is_a_failure(world):
    assert fails_by(world.ask("ok@to-inside.test"), "refused_address", "openpgpkey.to-inside.test", "inside.test", "127.0.0.1")


# The lab itself.

def test_a_child_of_this_process_can_stand_in_the_lab(world):
    run = subprocess.run(world.lab.command("getent", "ahostsv4", "openpgpkey.adv.test"), capture_output=True, timeout=20)
    assert run.stdout.startswith(ADVANCED.encode())


# Answers without a good end.

@pytest.mark.parametrize("domain, trouble, words", [
    ("endless", "too_large", "256 KiB"), ("declared", "too_large", "256 KiB"), ("heads", "too_large", "32 KiB"), ("continues", "too_large", "32 KiB"),
    ("slow", "timeout", "in time"), ("silent", "timeout", "in time"), ("short", "connection", ""), ("reset", "connection", "")])
def test_an_answer_without_a_good_end_is_a_failure_in_time(world, domain, trouble, words):
    answer = world.ask(f"ok@{domain}.test", wait=3)
    assert fails_by(answer, trouble, f"openpgpkey.{domain}.test", words)
    assert answer["seconds"] < 3 + SLACK


@pytest.mark.parametrize("domain, status, after", [("busy", "429", 7), ("late", "503", 120), ("broken", "500", None)])
def test_a_server_that_cannot_now_is_a_failure(world, domain, status, after):
    answer = world.ask(f"ok@{domain}.test")
    assert answer["kind"] == "failed" and status in answer["problem"] and answer.get("retry_after") == after, answer


def test_what_is_asked_names_nobody_but_the_one_who_is_asked_for(world):
    before = len(Hostile.asked)
    world.ask("OK+a@ok.test")
    host, path = Hostile.asked[before]
    assert path.endswith("?l=OK%2Ba") and path.startswith("/.well-known/openpgpkey/ok.test/hu/")
    assert Hostile.agents == {"sealgate"}


def test_a_connection_is_kept_for_the_next_request(world):
    before = len(Hostile.connections)
    assert all(answer["kind"] == "found" for answer in world.ask_all("ok@ok.test", "ok@ok.test", "ok@ok.test"))
    assert len(Hostile.connections) == before + 1


def test_a_failure_leaves_no_trace_in_the_next_answer(world):
    answers = world.ask_all("ok@endless.test", "ok@ok.test", "x@local.test", "ok@busy.test", "ok@ok.test", "bob@adv.test", wait=3)
    assert [answer["kind"] for answer in answers] == ["failed", "found", "failed", "failed", "found", "found"]
    assert "retry_after" not in answers[4] and "trouble" not in answers[4]


# Through a proxy.

@pytest.fixture(scope="module")
def listening_proxy(world):
    names = {"openpgpkey.adv.test": ADVANCED, "direct.test": DIRECT, "openpgpkey.to-literal.test": HOSTILE, "openpgpkey.both.test": CLOSED}

    def connect(host, port):
        if host not in names:
            raise OSError("no such name")
        return world.lab.connect(names[host], port)

    return ConnectProxy(world.lab.socket(socket.SOCK_STREAM, PROXY, 3128), connect)


@pytest.fixture(scope="module")
def socks_proxy(world):
    def connect(host, port):
        if host != "direct.test":
            raise OSError("no such name")
        return world.lab.connect(DIRECT, port)

    return SocksProxy(world.lab.socket(socket.SOCK_STREAM, PROXY, 1080), connect)


@pytest.fixture
def proxy(listening_proxy):
    listening_proxy.asked.clear()
    return listening_proxy


def test_a_proxy_looks_up_names_and_we_do_not(world, proxy):
    world.lab.forget_queries()
    through = ["--proxy", f"http://{PROXY}:3128"]
    assert found(world, "bob@adv.test", allow=(), more=through)[0][0] == world.bob
    assert found(world, "dan@direct.test", allow=(), more=through)[0][0] == world.dan, "the proxy could not connect to the advanced place"
    assert proxy.asked == ["openpgpkey.adv.test:443", "openpgpkey.direct.test:443", "direct.test:443"]
    assert not world.lab.queries()
    assert fails_by(world.ask("x@nowhere.test", more=through), "behind_proxy", "nowhere.test", PROXY)
    assert fails_by(world.ask("ok@to-literal.test", more=through), "bad_redirect")
    assert "127.0.0.1:443" not in proxy.asked


def test_a_socks_proxy_gets_names_too(world, socks_proxy):
    world.lab.forget_queries()
    through = ["--proxy", f"socks5h://{PROXY}:1080"]
    assert found(world, "dan@direct.test", allow=(), more=through)[0][0] == world.dan
    assert socks_proxy.asked == ["openpgpkey.direct.test:443", "direct.test:443"]
    assert fails_by(world.ask("x@nowhere.test", more=through), "behind_proxy")
    assert not world.lab.queries()


def test_a_proxy_that_is_not_there_is_a_failure(world):
    assert fails_by(world.ask("dan@direct.test", more=["--proxy", f"http://{CLOSED}:3128"]), "connection", "proxy")


def test_the_environments_proxy_does_not_count(world, proxy):
    environment = {name: f"http://{PROXY}:3128" for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")}
    assert found(world, "bob@adv.test", environment=environment)
    assert not proxy.asked
    assert found(world, "bob@adv.test", more=["--proxy", f"http://{PROXY}:3128"], environment={"no_proxy": "*"})
    assert proxy.asked
