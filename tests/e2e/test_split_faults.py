"""What a split mail needs breaks: gpg, the keys, Postfix's submit port, the connection to Postfix. Nothing in clear, nothing lost,
nothing twice."""

import collections
import os
import threading
import time

import pytest
from mails import Mail, split_mail
from milter_client import frame
from smtp_sink import Sink

BOB, CAROL, DAVE = "bob@partner.example", "carol@partner.example", "dave@riseup.net"
MAX, TOM = "max@example.org", "tom@example.org"


def reached(deliveries):
    return collections.Counter(address for delivery in deliveries for address in delivery.recipients)


def everybody_once(world, mail):
    world.wait_until(lambda: world.gateway.outbox() == [], timeout=30)
    assert reached(world.arrived(mail)) == collections.Counter(mail.recipients)
    in_clear = [place for place in world.leaks(mail) if not place.endswith(f"{sorted([MAX, TOM])}")]
    assert in_clear == []


def instead_of_encrypting(script):
    """gpg, but for encryption. $plain is where gpg would read the plaintext from."""
    return f'case " $* " in *" --encrypt "*) ;; *) exec /usr/bin/gpg "$@" ;; esac\nfor plain; do :; done\n{script}\n'


@pytest.mark.parametrize("script", [
    pytest.param("exit 127", id="cannot run"),
    pytest.param("kill -KILL $$", id="killed"),
    pytest.param("head -c 3000 /dev/urandom", id="garbage"),
    pytest.param('cat "/dev/fd/${plain#-&}"', id="plaintext"),
    pytest.param('/usr/bin/gpg "$@" | head -c 200', id="cut short"),
    pytest.param('/usr/bin/gpg "$@"; echo "and a word more"', id="something behind"),
])
def test_a_gpg_that_fails_defers_the_whole_mail(world, faults, script):
    mail = split_mail()
    faults.put_in_place_of_gpg(instead_of_encrypting(script))
    reply = world.send(mail)
    assert reply.code // 100 == 4, str(reply)
    assert world.arrived(mail) == [] and world.gateway.outbox() == [] and world.leaks(mail) == []
    assert world.record(mail)["outcome"] == "defer"
    faults.put_in_place_of_gpg(None)
    world.send_until_accepted(mail)
    everybody_once(world, mail)


def test_a_gpg_that_hangs_until_it_is_killed_defers_the_whole_mail(world, faults, tmp_path):
    mail, process = split_mail(), tmp_path / "pid"
    faults.put_in_place_of_gpg(instead_of_encrypting(f"echo $$ > {process}.new; mv {process}.new {process}; exec sleep 50"))
    replies = []
    sending = threading.Thread(target=lambda: replies.append(world.send(mail)))
    sending.start()
    world.wait_until(process.exists)
    assert replies == [] and world.arrived(mail) == []
    faults.put_in_place_of_gpg(None)
    os.kill(int(process.read_text()), 9)
    sending.join(20)
    assert [reply.code // 100 for reply in replies] == [4]
    world.send_until_accepted(mail)
    everybody_once(world, mail)


def test_keys_that_change_while_gpg_works_change_nothing_for_this_mail(world, faults):
    mail = split_mail()
    faults.put_in_place_of_gpg(instead_of_encrypting('sleep 1; exec /usr/bin/gpg "$@"'))
    replies = []
    sending = threading.Thread(target=lambda: replies.append(world.send(mail)))
    sending.start()
    time.sleep(0.3)
    try:
        world.gateway.run("keys", "remove", world.keys.bob.fingerprint).check_returncode()
        world.gateway.reload()
        sending.join(20)
        assert [reply.code for reply in replies] == [250]
        everybody_once(world, mail)
        assert world.send(split_mail()).code // 100 == 5, "from now on there is no key"
    finally:
        world.gateway.run("keys", "import", str(world.keys.bob.certificate))
        world.gateway.reload()


@pytest.mark.parametrize("farewell", [b"", frame("Q"), frame("A")], ids=["gone", "quit", "abort"])
def test_a_postfix_that_hangs_up_before_the_answer_leaves_nothing_behind(world, faults, farewell):
    mail = split_mail()
    faults.put_in_place_of_gpg(instead_of_encrypting('sleep 0.5; exec /usr/bin/gpg "$@"'))
    peer = world.milter()
    peer.negotiate()
    peer.introduce()
    peer.envelope(mail.sender, mail.recipients)
    peer.content(mail.data())
    peer.socket.sendall(frame("E"))
    time.sleep(0.2)
    peer.socket.sendall(farewell)
    peer.socket.close()
    world.wait_until(lambda: world.gateway.records_of(mail.message_id))
    record, = world.gateway.records_of(mail.message_id)
    assert (record["outcome"], record["failure"], record["copies"]) == ("defer", "internal-error", [])
    assert world.gateway.outbox() == [] and world.arrived(mail) == []
    assert "Postfix did not wait for the answer" in world.gateway.log()
    faults.put_in_place_of_gpg(None)
    world.send_until_accepted(mail)
    everybody_once(world, mail)


@pytest.mark.parametrize("reply, verb", [("451 4.3.0 later", "RCPT"), ("452 4.3.1 no room", "."), ("421 4.3.2 closing", "MAIL")])
def test_a_submit_port_that_says_later_gets_the_copy_again(world, reply, verb):
    mail = split_mail()
    with Sink() as submit, world.gateway_with(submit=submit.port):
        submit.answer(verb, reply)
        assert world.send(mail).code == 250
        world.wait_until(lambda: any(copy["tries"] for copy in world.gateway.outbox()))
        world.gateway.run("outbox", "retry").check_returncode()
        world.wait_until(lambda: world.gateway.outbox() == [])
        assert reached(submit.deliveries) == collections.Counter([MAX, TOM, CAROL])
        assert reached(world.arrived(mail)) == collections.Counter([BOB, DAVE])


def test_a_submit_port_that_refuses_one_of_three(world):
    mail = split_mail()
    with Sink() as submit, world.gateway_with(submit=submit.port):
        submit.answer("RCPT", "550 5.1.1 nobody of that name")
        assert world.send(mail).code == 250
        world.wait_until(lambda: world.gateway.outbox() == [])
        copies = [delivery for delivery in submit.deliveries if delivery.sender == mail.sender]
        bounce, = (delivery for delivery in submit.deliveries if delivery.sender == "")
    assert bounce.recipients == [mail.sender]
    refused, = {MAX, TOM, CAROL} - set(reached(copies))
    assert refused.encode() in bounce.data and b"5.1.1 nobody of that name" in bounce.data
    assert reached(copies) == collections.Counter({MAX, TOM, CAROL} - {refused})
    assert mail.marker.encode() not in bounce.data


def test_a_submit_port_that_is_slow(world):
    mail = split_mail()
    with Sink() as submit, world.gateway_with(submit=submit.port):
        submit.pause(".", 2)
        assert world.send(mail).code == 250
        assert len(world.gateway.outbox()) == 2, "nobody waited for it"
        world.wait_until(lambda: world.gateway.outbox() == [])
        assert reached(submit.deliveries) == collections.Counter([MAX, TOM, CAROL])


def test_what_postfix_refuses_comes_back_to_the_sender(world):
    mail = split_mail()
    refusing = world.postfix.open_door(smtpd_milters="", smtpd_recipient_restrictions="check_recipient_access inline:{"
                                       f"{{ {TOM} = 550 5.7.1 not here }}}}, permit")
    with world.gateway_with(submit=refusing):
        assert world.send(mail).code == 250
        world.wait_until(lambda: world.gateway.outbox() == [])
    assert reached(world.arrived(mail)) == collections.Counter(set(mail.recipients) - {TOM})
    bounce, = (delivery for delivery in world.sink.deliveries if delivery.sender == "")
    assert bounce.recipients == [mail.sender]
    assert f"Final-Recipient: rfc822; {TOM}".encode() in bounce.data and b"Status: 5.7.1" in bounce.data


def test_a_report_that_nobody_takes_is_kept_until_it_is_tried_again(world):
    mail = Mail([BOB, MAX], "[confidential] Offer")
    with Sink() as submit, world.gateway_with(submit=submit.port):
        submit.answer("RCPT", "550 5.1.1 nobody of that name", times=2)
        assert world.send(mail).code == 250
        world.wait_until(lambda: [copy["state"] for copy in world.gateway.outbox()] == ["failed"])
        failed, = world.gateway.outbox()
        world.gateway.run("outbox", "retry", failed["id"]).check_returncode()
        world.wait_until(lambda: world.gateway.outbox() == [])
        report, = submit.deliveries
    assert report.recipients == [mail.sender] and MAX.encode() in report.data
