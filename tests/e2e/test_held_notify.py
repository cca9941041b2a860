"""held.notify: who hears of held mail, how often, and that nothing of the mail itself is told."""

from mails import Mail

TO = "postmaster@example.org"


def notices(world, words="held"):
    return [delivery for delivery in world.sink.deliveries
            if delivery.recipients == [TO] and words in (delivery.field("Subject") or "")]


def hold(world, subject="[secret] among colleagues"):
    mail = Mail(["max@example.org"], subject)
    assert world.send(mail).code == 250
    return mail


def forget(world):
    """What administrators were told is nobody's business any more."""
    for path in (world.gateway.state / "held").rglob("*"):
        if path.is_file() and path.name != "lock":
            path.unlink()


def test_new_held_mail_is_told_once_an_hour_with_the_commands_to_type(world):
    forget(world)
    with world.gateway_with(held="{notify: [%s]}" % TO):
        mail = hold(world)
        world.wait_until(lambda: notices(world), timeout=20)
        notice, = notices(world)
        record = world.record(mail)
        text = notice.data.replace(b"=\r\n", b"").decode()
        assert record["queue_id"] in text and f"[sealgate {record['id']}]" in text and "secret: tier" in text
        assert "sealgate held release ID" in text and "sealgate held refuse ID" in text
        assert "among colleagues" not in text and mail.marker not in text
        assert notice.sender == "" and notice.field("Auto-Submitted") == "auto-generated"
        hold(world)
        world.gateway.restart()
        world.settle()
        assert len(notices(world)) == 1  # the next one within the hour waits, and the first is not told again


def test_what_nobody_decides_about_is_told_once_more(world):
    forget(world)
    with world.gateway_with(held="{notify: [%s], remind: 1s}" % TO):
        hold(world)
        world.wait_until(lambda: notices(world), timeout=20)
        world.gateway.stop()
        (world.gateway.state / "held" / "told").unlink()  # an hour later
        world.sink.forget()
        world.gateway.start()
        world.wait_until(lambda: notices(world, "nobody has decided"), timeout=20)


def test_what_is_released_or_gone_is_told_no_more(world, held):
    forget(world)
    with world.gateway_with(held="{notify: [%s]}" % TO):
        mail = hold(world)
        waiting = world.gateway.state / "held" / "waiting"
        world.wait_until(lambda: list(waiting.glob("*.json")))
        held.released(world.record(mail)["queue_id"])
        assert list(waiting.glob("*.json")) == []


def test_without_held_notify_nobody_is_told_and_nothing_is_kept(world):
    forget(world)
    hold(world)
    world.settle()
    assert notices(world) == [] and not list((world.gateway.state / "held").rglob("*.json"))
