"""`explain` says before what `serve` logs after: the same mails through both, field by field."""

import re

import pytest
from mails import Mail, pgp_mime, with_attachment

SAME = ("classification", "tags", "thread", "near_misses", "author", "protection", "foreign_keys", "copies", "further_readers", "outcome",
        "mode", "policy")
SAME_OF_RECIPIENT = ("address", "tier", "action", "key", "result", "reason")

MAILS = {
    "clear to a colleague": lambda keys: Mail(["max@example.org"], "[internal] Minutes"),
    "untagged": lambda keys: Mail(["bob@partner.example"], "Minutes"),
    "warned": lambda keys: Mail(["zoe@hotmail.com"], "[internal] Minutes"),
    "unknown tier": lambda keys: Mail(["zoe@nowhere.example"], "[internal] Minutes"),
    "public": lambda keys: Mail(["zoe@yahoo.com"], "[public] News"),
    "sealed": lambda keys: with_attachment(["bob@partner.example"], "[confidential] Offer"),
    "sealed for two": lambda keys: Mail(["bob@partner.example"], "[vertraulich] Offer", cc=["dave@riseup.net"]),
    "no key": lambda keys: Mail(["bob@yahoo.com", "bob@partner.example"], "[confidential] Offer"),
    "expired": lambda keys: Mail(["erin@partner.example"], "[confidential] Offer"),
    "revoked": lambda keys: Mail(["rolf@partner.example"], "[confidential] Offer"),
    "near miss": lambda keys: Mail(["bob@partner.example"], "[confidenttial] Offer"),
    "hidden": lambda keys: Mail(["bob@partner.example"], "[confidential] Offer", bcc=["carol@partner.example"]),
    "of a program": lambda keys: Mail(["bob@yahoo.com"], "Backup", extra=["Auto-Submitted: auto-generated"]),
    "of a stranger": lambda keys: Mail(["bob@partner.example"], "[confidental] Offer", sender="eve@nowhere.example"),
    "mixed": lambda keys: Mail(["bob@partner.example", "max@example.org"], "[confidential] Offer"),
    "held": lambda keys: Mail(["max@example.org"], "[geheim] Offer"),
    "required": lambda keys: Mail(["bob@partner.example"], "[secret] Offer"),
    "two tags": lambda keys: Mail(["bob@partner.example"], "[public] Offer", extra=["Sensitivity: private"]),
    "encrypted": lambda keys: pgp_mime(["bob@partner.example"], "[secret] Offer", keys.encrypt(b"x", keys.bob)),
    "encrypted to another": lambda keys: pgp_mime(["bob@partner.example"], "[secret] x", keys.encrypt(b"x", keys.carol)),
    "fake": lambda keys: pgp_mime(["bob@partner.example"], "[secret] Offer", keys.store(b"x")),
}


@pytest.mark.parametrize("name", MAILS)
def test_explain_and_the_log_agree(world, tmp_path, name):
    mail = MAILS[name](world.keys)
    file = tmp_path / "m.eml"
    file.write_bytes(mail.data())
    explained = world.gateway.explain(file, mail.sender, mail.recipients)
    reply = world.send(mail)
    record = world.record(mail)
    assert {key: record[key] for key in SAME if key in record} == {key: explained[key] for key in SAME if key in record}
    assert recipients(record) == recipients(explained)
    assert bool(explained["reply"]) == (reply.code != 250)
    assert wording(explained["reply"] or "") == (wording(str(reply)) if reply.code != 250 else [])


def wording(reply):
    """A reply's words, without its id and however its lines are joined."""
    return re.sub(r"\b(\d{3})-", r"\1 ", reply.partition("[sealgate")[0]).split()


def recipients(decision):
    return [{key: entry[key] for key in SAME_OF_RECIPIENT} for entry in decision["recipients"]]
