"""Hold, and changing the policy while mail flows."""

import pytest
from expect import refused, results, sealed
from mails import Mail


def test_hold_puts_the_mail_into_postfixs_hold_queue(world):
    mail = Mail(["max@example.org"], "[secret] among colleagues")
    assert world.send(mail).code == 250
    entry, = world.queued(mail)
    assert entry["queue_name"] == "hold"
    assert world.arrived(mail) == []
    record = world.record(mail)
    assert record["outcome"] == "hold"
    assert record["queue_id"] == entry["queue_id"]
    assert results(record) == {"max@example.org": ("hold", "tier")}


def test_no_key_hold_holds(world):
    mail = Mail(["zoe@yahoo.com"], "[confidential] Offer")
    with world.gateway_with(policy=world.gateway.usual_policy(no_key="hold")):
        assert world.send(mail).code == 250
        entry, = world.queued(mail)
    assert entry["queue_name"] == "hold"
    assert results(world.record(mail)) == {"zoe@yahoo.com": ("hold", "no-key")}
    assert world.arrived(mail) == []


def test_a_changed_policy_is_in_force_after_sighup(world):
    try:
        world.gateway.write_policy(world.gateway.usual_policy(no_key="hold"))
        said = world.gateway.reload()
        assert " reloaded: " in said, said
        mail = Mail(["zoe@yahoo.com"], "[confidential] Offer")
        assert world.send(mail).code == 250
        assert world.record(mail)["outcome"] == "hold"
    finally:
        world.gateway.write_policy(world.gateway.usual_policy())
        world.gateway.reload()


@pytest.mark.parametrize("bad", ["organisation: [", "organisation: {name: x, domains: [example.org]}\n", ""])
def test_a_bad_policy_at_sighup_leaves_the_old_one_in_force(world, bad):
    before = world.gateway.pid
    try:
        world.gateway.write_policy(bad)
        said = world.gateway.reload()
        assert "policy.yaml" in said, said
        assert world.gateway.running and world.gateway.pid == before
        mail = Mail(["zoe@yahoo.com"], "[confidential] Offer")
        refused(world, mail, world.send(mail), "no-key")
        other = Mail(["bob@partner.example"], "[confidential] Offer")
        sealed(world, other, world.send(other))
    finally:
        world.gateway.write_policy(world.gateway.usual_policy())
        world.gateway.reload()


def test_a_message_begun_before_a_reload_is_decided_all_the_same(world):
    mail = Mail(["bob@partner.example"], "[confidential] Offer")
    with world.client() as client:
        client.begin(mail.sender, mail.recipients)
        world.gateway.reload()
        client.send_raw(mail.data())
        sealed(world, mail, client.finish())


def test_a_bad_policy_starts_nothing(world):
    world.gateway.stop()
    try:
        world.gateway.write_policy(world.gateway.usual_policy().replace("near_miss:", "near_mis:"))
        run = world.gateway.run("serve", timeout=10)
        assert run.returncode in (1, 2)
        assert "policy.yaml:" in run.stderr and 'did you mean "near_miss"?' in run.stderr
    finally:
        world.gateway.configure()
        world.gateway.start()
