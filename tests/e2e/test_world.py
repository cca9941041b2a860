"""The world tells the truth: what other tests conclude from silence rests on these."""


import leaks
import pytest
from mails import Mail, pgp_mime
from milter_client import MilterClient
from milter_stub import MilterStub
from smtp_client import SmtpClient
from smtp_sink import Sink


@pytest.fixture
def stub(bare_world):
    """A milter that lets everything pass, in the gateway's place."""
    bare_world._stop_gateway()
    with MilterStub(bare_world.gateway.socket) as stub:
        yield stub
    bare_world.sink.forget()


def test_sink_keeps_every_byte():
    awkward = b"Subject: x\r\n\r\n.\r\n..\r\n\0 bare \r and \n and \xff\r\n.last\r\n"
    with Sink() as sink, SmtpClient(sink.port) as client:
        assert client.send("a@example.org", ["b@example.org", "c@example.org"], awkward).code == 250
        delivery, = sink.deliveries
        assert (delivery.sender, delivery.recipients) == ("a@example.org", ["b@example.org", "c@example.org"])
        assert delivery.data == awkward


def test_sink_answers_as_told():
    with Sink() as sink, SmtpClient(sink.port) as client:
        sink.answer("RCPT", "450 4.2.0 later")
        sink.answer(".", "554 5.6.0 no")
        assert client.send("a@example.org", ["b@example.org"], b"\r\n").code == 450
        assert client.send("a@example.org", ["b@example.org"], b"\r\n").code == 554
        assert client.send("a@example.org", ["b@example.org"], b"\r\n").code == 250
        assert len(sink.deliveries) == 1


def test_postfix_relays_unchanged(bare_world, stub):
    mail = Mail(["bob@partner.example", "ann@example.org"])
    assert bare_world.send(mail).code == 250
    delivery, = bare_world.arrived(mail)
    assert delivery.without_trace() == mail.data()
    assert sorted(delivery.recipients) == sorted(mail.recipients)


def test_the_milter_sees_the_client_and_the_login(bare_world, stub):
    bare_world.send(Mail(["bob@partner.example"]), source="127.0.0.2")
    assert stub.seen[-1]["client"] == "127.0.0.2"
    with bare_world.client(bare_world.postfix.submission, "127.0.0.3") as client:
        assert client.send("ann@example.org", ["bob@partner.example"], Mail(["x@y.example"]).data()).code == 554
        assert client.login("ann", "guess").code == 535
        assert client.login("ann", "open sesame").code == 235
        assert client.send("ann@example.org", ["bob@partner.example"], Mail(["x@y.example"]).data()).code == 250
    assert stub.seen[-1]["user"] == "ann"
    bare_world.settle()


def test_local_submission_passes_the_milter(bare_world, stub):
    mail = Mail(["bob@partner.example"])
    assert bare_world.postfix.sendmail(mail.sender, mail.recipients, mail.data()).returncode == 0
    delivery, = bare_world.sink.wait_for(lambda d: d.field("Message-ID") == f"<{mail.message_id}>")
    assert delivery.body() == mail.body()
    assert len(stub.seen) == 1


def test_without_a_milter_postfix_defers(bare_world):
    bare_world._stop_gateway()
    mail = Mail(["bob@partner.example"])
    assert bare_world.send(mail).code == 451
    assert bare_world.arrived(mail) == [] and bare_world.queued(mail) == []


def test_milter_client_speaks_as_postfix_does(bare_world, stub):
    mail = Mail(["bob@partner.example"])
    bare_world.send(mail)
    with MilterClient(bare_world.gateway.unix_endpoint) as milter:
        assert milter.send(mail.sender, mail.recipients, mail.data(), user="ann").code == 250
    by_postfix, by_client = stub.seen
    assert by_client["user"] == "ann"
    for part in ("client", "sender", "recipients", "fields", "body"):
        assert by_client[part] == by_postfix[part]


def test_leaks_are_found_in_any_disguise(bare_world, tmp_path):
    import base64
    import quopri
    marker = Mail([]).marker
    for number, text in enumerate([marker, "x" + marker, "xy" + marker, "xyz" + marker]):
        data = text.encode() * 3
        assert leaks.holds(data, marker)
        assert leaks.holds(base64.encodebytes(data), marker), number
        assert leaks.holds(quopri.encodestring(b"=\xff" * 30 + data), marker), number
        assert leaks.holds(data.hex().encode(), marker)
    assert not leaks.holds(b"nothing of the kind", marker)
    (tmp_path / "log").write_text(f"oops {marker}\n")
    assert leaks.files_holding(tmp_path, marker) == [str(tmp_path / "log")]


def test_a_mail_in_clear_is_called_a_leak(bare_world, stub):
    mail = Mail(["bob@partner.example"])
    bare_world.send(mail)
    bare_world.settle()
    assert bare_world.leaks(mail) == ["delivery to ['bob@partner.example']"]


def test_keys_are_what_their_names_say(bare_world):
    keys = bare_world.keys
    armor = keys.encrypt(b"the text", keys.bob)
    assert keys.bob.decrypt(armor) == b"the text"
    assert not keys.carol.can_read(armor)
    for unusable in (keys.expired, keys.revoked, keys.sign_only):
        with pytest.raises(RuntimeError):
            keys.encrypt(b"the text", unusable)
    stored = keys.store(b"anybody reads this")
    assert stored.startswith(b"-----BEGIN PGP MESSAGE-----")
    assert keys.bob.decrypt(stored) == b"anybody reads this"
