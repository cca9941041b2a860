"""Certificates that incoming mail brings: a real verifier (opendkim) in front of the gateway says whose signature is good, and what is signed so
becomes a proposal; what anybody could have added does not. The mail itself passes as it came, and waits for nothing."""

import base64
import fcntl
import json
import shutil
import subprocess
import textwrap
import time

import dkim
import pytest
from keys import Person
from mails import Mail
from ports import free_ports, wait_for_port
from world import STRANGER

OUR_ID = "mail.example.org"  # what Postfix calls itself: nothing is configured
MAX = "max@example.org"
OPENDKIM_CONF = """\
Mode v
AuthservID {id}
AlwaysAddARHeader yes
Socket inet:{port}@127.0.0.1
InternalHosts 192.0.2.1
TestDNSData file:{root}/names
Background no
Syslog no
UserID opendkim
PidFile {root}/pid
RequireSafeKeys no
"""
SIGNED = [b"from", b"to", b"subject", b"message-id"]
OVERSIGNED = [*SIGNED, b"autocrypt", b"autocrypt"]


class Domain:
    """Signs mail of its people, as its mail server does; `record` is what it publishes."""

    def __init__(self, root, name):
        self.name = name
        self._key = root / f"{name}.pem"
        subprocess.run(["openssl", "genrsa", "-traditional", "-out", self._key, "2048"], capture_output=True, check=True)
        public = subprocess.run(["openssl", "rsa", "-in", self._key, "-pubout"], capture_output=True, text=True, check=True).stdout
        self.record = f"lab._domainkey.{name} v=DKIM1; k=rsa; p=" + "".join(public.splitlines()[1:-1]) + "\n"

    def sign(self, data, fields, **how):
        return dkim.sign(data, b"lab", self.name.encode(), self._key.read_bytes(), include_headers=fields,
                         canonicalize=(b"relaxed", b"relaxed"), **how) + data


class Raw:
    """A mail as bytes: a Mail, with what was put before it."""

    def __init__(self, mail, data):
        self.sender, self.recipients, self.message_id, self._data = mail.sender, mail.recipients, mail.message_id, data

    def data(self):
        return self._data


def autocrypt(person, address=None):
    digits = base64.b64encode(person.gpg("--export")).decode()
    return "\r\n ".join([f"Autocrypt: addr={address or person.address}; keydata=", *textwrap.wrap(digits, 70)])


def mail_of(address, extra=(), **more):
    return Mail([MAX], "Minutes", sender=address, extra=list(extra), **more)


def with_certificate(person):
    armored = person.certificate.read_bytes().replace(b"\n", b"\r\n")
    return mail_of(person.address, content=["Content-Type: multipart/mixed; boundary=part"],
                   text=b"--part\r\nContent-Type: text/plain\r\n\r\n{marker}\r\n--part\r\nContent-Type: application/pgp-keys; name=key.asc\r\n"
                        b"Content-Disposition: attachment; filename=key.asc\r\n\r\n" + armored + b"\r\n--part--\r\n")


@pytest.fixture(scope="module")
def lab(opened_world):
    root = opened_world.root / "verifier"
    root.mkdir(mode=0o755)
    port, = free_ports(1)
    domains = {name: Domain(root, name) for name in ("zoo.example", "evil.example")}
    (root / "names").write_text("".join(domain.record for domain in domains.values()))
    (root / "opendkim.conf").write_text(OPENDKIM_CONF.format(id=OUR_ID, port=port, root=root))
    subprocess.run(["chown", "-R", "opendkim", root], check=True)
    process = subprocess.Popen(["opendkim", "-f", "-x", root / "opendkim.conf"], stdin=subprocess.DEVNULL)
    try:
        wait_for_port(port)
        yield Lab(opened_world, domains, f"inet:127.0.0.1:{port}", root)
    finally:
        process.terminate()
        process.wait(10)


class Lab:
    def __init__(self, world, domains, verifier, root):
        self.world, self.zoo, self.evil = world, domains["zoo.example"], domains["evil.example"]
        self._root = root
        self.verified = world.postfix.open_door(smtpd_milters=f"{verifier}, {world.gateway.unix_endpoint}")
        self.unverified = world.postfix.smtp

    def person(self, name, domain="zoo.example"):
        return Person(self._root / "people", f"{name}@{domain}")

    def send(self, mail, data, port=None):
        """The mail passes as it came; the server's own fields stand above it."""
        raw = Raw(mail, data)
        reply = self.world.send(raw, port=port or self.verified, source=STRANGER)
        assert reply.code == 250, str(reply)
        delivery, = self.world.arrived(raw)
        assert delivery.data.endswith(data), delivery.data.decode(errors="replace")
        return delivery

    def learned(self):
        """{address: (fingerprint, source)} of what was not imported."""
        run = self.world.gateway.run("keys", "list", "--json")
        assert run.returncode == 0, run.stderr
        listed = map(json.loads, run.stdout.splitlines())
        return {one["addresses"][0]: (one["fingerprint"], one["source"]) for one in listed if one["source"] != "own"}

    def wait_for(self, person, source):
        self.world.wait_until(lambda: self.learned().get(person.address) == (person.fingerprint, source))
        self.world.wait_until(lambda: person.fingerprint in [event["fingerprint"] for event in self.world.gateway.events("key-found")])


@pytest.fixture
def gateway(world, lab):
    """With nothing learned before."""
    yield world.gateway
    world.gateway.stop()
    shutil.rmtree(world.gateway.state / "found", ignore_errors=True)
    world.gateway.configure()
    world.gateway.start()


def nothing_is_learned(lab, gateway):
    """What is sent after it would be learned after it."""
    last = lab.person("last" + str(time.monotonic_ns()))
    mail = mail_of(last.address, [autocrypt(last)])
    lab.send(mail, lab.zoo.sign(mail.data(), OVERSIGNED))
    lab.wait_for(last, "autocrypt")
    assert list(lab.learned()) == [last.address]
    assert [event["fingerprint"] for event in gateway.events("key-found")][-1] == last.fingerprint
    assert "learning keys from mail:" not in gateway.log()


def test_an_autocrypt_field_that_is_signed_becomes_a_proposal(world, lab, gateway):
    zoe = lab.person("zoe")
    mail = mail_of(zoe.address, [autocrypt(zoe)])
    delivery = lab.send(mail, lab.zoo.sign(mail.data(), OVERSIGNED))
    assert "dkim=pass" in delivery.field("Authentication-Results")
    lab.wait_for(zoe, "autocrypt")
    event = gateway.events("key-found")[-1]
    assert (event["fingerprint"], event["addresses"], event["source"], event["replaces"]) == (zoe.fingerprint, [zoe.address], "autocrypt", None)
    assert event["evidence"] == f"mail <{mail.message_id}>, DKIM d=zoo.example s=lab"
    world.wait_until(lambda: f"learned {zoe.fingerprint} (autocrypt)" in gateway.log())
    reply = world.send(Mail([zoe.address], "[confidential] Offer"))
    assert reply.code == 550 and f"there is no key for {zoe.address}" in str(reply), "known of, and not used"


def test_it_is_used_where_the_policy_says_so(world, lab, gateway):
    yan = lab.person("yan")
    mail = mail_of(yan.address, [autocrypt(yan)])
    lab.send(mail, lab.zoo.sign(mail.data(), OVERSIGNED))
    lab.wait_for(yan, "autocrypt")
    gateway.write_policy(gateway.usual_policy().replace("encryption:", "encryption:\n  keys: [own, autocrypt]"))
    assert "reloaded" in gateway.reload()
    assert world.send(Mail([yan.address], "[confidential] Offer")).code == 250


def test_an_attached_certificate_becomes_a_proposal(world, lab, gateway):
    wim = lab.person("wim")
    mail = with_certificate(wim)
    lab.send(mail, lab.zoo.sign(mail.data(), SIGNED))
    lab.wait_for(wim, "attached")
    event = gateway.events("key-found")[-1]
    assert (event["fingerprint"], event["source"]) == (wim.fingerprint, "attached")


def test_what_is_known_already_is_no_news(world, lab, gateway):
    uma = lab.person("uma")
    for _ in range(3):
        mail = mail_of(uma.address, [autocrypt(uma)])
        lab.send(mail, lab.zoo.sign(mail.data(), OVERSIGNED))
        lab.wait_for(uma, "autocrypt")
    uma.renew()
    mail = mail_of(uma.address, [autocrypt(uma)])
    lab.send(mail, lab.zoo.sign(mail.data(), OVERSIGNED))
    events = lambda: [one for one in gateway.events("key-found") if one["fingerprint"] == uma.fingerprint]
    world.wait_until(lambda: len(events()) == 2)
    assert gateway.run("keys", "remove", uma.fingerprint).returncode == 0
    world.wait_until(lambda: uma.address not in lab.learned())
    time.sleep(1.2)
    mail = mail_of(uma.address, [autocrypt(uma)])
    lab.send(mail, lab.zoo.sign(mail.data(), OVERSIGNED))
    lab.wait_for(uma, "autocrypt")


def test_what_was_added_after_signing_is_not_learned(world, lab, gateway):
    tom = lab.person("tom")
    unsigned = autocrypt(tom).encode() + b"\r\n"
    mail = mail_of(tom.address)
    signed = lab.zoo.sign(mail.data(), SIGNED)
    delivery = lab.send(mail, unsigned + signed)
    assert "dkim=pass" in delivery.field("Authentication-Results"), "the signature is good all the same"
    oversigned = mail_of(tom.address)
    delivery = lab.send(oversigned, unsigned + lab.zoo.sign(oversigned.data(), OVERSIGNED))
    assert "dkim=pass" not in delivery.field("Authentication-Results")
    plain = mail_of(tom.address, [autocrypt(tom)])
    lab.send(plain, plain.data())
    nothing_is_learned(lab, gateway)


def test_another_domains_signature_does_not_vouch(world, lab, gateway):
    tim = lab.person("tim")
    mail = mail_of(tim.address, [autocrypt(tim)])
    delivery = lab.send(mail, lab.evil.sign(mail.data(), OVERSIGNED))
    assert "dkim=pass" in delivery.field("Authentication-Results")
    attached = with_certificate(tim)
    lab.send(attached, lab.evil.sign(attached.data(), SIGNED))
    nothing_is_learned(lab, gateway)


def test_a_forged_result_does_not_vouch(world, lab, gateway):
    ted = lab.person("ted")
    forged = ("Received: from a by b; Mon, 23 Nov 2026 09:00:00 +0100\r\n"
              f"Authentication-Results: {OUR_ID}; dkim=pass header.d=zoo.example header.s=lab\r\n").encode()
    mail = mail_of(ted.address, [autocrypt(ted)])
    data = lab.zoo.sign(mail.data(), OVERSIGNED).replace(b"Subject: Minutes", b"Subject: Changed")
    lab.send(mail, forged + data, port=lab.unverified)
    raw = Raw(mail, forged + data)  # opendkim takes it out, and says what is true
    assert world.send(raw, port=lab.verified, source=STRANGER).code == 250
    nothing_is_learned(lab, gateway)


# opendkim writes a stranger's identity decoded and without quotes: one ends a result, begins another, and a comment in which what opendkim says
# of the forged signature is lost; the next one ends that comment.
def test_a_strangers_identity_does_not_pass_for_a_result(world, lab, gateway):
    tea = lab.person("tea")
    mail = mail_of(tea.address, [autocrypt(tea)])
    forged = b"DKIM-Signature: v=1; a=rsa-sha256; d=zoo.example; s=lab; h=from:autocrypt:autocrypt; bh=x; b=FAKEFAKEFAKE\r\n"
    first = b"x=3B=20dkim=3Dpass=20header.d=3Dzoo.example=20header.s=3Dlab=3B=20x=3Dy=20=28@evil.example"
    data = forged + lab.evil.sign(mail.data(), SIGNED, identity=b"x=29=20header.x=3D@evil.example")
    delivery = lab.send(mail, lab.evil.sign(data, SIGNED, identity=first))
    said = delivery.field("Authentication-Results")
    assert "; dkim=pass header.d=zoo.example header.s=lab; x=y (@evil.example " in said and "header.i=x) header.x=@evil.example" in said, said
    nothing_is_learned(lab, gateway)


def test_what_is_to_be_ignored_is_not_learned(world, lab, gateway):
    gateway.configure(keys="{learn: {attached: ignore, authserv_id: elsewhere.example}}")
    gateway.restart()
    assert "attached certificates" not in gateway.run("check").stdout
    assert "where elsewhere.example found the signature good" in gateway.run("check").stdout
    assert json.loads(gateway.run("check", "--json").stdout)["learn"] == {"autocrypt": "propose", "attached": "ignore",
                                                                          "authserv_id": ["elsewhere.example"]}
    tad = lab.person("tad")
    mail = mail_of(tad.address, [autocrypt(tad)])
    lab.send(mail, lab.zoo.sign(mail.data(), OVERSIGNED))
    gateway.configure(keys=f"{{learn: {{attached: ignore, authserv_id: {OUR_ID}}}}}")
    gateway.restart()
    attached = with_certificate(tad)
    lab.send(attached, lab.zoo.sign(attached.data(), SIGNED))
    nothing_is_learned(lab, gateway)


def test_mail_does_not_wait_for_the_learner(world, lab, gateway):
    sue, sam = lab.person("sue"), lab.person("sam")
    first = mail_of(sue.address, [autocrypt(sue)])
    lab.send(first, lab.zoo.sign(first.data(), OVERSIGNED))
    lab.wait_for(sue, "autocrypt")
    with open(gateway.state / "found" / "autocrypt" / ".lock") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # nothing can be imported
        for _ in range(5):
            mail = mail_of(sam.address, [autocrypt(sam)])
            data = lab.zoo.sign(mail.data(), OVERSIGNED)
            began = time.monotonic()
            assert world.send(Raw(mail, data), port=lab.verified, source=STRANGER).code == 250
            assert time.monotonic() - began < 3
        assert world.send(Mail(["max@example.org"], "Minutes")).code == 250
        assert sam.address not in lab.learned()
    lab.wait_for(sam, "autocrypt")
    assert len([one for one in gateway.events("key-found") if one["fingerprint"] == sam.fingerprint]) == 1
