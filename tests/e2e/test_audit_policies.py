"""What "sha256:…" in a record said: every policy that was in force is kept beside the log, and proves itself."""

import hashlib
import json

from mails import Mail


def digest_in_force(world):
    mail = Mail(["max@example.org"], "[internal] Lunch")
    world.send(mail)
    return world.record(mail)["policy"]


def printed(world, digest):
    return world.gateway.run("audit", "policy", digest)


def test_each_policy_that_was_in_force_is_printed_as_it_was(world):
    before = world.gateway.usual_policy()
    first = digest_in_force(world)
    assert printed(world, first).stdout == before
    with world.gateway_with():
        after = world.gateway.usual_policy(once_per="11h")
        world.gateway.write_policy(after)
        assert world.gateway.run("reload").returncode == 0
        second = digest_in_force(world)
        assert printed(world, second).stdout == after and printed(world, first).stdout == before
        assert printed(world, second[:len("sha256:") + 8]).stdout == after
        file = world.gateway.state / "audit/policies" / second.removeprefix("sha256:")
        assert hashlib.sha256(file.read_bytes()).hexdigest() == file.name and file.stat().st_mode & 0o777 == 0o640
        file.write_text(after.replace("11h", "12h"))
        run = printed(world, second)
        assert run.returncode == 1 and "was changed" in run.stderr and run.stdout == ""
        file.unlink()


def test_what_differs_is_told_in_lines(world):
    first = digest_in_force(world)
    with world.gateway_with():
        world.gateway.write_policy(world.gateway.usual_policy(once_per="13h", internal="{default: deliver}") + "# a comment\n")
        assert world.gateway.run("reload").returncode == 0
        second = digest_in_force(world)
        went = "- rules: internal: {organisation: deliver, secure: deliver, even-better: deliver, better: deliver, unsecure: warn, default: warn}"
        lines = [went, "+ rules: internal: {default: deliver}", "- notices: once_per: 24h", "+ notices: once_per: 13h"]
        assert world.gateway.run("audit", "policy", first, second).stdout.splitlines() == lines
        assert json.loads(world.gateway.run("audit", "policy", first, second, "--json").stdout) == {"from": first, "to": second, "lines": lines}
        assert "only comments differ" in world.gateway.run("audit", "policy", first, first).stdout
        shown = world.gateway.run("audit", "show", "--event", "reload", "--last", "1").stdout
        assert "; policy: " + "; ".join(lines) in shown
        report = json.loads(world.gateway.run("report", "--json").stdout)
        assert [change for change in report["gateway"]["changes"] if change["kind"] == "policy"][-1]["lines"] == lines
        assert report["organisation"] == "Example Org" and report["host"]


def test_what_never_was_in_force_is_not_there(world):
    for digest, why in (("sha256:" + "0" * 64, "is kept in"), ("sha256:12", "is no digest"), ("../../policy", "is no digest")):
        run = printed(world, digest)
        assert run.returncode == 1 and why in run.stderr


def test_a_policy_that_cannot_be_kept_holds_up_no_mail(world):
    directory = world.gateway.state / "audit/policies"
    for file in directory.iterdir():
        file.unlink()
    directory.rmdir()
    directory.write_text("in the way")
    world.gateway.restart()
    digest_in_force(world)
    assert "cannot be kept beside the audit log" in world.gateway.log()
    directory.unlink()
    world.gateway.restart()
