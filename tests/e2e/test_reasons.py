"""Every reason that can refuse a mail, provoked through a real Postfix and read as a real SMTP client (Python's smtplib, swaks)
shows it: who, why and what next, in lines that SMTP allows.
"""

import os
import re
import smtplib
import subprocess
from pathlib import Path

import pytest
from expect import decision_id, refused
from mails import Mail, pgp_mime
from smtp_client import Reply

BOB, ZOE = "bob@partner.example", "zoe@yahoo.com"
CERTIFICATES = Path(__file__).resolve().parents[1] / "certificates"
SOURCE = Path(__file__).resolve().parents[2] / "policy" / "rules" / "reason.hpp"
NEVER_REFUSE = {"allowed", "sealed", "already-encrypted", "subject-in-clear", "keys-unreadable", "lookup-failed", "threads-unreadable", "limit-unknown", "organisation-key", "sealing-failed",
                "no-room", "internal-error"}


def hidden_reader(keys):
    return keys.bob.gpg("--armor", "--trust-model", "always", "--hidden-recipient-file", keys.bob.certificate, "--encrypt", input=b"x")


def passphrase(keys):
    return keys.bob.gpg("--armor", "--pinentry-mode", "loopback", "--passphrase", "x", "--symmetric", input=b"inner")


def smime(keys):
    key, certificate = keys.bob.home / "smime.key", keys.bob.home / "smime.crt"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-subj", "/CN=Bob",
                    "-days", "30"], capture_output=True, check=True)
    sealed = subprocess.run(["openssl", "cms", "-encrypt", "-aes256", "-outform", "PEM", certificate], input=b"inner", capture_output=True,
                            check=True).stdout
    return b"".join(line + b"\r\n" for line in sealed.splitlines() if not line.startswith(b"-"))


def smime_mail(keys):
    return Mail([BOB], "[confidential] Offer", content=["Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m",
                                                        "Content-Transfer-Encoding: base64"], text=smime(keys))


def fake(keys):
    return pgp_mime([BOB], "[confidential] Offer", keys.store(b"x"))


def partial(keys):
    block = keys.encrypt(b"inner", keys.bob).replace(b"\n", b"\r\n")
    return Mail([BOB], "[confidential] Offer", text=block + b"\r\nP.S. {marker}\r\n")


def nested(_):
    levels = range(150)
    text = b"".join(b"--b%03d\r\nContent-Type: multipart/mixed; boundary=b%03d\r\n\r\n" % (level, level + 1) for level in levels)
    return Mail([BOB], "[confidential] Offer", content=["Content-Type: multipart/mixed; boundary=b000"],
                text=text + b"-----BEGIN PGP MESSAGE-----\r\n{marker}\r\n")


def large(_):
    return Mail([BOB], "[confidential] Offer", text=b"{marker}\r\n" * 30)


def clear(to, subject="[confidential] Offer"):
    return lambda _: Mail([to], subject)


# reason: the mail, what the policy says otherwise than usual, the code, and a part of the reply
REASONS = {
    "no-key": (clear(ZOE), {}, "550 5.7.1", "Ask them for their OpenPGP key, or use Signal or Jitsi instead."),
    "key-expired": (clear("erin@partner.example"), {}, "550 5.7.5", "has expired. Ask them for a new OpenPGP key"),
    "key-revoked": (clear("rolf@partner.example"), {}, "550 5.7.5", "is revoked. Ask them for a new OpenPGP key"),
    "key-disabled": (clear("carol@partner.example"), {}, "550 5.7.5", "is disabled here. Ask your mail administrator about this key"),
    "key-not-for-encryption": (clear("sigrid@partner.example"), {}, "550 5.7.5", "cannot be used for encryption. Ask them for a new"),
    "key-weak": (clear("rsa1024@partner.example"), {}, "550 5.7.5", "is too weak. Ask them for a new OpenPGP key"),
    "tier": (clear(ZOE, "[secret] Offer"), {}, "550 5.7.1", "Ask them for an address at a safer mail service"),
    "not-encrypted": (clear(BOB, "[secret] Offer"), {}, "550 5.7.1", "Encrypt it with OpenPGP in your mail program"),
    "not-addressed": (lambda keys: pgp_mime([BOB], "[secret] x", keys.encrypt(b"x", keys.carol)), {}, "550 5.7.1",
                      "Encrypt it to the keys of all recipients"),
    "unverifiable": (lambda keys: pgp_mime([BOB], "[confidential] x", hidden_reader(keys)), {"unverifiable": "reject"}, "550 5.7.1",
                     "Send it unencrypted, and the gateway will encrypt it to their key."),
    "passphrase-only": (lambda keys: pgp_mime([BOB], "[secret] x", passphrase(keys)), {"unverifiable": "reject"}, "550 5.7.1",
                        f"nobody can tell whether {BOB} (secure) knows it"),
    "pgp-fake": (fake, {"partial": "reject"}, "550 5.7.1", "Send it unencrypted to have it encrypted here"),
    "pgp-partial": (partial, {"partial": "reject"}, "550 5.7.1", "or encrypt all of it with OpenPGP"),
    "smime-not-accepted": (smime_mail, {"accept_smime": "false"}, "550 5.7.1", "S/MIME is not accepted"),
    "near-miss": (clear(BOB, "[confidental] Offer"), {}, "550 5.7.1", "did you mean [confidential]? Correct it and send it again"),
    "downgrade": (clear(BOB, "[internal] Re: [...]"), {"downgrade": "reject"}, "550 5.7.1", "Tag it like the mail that it answers"),
    "untagged": (clear(BOB, "Offer"), {"untagged": "reject"}, "550 5.7.1", "Write [public], [internal], [confidential] or [secret] in the"),
    "too-large": (large, {}, "552 5.3.4", "Send less in one mail."),
    "too-large-sealed": (large, {}, "552 5.3.4", "larger than the mail server takes (1 kB), so it cannot go to bob@partner.example (secure)"),
    "too-many-copies": (lambda _: Mail([BOB], "[confidential] Offer", bcc=["carol@partner.example", "dave@riseup.net"]), {}, "552 5.3.4",
                        "Send it to fewer hidden recipients (Bcc) at a time, or send less in one mail."),
    "unreadable": (nested, {}, "550 5.7.1", "Send what it contains in mails of their own."),
}


def send(world, mail):
    """By smtplib, as Python programs do."""
    with smtplib.SMTP("127.0.0.1", world.postfix.smtp, local_hostname="client.example.org") as client:
        with pytest.raises(smtplib.SMTPDataError) as refusal:
            client.sendmail(mail.sender, mail.recipients, mail.data())
    said = refusal.value
    return Reply(said.smtp_code, tuple(said.smtp_error.decode("ascii").split("\n")))


def words(reply):
    """What is said, without the codes, however it was broken into lines."""
    return " ".join(re.sub(r"^5\.\d\.\d ", "", line) for line in reply.lines)


@pytest.fixture(name="as_wanted")
def gateway_for_a_reason(world, reason):
    _, changes, _, _ = REASONS[reason]
    carol = world.keys.carol.fingerprint
    limits = {"too-large": {"message_size": "1KiB"}, "too-many-copies": {"copies": "2KiB"}}.get(reason, {})
    if reason == "too-large-sealed":
        limits = {"submit": world.postfix.open_door(smtpd_milters="", message_size_limit="1500")}
    with world.gateway_with(policy=world.gateway.usual_policy(**changes), **limits):
        if reason == "key-disabled":
            world.gateway.run("keys", "disable", carol).check_returncode()
            world.gateway.reload()
        if reason == "key-weak":
            with world.keys_imported(CERTIFICATES / "rsa1024.asc"):
                yield world
        else:
            yield world
        if reason == "key-disabled":
            world.gateway.run("keys", "enable", carol).check_returncode()


@pytest.mark.parametrize("reason", REASONS)
def test_each_reason_says_who_why_and_what_next(as_wanted, reason):
    build, _, code, part = REASONS[reason]
    mail = build(as_wanted.keys)
    reply = send(as_wanted, mail)
    refused(as_wanted, mail, reply, reason)
    assert all(f"{reply.code} {line}".startswith(code + " ") for line in reply.lines), str(reply)
    assert words(reply).startswith("not sent: ") and part in words(reply), str(reply)
    assert words(reply).endswith(f"[sealgate {decision_id(reply)}]")


def test_the_table_has_every_reason_that_can_refuse():
    listed = set(re.findall(r'"([a-z-]+)"', SOURCE.read_text().partition("to_array<named<reason>>")[2]))
    assert listed - NEVER_REFUSE == set(REASONS)


def test_a_hundred_recipients_are_named_or_counted_in_lines_that_smtp_allows(world):
    people = [f"person.with.a.long.name.{number}@department-{number}.nowhere.example" for number in range(100)]
    mail = Mail(people + ["erin@partner.example"], "[confidential] Offer")
    reply = send(world, mail)
    refused(world, mail, reply, "no-key")
    assert len(reply.lines) <= 24 and words(reply).isascii()
    assert all(address in words(reply) for address in [*people[:25], "erin@partner.example"])
    named = sum(address in words(reply) for address in people)
    assert f"and {100 - named} others." in words(reply)
    assert "Ask them for their OpenPGP keys." in words(reply) and "has expired. Ask them for a new OpenPGP key." in words(reply)
    assert "Or use Signal or Jitsi instead." in words(reply) and words(reply).endswith(f"[sealgate {decision_id(reply)}]")
    last = words(Reply(reply.code, reply.lines[-1:]))
    assert last.startswith(f"not sent: tagged confidential, but there is no key for {people[0]} (unknown), {people[1]} (unknown)")
    assert "others. Ask them for their OpenPGP keys. Also: the key of erin@partner.example (secure) has expired." in last


def test_a_reply_that_just_fits_its_line_is_one_line_and_arrives_whole(world):
    short = send(world, Mail(["x@nowhere.example"], "[confidential] Offer"))
    spare = 510 - len(str(short))
    for length, is_one_line in ((1 + spare, True), (2 + spare, False)):
        mail = Mail(["x" * length + "@nowhere.example"], "[confidential] Offer")
        reply = send(world, mail)
        refused(world, mail, reply, "no-key")
        assert (len(reply.lines) == 1) == is_one_line
        assert words(reply).endswith(f"[sealgate {decision_id(reply)}]") and max(map(len, str(reply).splitlines())) <= 510
        assert words(Reply(reply.code, reply.lines[-1:])).startswith("not sent: tagged confidential, but there is no key for xxx")


@pytest.mark.parametrize("address", ["50%s%n%%@yahoo.com", '"50% off"@yahoo.com', "a=b#c{d}$e@yahoo.com"])
def test_an_address_is_shown_as_it_is_and_formats_nothing(world, address):
    mail = Mail(["zoe@yahoo.com"], "[confidential] Offer", bcc=[address])
    reply = send(world, mail)
    refused(world, mail, reply, "no-key")
    assert address.replace('"', "") in words(reply)


def swaks(world, mail):
    return subprocess.run(["swaks", "--server", f"127.0.0.1:{world.postfix.smtp}", "--from", mail.sender, "--to", ",".join(mail.to),
                           "--data", "-", "--helo", "client.example.org"], input=mail.data(), capture_output=True, timeout=60)


def neomutt(world, directory, to):
    settings = directory / "neomuttrc"
    settings.write_text(f"set smtp_url=smtp://127.0.0.1:{world.postfix.smtp}/ from=ann@example.org tmpdir={directory} record=\"\" "
                        "ssl_starttls=no ssl_force_tls=no hostname=client.example.org\n")
    return subprocess.run(["neomutt", "-n", "-F", settings, "-s", "[confidential] Offer", "--", *to], input=b"The price.\n",
                          capture_output=True, timeout=60, env=os.environ | {"HOME": str(directory), "TERM": "dumb"})


def test_swaks_shows_the_same(world):
    mail = Mail([ZOE], "[confidential] Offer")
    run = swaks(world, mail)
    shown, = [line for line in run.stdout.decode().splitlines() if line.startswith("<**")]
    assert shown.startswith(f"<** 550 5.7.1 not sent: tagged confidential, but there is no key for {ZOE} (unsecure). "
                            "Ask them for their OpenPGP key, or use Signal or Jitsi instead. [sealgate ")
    assert run.returncode != 0 and world.arrived(mail) == []


def test_neomutt_shows_the_same(world, tmp_path):
    run = neomutt(world, tmp_path, [ZOE])
    shown = run.stderr.decode()
    assert (f"550 5.7.1 not sent: tagged confidential, but there is no key for {ZOE} (unsecure). "
            "Ask them for their OpenPGP key, or use Signal or Jitsi instead. [sealgate ") in shown, shown + run.stdout.decode()
    world.settle()
    assert world.sink.deliveries == []


# Too many for one line.
CROWD = [f"person.with.a.long.name.{number}@department-{number}.nowhere.example" for number in range(12)]


def says_all_alone(line):
    """Whether a reply's last line tells who, why and what next to somebody who sees no other."""
    return (line.startswith(f"not sent: tagged confidential, but there is no key for {CROWD[0]} (unknown)")
            and "others. Ask them for their OpenPGP keys, or use Signal or Jitsi instead. [sealgate " in line and line.endswith("]"))


def test_of_several_lines_each_stands_by_itself_and_the_last_alone_says_what_to_do(world):
    # Thunderbird shows the lines one below the other; others join them with a blank, or show the first or the last.
    reply = send(world, Mail(CROWD, "[confidential] Offer"))
    assert len(reply.lines) > 1
    lines = [words(Reply(reply.code, (line,))) for line in reply.lines]
    assert lines[0].startswith("not sent: tagged confidential, but there is no key for ")
    assert says_all_alone(lines[-1]), lines[-1]
    for address in CROWD:
        assert any(f"{address} (unknown)" in line for line in lines[:-1]), f"{address} is cut, or parted from its tier"
    assert all(line == line.strip() and "  " not in line for line in lines)
    assert lines[-2].endswith("."), "the last line begins a sentence of its own"


def test_swaks_and_neomutt_show_several_lines(world, tmp_path):
    run = swaks(world, Mail(CROWD, "[confidential] Offer"))
    first, *_, last = [line for line in run.stdout.decode().splitlines() if line.startswith("<**")]
    assert first.startswith("<** 550-5.7.1 not sent: ") and last.startswith("<** 550 5.7.1 ")
    assert says_all_alone(last.removeprefix("<** 550 5.7.1 ")), last
    shown = neomutt(world, tmp_path, CROWD).stderr.decode()
    at = shown.find("550 5.7.1 ")
    assert at >= 0 and says_all_alone(shown[at:].removeprefix("550 5.7.1 ").splitlines()[0].strip()), shown
    world.settle()
    assert world.sink.deliveries == []
