"""When the gateway, its disk or its peers fail, mail waits: it neither leaves in clear nor gets lost."""

import resource
import shutil
import signal
import time
from contextlib import contextmanager

import pytest
from expect import sealed, unchanged
from mails import Mail, text_of


def deferred(world, mail, reply):
    """The client was told to come back, and nothing of the mail went anywhere."""
    assert 400 <= reply.code < 500, str(reply)
    assert world.arrived(mail) == []
    assert world.leaks(mail) == []


@pytest.fixture
def mail():
    return Mail(["bob@partner.example"], "[confidential] Offer")


# The gateway is away.


def test_not_running_defers(world, mail):
    world.gateway.stop()
    deferred(world, mail, world.send(mail))
    world.gateway.start()
    sealed(world, mail, world.send(mail))


def test_killed_during_the_message_defers(world, mail):
    with world.client() as client:
        client.begin(mail.sender, mail.recipients)
        client.send_raw(mail.data()[:-20])
        world.gateway.kill()
        client.send_raw(mail.data()[-20:])
        deferred(world, mail, client.finish())


def test_killed_while_it_decides_defers(world, mail):
    with world.client() as client:
        client.begin(mail.sender, mail.recipients)
        client.send_raw(mail.data())
        world.gateway.signal(signal.SIGSTOP)  # so that the whole message waits for an answer that never comes
        client.send_raw(b".\r\n")
        time.sleep(0.5)
        world.gateway.kill()
        deferred(world, mail, client.reply())


def test_after_a_crash_the_next_mail_is_sealed_and_the_log_is_whole(world, mail):
    world.gateway.kill()
    world.gateway.start()
    sealed(world, mail, world.send(mail))
    verify = world.gateway.run("audit", "verify")
    assert verify.returncode == 0, verify.stdout + verify.stderr


# The gateway stops.


def test_sigterm_drains_the_message_in_hand(world, mail):
    with world.client() as client:
        client.begin(mail.sender, mail.recipients)
        client.send_raw(mail.data()[:-20])
        world.gateway.signal(signal.SIGTERM)
        time.sleep(0.5)
        assert world.gateway.running, "it left in the middle of a message"
        deferred_meanwhile = Mail(["bob@partner.example"], "[confidential] too late")
        deferred(world, deferred_meanwhile, world.send(deferred_meanwhile))
        client.send_raw(mail.data()[-20:])
        sealed(world, mail, client.finish())
    assert world.gateway.wait(timeout=10) == 0


def large_mail():
    return Mail(["bob@partner.example"], "[confidential] Offer", text=text_of(4_320_000))


def test_monitor_mode_passes_what_the_disk_has_no_room_for(world, faults):
    world.gateway.configure(mode="monitor")
    world.gateway.stop()
    world.gateway.start(faults.environment)
    large = large_mail()
    faults.arm("full gpg/#")
    unchanged(world, large, world.send(large))
    assert faults.failed()


def test_a_disk_without_room_for_a_large_body_defers_it_alone(world, faults):
    large = large_mail()
    faults.arm("full gpg/#")
    reply = world.send(large)
    assert reply.code == 452 and "no room" in str(reply), str(reply)
    assert "No space left on device" in world.gateway.log()
    faults.disarm()
    assert world.send(large).code == 250
    world.wait_until(lambda: len(world.arrived(large)) == 1)


def test_sigterm_does_not_wait_for_idle_clients(world):
    with world.client():
        assert world.gateway.stop(timeout=10) == 0


# The audit log can't be written: no record, no answer but "later".


@contextmanager
def full_disk(gateway):
    """No file of the gateway may grow any more."""
    resource.prlimit(gateway.pid, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        if gateway.running:
            resource.prlimit(gateway.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def test_a_full_disk_defers_and_recovers(world):
    mails = [Mail(["max@example.org"], "[internal] Minutes") for _ in range(3)]
    unchanged(world, mails[0], world.send(mails[0]))
    with full_disk(world.gateway):
        deferred(world, mails[1], world.send(mails[1]))
        refusable = Mail(["bob@yahoo.com"], "[confidential] Offer")
        deferred(world, refusable, world.send(refusable))
        assert world.gateway.running
    unchanged(world, mails[2], world.send(mails[2]))
    unchanged(world, mails[1], world.send(mails[1]))
    verify = world.gateway.run("audit", "verify")
    assert verify.returncode == 0, verify.stdout + verify.stderr


def test_a_decision_is_never_recorded_into_a_file_that_is_gone(world):
    audit = world.gateway.state / "audit"
    aside = world.root / "audit-aside"
    audit.rename(aside)
    mail = Mail(["max@example.org"], "[internal] Minutes")
    try:
        reply = world.send(mail)
        if reply.code == 250:
            assert world.gateway.records_of(mail.message_id), "accepted, with no record where auditors look"
        else:
            deferred(world, mail, reply)
    finally:
        world.gateway.stop()
        shutil.rmtree(audit, ignore_errors=True)
        aside.rename(audit)
        world.gateway.start()


def test_without_an_audit_directory_nothing_starts(world):
    audit = world.gateway.state / "audit"
    aside = world.root / "audit-aside"
    world.gateway.stop()
    audit.rename(aside)
    audit.write_text("a file stands where the directory should be\n")
    try:
        run = world.gateway.run("serve", timeout=10)
        assert run.returncode == 2
        assert "audit" in run.stderr
    finally:
        audit.unlink()
        aside.rename(audit)
        world.gateway.start()


# The world behind Postfix fails: not ours to notice, but nothing may be doubled or lost.


def test_a_slow_next_server_gets_the_mail_once(world, mail):
    world.sink.answer(".", "451 4.3.0 later", times=2)
    reply = world.send(mail)
    found = world.sink.wait_for(lambda delivery: delivery.field("Message-ID") == f"<{mail.message_id}>", timeout=30)
    assert len(found) == 1
    sealed(world, mail, reply)
