"""limits.memory is a promise: whatever comes, the messages under way take no more, and what has to wait for that is not refused.

Measured is what the kernel cannot have back (RssAnon); the files in which large bodies lie are not of it.
"""

import concurrent.futures
import contextlib
import os
from pathlib import Path

import pytest
from mails import Mail, text_of
from milter_client import MilterClient
from processes import PeakMemory

MEBI = 1 << 20
BOB, CAROL = "bob@partner.example", "carol@partner.example"


def mail_of(size, **how):
    return Mail([BOB], "[confidential] Offer", text=text_of(size), **how)


def send_at_once(world, mails):
    with concurrent.futures.ThreadPoolExecutor(len(mails)) as clients:
        return [reply.code for reply in clients.map(world.send, mails)]


@pytest.mark.parametrize("engine", ["auto", "gpg"])
def test_a_large_mail_is_sealed_in_less_memory_than_it_has_octets(world, engine):
    with world.gateway_with(policy=world.gateway.usual_policy(engine=engine)):
        world.wait_until(lambda: engine == "gpg" or "proved, and in use" in world.gateway.log())
        mail = mail_of(24 * MEBI, bcc=[CAROL])
        with PeakMemory(world.gateway.pid) as peak:
            assert world.send(mail).code == 250
            world.wait_until(lambda: len(world.arrived(mail)) == 2, timeout=60)
    assert peak.growth < 12 * MEBI
    for delivery in world.arrived(mail):
        assert mail.body() in getattr(world.keys, delivery.recipients[0].partition("@")[0]).decrypt(delivery.body())


def test_what_others_encrypted_is_read_within_the_budget(world):
    """The worst of it: in quoted-printable, with its readers' key ids hidden, so that its digits are looked at without them."""
    to = ("--hidden-recipient-file", world.keys.bob.certificate, "--hidden-recipient-file", world.keys.carol.certificate)
    armor = world.keys.bob.gpg("--armor", "--trust-model", "always", *to, "--encrypt", input=os.urandom(16 * MEBI))
    mail = Mail([BOB], "[confidential] Offer", content=["Content-Type: text/plain", "Content-Transfer-Encoding: quoted-printable"],
                text=armor.replace(b"=", b"=3D").replace(b"\n", b"\r\n"))
    with PeakMemory(world.gateway.pid) as peak:
        assert world.send(mail).code == 250
    assert world.record(mail)["protection"] == "pgp-inline"
    assert peak.growth < 3.5 * len(mail.data())


def test_many_at_once_wait_for_their_memory_and_none_is_refused(world):
    with world.gateway_with(memory="16MiB"), PeakMemory(world.gateway.pid) as peak:
        mails = [mail_of(3 * MEBI, bcc=[CAROL]) for _ in range(12)] + [mail_of(100) for _ in range(8)]
        assert set(send_at_once(world, mails)) == {250}
        world.wait_until(lambda: not world.gateway.outbox(), timeout=60)
    assert peak.growth < (16 + 64) * MEBI
    for mail in mails:
        assert {address for delivery in world.arrived(mail) for address in delivery.recipients} == set(mail.recipients)


def test_what_can_never_fit_is_refused_with_words(world):
    with world.gateway_with(memory="16MiB"):
        reply = world.send(mail_of(17 * MEBI))
        assert reply.code == 552 and "larger than the gateway reads" in str(reply), str(reply)
        assert world.send(mail_of(1000)).code == 250
        assert "limits.memory has to hold four times as much" in world.gateway.run("check").stderr


def test_less_memory_after_a_reload_keeps_nobody_waiting_for_ever(world):
    large = mail_of(12 * MEBI)
    with world.gateway_with(memory="64MiB"):
        with world.milter() as milter:
            milter.envelope("ann@example.org", [BOB])
            milter.content(large.data())
            world.gateway.configure(memory="16MiB")
            assert "reloaded" in world.gateway.reload()
            assert milter.end().code == 250
        assert world.send(mail_of(1000)).code == 250


def test_a_slow_envelope_takes_nobodys_place(world):
    with world.gateway_with(memory="8MiB"), contextlib.ExitStack() as silent:
        for _ in range(100):
            silent.enter_context(world.milter()).envelope("ann@example.org", [BOB])
        assert world.send(mail_of(1000)).code == 250


def test_headers_and_recipients_are_counted_too(world):
    """A header beyond all reason, many times at once, from somebody who never ends the mail: they wait, and others' mail goes."""
    line = b"X-Filler: " + b"x" * 50_000 + b"\r\n"
    with world.gateway_with(memory="16MiB"), PeakMemory(world.gateway.pid) as peak, contextlib.ExitStack() as hostile:
        for _ in range(6):
            milter = hostile.enter_context(MilterClient(world.gateway.unix_endpoint))
            milter.socket.settimeout(0.5)
            milter.envelope("ann@example.org", [BOB])
            with contextlib.suppress(TimeoutError):  # it reads no more
                milter.content(line * (10 * MEBI // len(line)) + b"\r\n")
        assert peak.growth < (16 + 64) * MEBI
    assert peak.growth > 2 * MEBI, "it was not measured"
    assert world.send(mail_of(1000)).code == 250


@contextlib.contextmanager
def memory_group(pid, most):
    """The process in a memory cgroup of its own, with no room to swap."""
    groups = Path("/sys/fs/cgroup/memory")
    if not groups.is_dir():
        pytest.skip("no memory cgroup of version 1 here")
    group = groups / f"sealgate-test-{os.getpid()}"
    group.mkdir()
    try:
        (group / "memory.limit_in_bytes").write_text(str(most))
        (group / "cgroup.procs").write_text(str(pid))
        yield group
        (groups / "cgroup.procs").write_text(str(pid))
    finally:
        with contextlib.suppress(OSError):
            group.rmdir()


def test_under_a_limit_of_the_kernel_it_is_never_killed(world):
    """Also of what is mapped only so much can be in memory; the rest is on disk meanwhile."""
    with world.gateway_with(memory="64MiB"), memory_group(world.gateway.pid, 64 * MEBI):
        process = world.gateway.pid
        mails = [mail_of(15 * MEBI) for _ in range(6)]
        assert set(send_at_once(world, mails)) == {250}
        assert world.gateway.running and world.gateway.pid == process
    assert all(len(world.arrived(mail)) == 1 for mail in mails)
