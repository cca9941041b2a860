"""What tests say again and again, in the contract's words."""

import re

DECISION_ID = re.compile(r"\[sealgate ([0-9A-Z]{4}-[0-9A-Z]{4})\]")


def decision_id(reply):
    """The id that a reply carries, and that the log knows it by."""
    found = DECISION_ID.search(reply.text)
    assert found, f"no decision id in: {reply}"
    return found.group(1)


def results(record):
    """{address: (result, reason)} of a record or an explanation."""
    return {entry["address"].lower(): (entry["result"], entry["reason"]) for entry in record["recipients"]}


def refused(world, mail, reply, reason=None):
    """The mail was refused with a reply that names its decision, and nothing of it went anywhere. Returns the record."""
    assert 500 <= reply.code < 600, str(reply)
    assert re.match(r"5\.\d+\.\d+ ", reply.lines[0]), str(reply)
    assert all(len(line) <= 506 for line in reply.lines), "RFC 5321 section 4.5.3.1.5: a reply line has at most 512 octets"
    record = world.record(mail)
    assert record["id"] == decision_id(reply)
    assert record["outcome"] == "reject"
    if reason:
        assert reason in [entry["reason"] for entry in record["recipients"]], record["recipients"]
    assert world.arrived(mail) == []
    assert world.leaks(mail) == []
    return record


def deferred(world, mail, reply, failure):
    """The mail is to come again, by a fault that the record names; nothing of it went anywhere. Returns the record."""
    assert reply.code == 451, str(reply)
    record = world.record(mail)
    assert (record["outcome"], record["failure"], record["id"]) == ("defer", failure, decision_id(reply))
    assert world.arrived(mail) == [] and world.leaks(mail) == []
    return record


def unchanged(world, mail, reply, recipients=None):
    """The mail arrived exactly as sent. Returns its delivery."""
    assert reply.code == 250, str(reply)
    delivery, = world.arrived(mail)
    assert delivery.without_trace() == mail.data()
    assert sorted(delivery.recipients) == sorted(recipients or mail.recipients)
    return delivery


def sealed(world, mail, reply):
    """The mail arrived once, as PGP/MIME (RFC 3156 section 4), and its text can be read nowhere. Returns its delivery."""
    assert reply.code == 250, str(reply)
    delivery, = world.arrived(mail)
    assert world.leaks(mail) == []
    content_type = delivery.field("Content-Type").lower()
    assert content_type.startswith("multipart/encrypted") and "application/pgp-encrypted" in content_type
    assert len(delivery.fields("Content-Type")) == len(delivery.fields("MIME-Version")) == 1
    return delivery


def armor(delivery):
    """The ciphertext of a sealed mail."""
    return ciphertext(delivery.body())


def ciphertext(body):
    """The one armored block in a body."""
    begin, end = b"-----BEGIN PGP MESSAGE-----", b"-----END PGP MESSAGE-----"
    assert body.count(begin) == body.count(end) == 1
    return body[body.index(begin):body.index(end) + len(end)] + b"\r\n"
