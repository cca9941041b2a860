"""The invariant: whatever is sent to whomever under whatever policy, nothing that needs protection can be read in anything that
left, everybody gets it exactly once or the sender is told, and nobody sees a Bcc.

SEALGATE_INVARIANT_COUNT is how many mails there are, SEALGATE_INVARIANT_SEED what they are made of.
"""

import os
import random

import pytest
from expect import armor
from leaks import files_holding, holds
from mails import Mail, exchange_mangled, inline_under_a_note, pgp_mime, with_attachment
from world import STRANGER

SEED = os.environ.get("SEALGATE_INVARIANT_SEED", "1")
COUNT = int(os.environ.get("SEALGATE_INVARIANT_COUNT", "90"))

WITH_KEY = ["bob@partner.example", "carol@partner.example", "dave@riseup.net"]
COLLEAGUES = ["max@example.org", "tom@example.org"]
WITHOUT_KEY = ["zoe@yahoo.com", "erin@partner.example", "eve@nowhere.example"]
RANKS = ["public", "internal", "confidential", "secret"]
TAGS = ["[confidential]", "[vertraulich]", "[internal]", "[public]", "[secret]", "", "[confidental]", "[public] [confidential]"]
POLICIES = [{}, {"protect_subject": "true"}, {"no_key": "hold"}, {"partial": "reject"}, {"always_to": "[vault@example.org]"},
            {"untagged": "reject", "near_miss": "hold"}]


def random_mail(chance, keys):
    people = chance.sample(WITH_KEY, chance.randrange(3)) + chance.sample(COLLEAGUES, chance.randrange(3))
    if not people or chance.random() < 0.15:
        people.append(chance.choice(WITHOUT_KEY))
    roles = {"to": [], "cc": [], "bcc": []}
    for person in people:
        roles[chance.choices(["to", "cc", "bcc"], [5, 2, 3])[0]].append(person)
    subject = f"{chance.choice(TAGS)} Offer".strip()
    more = dict(cc=roles["cc"], bcc=roles["bcc"], extra=["X-Note: random"])
    kind = chance.random()
    if kind < 0.1:
        readers = [keys.bob, keys.carol, keys.dave][:chance.randrange(1, 4)]
        return chance.choice([pgp_mime, exchange_mangled])(roles["to"], subject, keys.encrypt(b"inner", *readers), **more)
    if kind < 0.15:
        return inline_under_a_note(roles["to"], subject, keys.encrypt(b"inner", keys.bob), **more)
    if kind < 0.3 and roles["to"] and not more["cc"] and not more["bcc"]:
        return with_attachment(roles["to"], subject)
    return Mail(roles["to"], subject, **more)


def random_client(chance, mail):
    """One that the gateway's networks list, or where somebody is outside one that may only relay: the sender is ours."""
    outside = set(mail.recipients) - set(COLLEAGUES)
    return STRANGER if outside and chance.random() < 0.3 else "127.0.0.1"


def random_reply(chance, world, mail, sent):
    """Makes it a reply to one that was accepted before, or to the partner's answer to that. Returns the one before, or None."""
    accepted = [before for before, reply, _ in sent if reply.code == 250]
    if not accepted or chance.random() < 0.7:
        return None
    before = known = chance.choice(accepted)
    if chance.random() < 0.5:
        known = Mail(["ann@example.org"], "Re: Offer", sender=WITH_KEY[0], extra=[f"In-Reply-To: <{before.message_id}>"])
        assert world.send(known, source=STRANGER).code == 250
    mail.extra.append(f"{chance.choice(['In-Reply-To', 'References'])}: <{known.message_id}>")
    return before


def check_thread(world, mail, record, before):
    """An untagged reply counts as no less than what it answers."""
    if before is None or "[" in mail.subject or record["classification"] is None:
        return
    assert RANKS.index(record["classification"]) >= RANKS.index(world.record(before)["classification"])


def needs_protection(record):
    """Who must not get it in clear."""
    return {entry["address"] for entry in record["recipients"] if entry["action"] in ("encrypt", "require")}


def check(world, mail, reply, record):
    deliveries = world.arrived(mail)
    reached = sorted(address for delivery in deliveries for address in delivery.recipients if address != "archive@example.org")
    held = record["outcome"] == "hold"
    if reply.code != 250 or held:
        assert deliveries == [] and (held or reply.code >= 400)
        return
    assert reached == sorted(mail.recipients), "everybody once"
    guarded = needs_protection(record)
    for delivery in deliveries:
        if guarded & set(delivery.recipients):
            assert not holds(delivery.data, mail.marker), f"in clear to {delivery.recipients}"
        for hidden in mail.bcc:
            assert hidden in delivery.recipients or hidden.encode() not in delivery.data, f"{delivery.recipients} sees {hidden}"
    check_key_ids(world, mail, record, deliveries)


def check_key_ids(world, mail, record, deliveries):
    """A ciphertext of ours names nobody but those who got it."""
    if record["outcome"] != "seal":
        return
    names = {"bob@partner.example": world.keys.bob, "carol@partner.example": world.keys.carol, "dave@riseup.net": world.keys.dave}
    for delivery in deliveries:
        if b"multipart/encrypted" not in delivery.header().lower():
            continue
        if set(mail.bcc) & set(delivery.recipients):
            assert len(delivery.recipients) == 1, f"{delivery.recipients} learn of each other by the key ids"
        listed = world.keys.bob.gpg("--list-packets", "--list-only", input=armor(delivery)).decode()
        for address, person in names.items():
            assert (person.encryption_key_id() in listed) == (address in delivery.recipients), delivery.recipients


@pytest.mark.parametrize("changes", POLICIES, ids=lambda changes: " ".join(changes) or "usual")
def test_nothing_in_clear_nothing_lost_nothing_twice_no_bcc_seen(world, changes):
    if "always_to" in changes:
        vault = world.keys.make("vault@example.org")
        world.gateway.run("keys", "import", str(vault.certificate)).check_returncode()
    chance = random.Random(f"{SEED} {sorted(changes)}")
    with world.gateway_with(policy=world.gateway.usual_policy(**changes)):
        sent = []
        for _ in range(COUNT // len(POLICIES)):
            mail = random_mail(chance, world.keys)
            before = random_reply(chance, world, mail, sent)
            sent.append((mail, world.send(mail, source=random_client(chance, mail)), before))
        world.wait_until(lambda: world.gateway.outbox() == [], timeout=60)
        for mail, reply, before in sent:
            check(world, mail, reply, world.record(mail))
            check_thread(world, mail, world.record(mail), before)
        for mail, *_ in sent:
            if needs_protection(world.record(mail)):
                assert files_holding(world.root / "gateway", mail.marker) == []
        for entry in world.postfix.queue():
            world.postfix.drop(entry["queue_id"])
