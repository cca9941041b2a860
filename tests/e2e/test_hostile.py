"""Hostile mails and hostile peers: each gets a decision or a clear refusal, and nobody else waits for it."""

import time
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace

import pytest
from expect import armor, ciphertext, sealed
from mails import Mail
from milter_client import MilterClient, ProtocolError, frame



def confidential(**parts):
    return Mail(["bob@partner.example"], "[confidential] Offer", **parts)


def megabytes(count):
    line = b"{marker} " + b"x" * 939 + b"\r\n"
    return line + (b"y" * 1022 + b"\r\n") * (count << 10)


def nested(depth):
    opened = b"".join(b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (n, n + 1) for n in range(depth))
    return replace(confidential(), content=["Content-Type: multipart/mixed; boundary=b0"],
                   text=opened + b"--b%d\r\n\r\n{marker}\r\n" % depth)


HOSTILE = {
    "40 MiB": lambda: confidential(text=megabytes(40)),
    "51 MiB, beyond the limit": lambda: confidential(text=megabytes(51)),
    "51 MiB that needs nothing": lambda: Mail(["max@example.org"], "[internal] film", text=megabytes(51)),
    "NUL bytes": lambda: confidential(text=b"{marker}\r\n\0\0\0\r\n" * 100, extra=["X-Nul: a\0b"]),
    "bare CR and LF": lambda: confidential(text=b"{marker}\r\nCR \r here, LF \n here, \r\r\n\n both\r\n"),
    "a line of 5 MiB": lambda: confidential(text=b"{marker}" + b"z" * (5 << 20) + b"\r\n"),
    "one header of 1 MiB": lambda: confidential(extra=["X-Big: " + "h" * (1 << 20)]),
    "one folded header of 1 MiB": lambda: confidential(extra=["X-Big: h" + ("\r\n " + "h" * 900) * 1100]),
    "20,000 headers": lambda: confidential(extra=[f"X-Classification: public {n}" for n in range(20_000)]),
    "a subject of encoded words": lambda: replace(confidential(), subject="=?utf-8?Q?=5Bconfidential=5D?=" +
                                                  "\r\n =?utf-8?B?4oCL4oCL4oCL?=" * 1500),
    "10,000 nested multiparts": lambda: nested(10_000),
    "100,000 boundaries": lambda: confidential(content=["Content-Type: multipart/mixed; boundary=b"],
                                               text=b"{marker}\r\n" + b"--b\r\n\r\n" * 100_000 + b"--b--\r\n"),
    "unclosed armor": lambda: confidential(text=b"{marker}\r\n" + b"-----BEGIN PGP MESSAGE-----\r\n\r\n" * 50_000),
    "1,000 recipients": lambda: replace(confidential(), bcc=[f"p{n}@d{n}.example" for n in range(1000)]),
    "1,000 recipients who need nothing": lambda: Mail(["a@example.org"], bcc=[f"p{n}@example.org" for n in range(1000)]),
}


LARGE = 10_000_000  # octets: such a mail takes seconds, and small ones must overtake it


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_mail_is_decided_and_nobody_waits(world, name):
    mail = HOSTILE[name]()
    outcome, overtook = decided_beside_small_mails(world, mail)
    record = world.record(mail)
    if outcome.code == 250:
        assert record["outcome"] in ("deliver", "warn", "seal")
        found = world.arrived(mail)
        assert sorted(to for d in found for to in d.recipients) == sorted(mail.recipients)
    else:
        assert 500 <= outcome.code < 600, str(outcome)
        assert record["outcome"] == "reject"
        assert world.arrived(mail) == []
    if record["classification"] == "confidential":
        assert world.leaks(mail) == []
    assert overtook > 0 or len(mail.data()) < LARGE, "the small mails waited for it"


def decided_beside_small_mails(world, mail):
    """Sends the mail while small ones are sent beside it. Returns its reply, and how many small ones overtook it."""
    overtook = 0
    with ThreadPoolExecutor() as pool, world.client() as client:
        sending = pool.submit(world.send, mail)
        while not sending.done():
            small = Mail(["max@example.org"], "[internal] Minutes")
            assert client.send(small.sender, small.recipients, small.data()).code == 250
            overtook += not sending.done()
            wait([sending], timeout=0.02)
        return sending.result(), overtook


ODD = b"NUL \0, CR \r here, LF \n here, \r\r\n\n both {marker}\r\n"


def test_odd_bytes_are_sealed_as_they_are(world):
    mail = confidential(text=ODD)
    with world.milter() as milter:
        verdict = milter.send(mail.sender, mail.recipients, mail.data())
    body = b"".join(payload for letter, payload in verdict.edits if letter == "b")
    assert verdict.code == 250
    assert world.keys.bob.decrypt(ciphertext(body)) == mail.entity()


def test_odd_bytes_are_sealed_as_postfix_mends_them(world):
    # Postfix's SMTP server ends a line at LF, drops CRs before it, and makes a space of every other CR.
    mail = confidential(text=ODD)
    mended = mail.entity().replace(b"CR \r here, LF \n here, \r\r\n\n both", b"CR   here, LF \r\n here, \r\n\r\n both")
    delivery = sealed(world, mail, world.send(mail))
    assert world.keys.bob.decrypt(armor(delivery)) == mended


# Peers that do not speak the milter protocol.

NEGOTIATION = frame("O", b"\0\0\0\x06" + b"\0\0\x01\xff" + b"\0\x1f\xff\xff")
GARBAGE = {
    "a frame of length 0": b"\0\0\0\0",
    "a frame of 4 GiB": b"\xff\xff\xff\xffO",
    "a browser": b"GET / HTTP/1.0\r\n\r\n",
    "a negotiation cut short": frame("O", b"\0\0"),
    "a message before any negotiation": frame("M", b"<ann@example.org>\0"),
    "a letter nobody knows": NEGOTIATION + frame("?"),
    "an address without its NUL": NEGOTIATION + frame("M", b"<ann@example.org>"),
}


@pytest.mark.parametrize("listener", ["unix", "inet"])
@pytest.mark.parametrize("name", GARBAGE)
def test_garbage_ends_its_own_connection_with_one_line(world, listener, name):
    endpoint = world.gateway.unix_endpoint if listener == "unix" else world.gateway.inet_endpoint
    with world.milter(endpoint) as neighbour:
        neighbour.envelope("ann@example.org", ["max@example.org"])
        before = world.gateway.log()

        peer = MilterClient(endpoint, timeout=5)
        peer.socket.sendall(GARBAGE[name])
        assert closed(peer), "the connection stays open"
        peer.socket.close()

        world.wait_until(lambda: world.gateway.log() != before)
        time.sleep(0.1)
        said = world.gateway.log()[len(before):].splitlines()
        assert len(said) == 1, said
        neighbour.content(Mail(["max@example.org"], "[internal] Minutes").data())
        assert neighbour.end().code == 250


def closed(peer):
    """Whether the gateway ends the conversation, after whatever it still answers."""
    try:
        while True:
            peer.read()
    except (ProtocolError, ConnectionError):
        return True
    except TimeoutError:
        return False


def test_a_peer_that_leaves_in_mid_frame_is_not_missed(world):
    for cut in (b"\0", b"\0\0\0\x0dO\0", NEGOTIATION + frame("L", b"Subject\0 x\0")[:-3]):
        peer = MilterClient(world.gateway.unix_endpoint)
        peer.socket.sendall(cut)
        peer.socket.close()
    mail = Mail(["max@example.org"], "[internal] Minutes")
    assert world.send(mail).code == 250


def test_idle_connections_cost_nothing(world):
    files = world.gateway.open_files()
    idle = [MilterClient(world.gateway.unix_endpoint) for _ in range(500)]
    mail = Mail(["bob@partner.example"], "[confidential] Offer")
    sealed(world, mail, world.send(mail))
    for peer in idle:
        peer.socket.close()
    world.wait_until(lambda: world.gateway.open_files() <= files + 4)
