"""Monitor mode decides and logs, and changes nothing: how an organisation tries a policy out."""

import pytest
from expect import unchanged
from mails import Mail


@pytest.fixture(scope="module", autouse=True)
def monitor(opened_world):
    with opened_world.gateway_with(mode="monitor"):
        yield


@pytest.mark.parametrize("subject, to, would", [
    ("[confidential] Offer", "zoe@yahoo.com", "reject"),
    ("[confidential] Offer", "bob@partner.example", "seal"),
    ("[secret] Offer", "max@example.org", "hold"),
    ("[confidental] Offer", "bob@partner.example", "reject"),
    ("[public] Offer", "zoe@yahoo.com", "deliver"),
    ("[internal] Offer", "zoe@yahoo.com", "warn"),
])
def test_monitor_mode_changes_nothing_and_logs(world, subject, to, would):
    mail = Mail([to], subject, sender="moni@example.org")
    unchanged(world, mail, world.send(mail))
    record = world.record(mail)
    assert (record["mode"], record["outcome"]) == ("monitor", would)
    assert not world.sink.wait_for(lambda delivery: delivery.recipients == ["moni@example.org"], timeout=0.3)
