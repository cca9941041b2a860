"""`sealgate setup` takes a Postfix that has never heard of it to watched mail and back, and breaks nothing on the way."""

import os
import pty
import re
import subprocess
import time

import pytest
from installation import DOMAIN, Machine


@pytest.fixture
def machine():
    with Machine() as machine:
        yield machine


def watched(machine, port=None):
    """Whether the gateway decides about a mail that comes in there."""
    reply, mail = machine.send("[internal] Minutes", port=port)
    assert reply.code == 250, str(reply)
    return machine.outcome_of(mail) == "deliver"


def test_from_nothing_to_watched_mail_and_back(machine):
    before = machine.manner()
    said = machine.set_up("--domain", DOMAIN, "--from", f"it@{DOMAIN}")
    assert machine.manner() == before and not said["applied"], "without --apply it only says what it would do"
    assert {one["state"] for one in said["files"]} == {"written"}
    assert f"domains: [{DOMAIN}]" in machine.policy.read_text() and "mode: monitor" in machine.config.read_text()
    assert machine.run("check").returncode == 0
    machine.start()
    assert not watched(machine)

    run = machine.setup("--apply", "--yes")
    assert run.returncode == 0 and re.search("Next: sealgate .*doctor", run.stdout), run.stdout + run.stderr
    assert watched(machine) and watched(machine, machine.postfix.submission)
    local = machine.postfix.sendmail(f"cron@{DOMAIN}", [f"max@{DOMAIN}"], b"Subject: [internal] Backup\nMessage-ID: <1.local@x>\n\nDone.\n")
    assert local.returncode == 0
    wait_until(lambda: any("1.local@x" in (one["message_id"] or "") for one in machine.records()))
    assert machine.sink.wait_for(lambda delivery: "Backup" in delivery.field("Subject"), 15)
    reply, mail = machine.send("[internal] Notice", port=10025)
    assert reply.code == 250 and machine.outcome_of(mail) is None, "what the gateway hands in is not asked about again"

    once = machine.manner()
    run = machine.setup("--apply", "--yes")
    assert run.returncode == 0 and "nothing is changed" in run.stdout
    assert machine.manner() == once

    run = machine.setup("--undo")
    assert run.returncode == 0 and "Taken out" in run.stdout, run.stderr
    assert machine.manner() == before and list(machine.main.parent.glob("*sealgate*")) == []
    assert not watched(machine)
    run = machine.setup("--undo")
    assert run.returncode == 0 and "nothing is changed" in run.stdout


def test_owner_mode_and_links_of_both_files_are_kept(machine):
    real = machine.root / "real.cf"
    machine.main.rename(real)
    machine.main.symlink_to("../../real.cf")
    real.chmod(0o640)
    os.chown(machine.master, 0, 4)
    machine.master.chmod(0o600)
    before = machine.manner()
    machine.install()
    after = machine.manner()
    assert [one[1:] for one in after] == [one[1:] for one in before] and after != before
    assert "sealgate_milters" in real.read_text()
    assert machine.setup("--undo").returncode == 0
    assert machine.manner() == before


def test_what_somebody_has_changed_since_stays_when_setup_is_undone(machine):
    machine.postconf("-e", "smtpd_milters = { inet:127.0.0.1:9, default_action=accept }")
    machine.install()
    machine.postconf("-e", "smtpd_milters = $sealgate_milters, { inet:127.0.0.1:9, default_action=accept }, { inet:127.0.0.1:10, default_action=accept }",
                     "bounce_size_limit = 7", "banner_of_mine = hello")
    run = machine.setup("--undo")
    assert run.returncode == 0 and "bounce_size_limit was changed since" in run.stderr
    assert machine.postconf("-h", "smtpd_milters") == "{ inet:127.0.0.1:9, default_action=accept }, { inet:127.0.0.1:10, default_action=accept }"
    assert machine.postconf("-h", "bounce_size_limit") == "7"
    assert "sealgate" not in machine.main.read_text() + machine.master.read_text()
    assert "# The administrator's own words." in machine.main.read_text()


def test_it_stands_behind_what_verifies_and_before_what_signs(machine):
    verifies, signs = "{ unix:opendkim/verify.sock, default_action=accept }", "{ inet:127.0.0.1:8891, default_action=accept }"
    machine.postconf("-e", f"verify = {verifies}", f"dkim = {signs}", "smtpd_milters = $verify, $dkim", "non_smtpd_milters = $smtpd_milters")
    machine.postconf("-P", "-e", f"127.0.0.1:{machine.postfix.submission}/inet/smtpd_milters=" + signs.replace(" ", ""))
    with open(machine.master, "a") as master:
        master.write("127.0.0.1:10026 inet n - y - - smtpd\n  -o content_filter=\n  -o smtpd_milters=inet:127.0.0.1:8891\n")
    machine.install()
    assert machine.postconf("-h", "smtpd_milters") == "$verify, $sealgate_milters, $dkim"
    assert machine.postconf("-h", "non_smtpd_milters") == "$smtpd_milters"
    own = machine.postconf("-P")
    assert f"127.0.0.1:{machine.postfix.submission}/inet/smtpd_milters = $sealgate_milters,{{inet:127.0.0.1:8891,default_action=accept}}" in own
    assert "127.0.0.1:10026/inet/smtpd_milters = inet:127.0.0.1:8891" in own, "what a content filter gives back has been in"
    assert "127.0.0.1:10025/inet/smtpd_milters = { inet:127.0.0.1:8891" in machine.postconf("-xP")
    assert watched(machine) and watched(machine, machine.postfix.submission)


def test_a_signer_that_stands_before_it_is_put_behind(machine):
    machine.install()
    machine.postconf("-e", "smtpd_milters = { inet:localhost:8891, default_action=accept }, $sealgate_milters")
    machine.set_up("--apply", "--yes")
    assert machine.postconf("-h", "smtpd_milters") == "$sealgate_milters, { inet:localhost:8891, default_action=accept }"


def test_a_gateway_that_does_not_answer_is_not_put_before_mail(machine):
    before = machine.manner()
    machine.set_up("--domain", DOMAIN, "--yes")
    run = machine.setup("--apply", "--yes")
    assert run.returncode == 1 and "does not answer" in run.stderr and "Start the gateway" in run.stderr
    assert machine.manner() == before and not watched(machine)


def test_what_postfix_refuses_is_put_back(machine):
    machine.set_up("--domain", DOMAIN, "--yes")
    machine.start()
    machine.postconf("-e", "setgid_group = nobody_has_this_group")
    before = machine.manner()
    run = machine.setup("--apply", "--yes")
    assert run.returncode == 1 and "Postfix is as it was" in run.stderr, run.stderr
    assert machine.manner() == before
    machine.postconf("-e", "setgid_group = postdrop")


def test_a_file_that_somebody_changed_is_not_written_over(machine):
    machine.set_up("--domain", DOMAIN, "--yes")
    machine.config.write_text(machine.config.read_text().replace("copies: 1GiB", "copies: 2GiB"))
    said = machine.set_up("--domain", "other.example", "--yes", "--mode", "enforce")
    states = {one["file"]: one["state"] for one in said["files"]}
    assert states == {str(machine.config): "kept", str(machine.policy): "written"}
    assert "copies: 2GiB" in machine.config.read_text() and "domains: [other.example]" in machine.policy.read_text()
    said = machine.set_up("--yes")
    assert {one["file"]: one["state"] for one in said["files"]}[str(machine.policy)] == "kept"


def test_it_asks_on_a_terminal_and_proposes_what_postfix_says(machine):
    controller, terminal = pty.openpty()
    process = subprocess.Popen(machine.command("setup", "--postfix-config", str(machine.postfix.config)), stdin=terminal, stdout=terminal,
                               stderr=terminal)
    os.close(terminal)
    os.write(controller, b"no domain\n\nit@north.example\nenforce\n")
    said = ""
    while True:
        try:
            said += os.read(controller, 4096).decode()
        except OSError:
            break
    assert process.wait(20) == 0, said
    assert f"[{DOMAIN}]" in said and "is no domain" in said and re.search("sealgate .*setup --apply", said)
    assert "mode: enforce" in machine.config.read_text() and "from: it@north.example" in machine.policy.read_text()


@pytest.mark.parametrize("words, status, says", [
    ([], 2, "nobody can be asked"), (["--domain", "x"], 2, "is no domain"), (["--apply", "--undo"], 2, "not both"),
    (["--yes", "--mode", "loud"], 2, "is no mode"), (["--yes", "--from", "a b@c.de"], 2, "is no address"),
])
def test_it_says_what_it_does_not_understand(machine, words, status, says):
    run = machine.setup(*words)
    assert run.returncode == status and says in run.stderr
    assert not machine.config.exists()


def test_a_configuration_that_postfix_cannot_read_is_left_alone(machine):
    text = machine.main.read_text() + "smtpd_milters = $smtpd_milters, inet:127.0.0.1:9\n"
    machine.main.write_text(text)
    run = machine.setup("--yes")
    assert run.returncode == 2 and re.search("cannot be read: /usr/sbin/postconf: .*nesting", run.stderr), run.stderr
    assert machine.main.read_text() == text


def wait_until(holds, timeout=15):
    deadline = time.monotonic() + timeout
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)
