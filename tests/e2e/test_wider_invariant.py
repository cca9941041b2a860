"""The invariant in the wider world: threads of replies, clients that nobody listed, certificates as people have them, Subjects in
any charset. Whatever comes, what needs protection is read nowhere outside, nothing waits for ever, and a refusal is final.

SEALGATE_INVARIANT_COUNT and SEALGATE_INVARIANT_SEED, as in test_invariant.py.
"""

import base64
import os
import random
import re
import subprocess
from pathlib import Path

import pytest
import sequoia
from expect import armor, sealed
from leaks import holds
from mails import Mail
from world import STRANGER

SEED = os.environ.get("SEALGATE_INVARIANT_SEED", "1")
COUNT = int(os.environ.get("SEALGATE_INVARIANT_COUNT", "90"))
CERTIFICATES = Path(__file__).resolve().parent.parent / "certificates"
OUTSIDE = ["bob@partner.example", "zoe@yahoo.com"]


def readable_outside(world, mail):
    """To whom outside the organisation the mail went in clear."""
    return [to for delivery in world.arrived(mail) if holds(delivery.data, mail.marker)
            for to in delivery.recipients if not to.endswith("@example.org")]


# Kind 1: a thread that began sealed.

PREFIXES = ["Re: ", "RE: Re: ", "AW: ", "SV: [list] ", "Antw: ", "Re[2]: ", "R: ", "=?utf-8?q?Re=3A?= "]


class Thread:
    """A conversation between Ann and Bob that began sealed, with all the ways in which mail programs refer to it."""

    def __init__(self, chance, first):
        self._chance = chance
        self._ids = [first.message_id]
        self._subject = first.subject

    def reply(self, hidden, **more):
        """The next mail. It refers to one of the thread, or, where the Subject is our placeholder, perhaps to none."""
        referred = self._chance.choice(self._ids)
        ways = [[f"In-Reply-To: <{referred}>"], [f"References: <{self._ids[0]}>\r\n <{referred}>"],
                [f"In-Reply-To: <{referred}>", f"References: <unknown@elsewhere> <{referred}>"]] + ([[]] if hidden else [])
        subject = self._chance.choice(PREFIXES) + ("[...]" if hidden else "Offer")
        return Mail(subject=subject, extra=self._chance.choice(ways), **more)

    def add(self, mail):
        """It has gone out or come in, and may be answered."""
        self._ids.append(mail.message_id)


@pytest.mark.parametrize("hidden", [False, True], ids=["subject in clear", "subject hidden"])
def test_a_thread_that_began_sealed_stays_sealed(world, hidden):
    chance = random.Random(f"{SEED} thread {hidden}")
    with world.gateway_with(policy=world.gateway.usual_policy(protect_subject="true" if hidden else "false")):
        for _ in range(COUNT // 30):
            first = Mail(["bob@partner.example"], "[confidential] Offer")
            sealed(world, first, world.send(first))
            thread = Thread(chance, first)
            for _ in range(6):
                if chance.random() < 0.2:
                    world.gateway.restart()
                if chance.random() < 0.5:
                    back = thread.reply(hidden, to=["ann@example.org"], sender="bob@partner.example")
                    assert world.send(back, source=STRANGER).code == 250
                    thread.add(back)
                else:
                    to = chance.sample(OUTSIDE, chance.randrange(1, 3))
                    answer = thread.reply(hidden, to=to)
                    reply = world.send(answer)
                    assert reply.code == 250 or 500 <= reply.code < 600, str(reply)
                    assert readable_outside(world, answer) == [], answer.extra
                    assert world.record(answer)["classification"] == "confidential"
                    if reply.code == 250:
                        thread.add(answer)


# Kinds 2 and 7: whoever hands it in.

def send_as(world, door, sender, mail):
    if door == "sendmail":
        world.postfix.sendmail(sender, mail.recipients, mail.data())
        return
    port = world.postfix.submission if door == "login" else world.postfix.smtp
    with world.client(port, STRANGER if door == "stranger" else "127.0.0.1") as client:
        if door == "login":
            assert client.login("ann", "open sesame").code == 235
        client.send(sender, mail.recipients, mail.data())


REPORT = ["Content-Type: multipart/report; report-type=delivery-status; boundary=b"]
NO_REPORT = b"--b\r\nContent-Type: text/plain\r\n\r\nthe word is {marker}\r\n--b--\r\n"


def test_what_is_ours_is_judged_whoever_hands_it_in(world):
    chance = random.Random(f"{SEED} clients")
    sent = []
    for _ in range(COUNT // 3):
        door = chance.choice(["sendmail", "login", "stranger", "listed"])
        sender = chance.choice(["ann@example.org", "ann@example.org", "", "kay@elsewhere.example"])
        shape = chance.choice([{}, dict(content=REPORT, text=NO_REPORT)])
        mail = Mail([chance.choice(OUTSIDE)], "[confidential] Offer", sender=sender, **shape)
        send_as(world, door, sender, mail)
        sent.append((door, sender, shape, mail))
    world.settle()
    for door, sender, shape, mail in sent:
        # Mail of nobody's is ours too where one of our clients hands it in, unless it is a true report, which none of these is.
        ours = sender.endswith("@example.org") or door != "stranger"
        if ours:
            assert readable_outside(world, mail) == [], (door, sender, shape)
            assert len(world.gateway.records_of(mail.message_id)) == 1, (door, sender, shape)


# Kinds 3, 5 and 9: any certificate that people have. The three whose secret keys are here are opened by a second implementation.

USABLE = ["adopt-old", "adopt-new", "js-default", "no-prefs", "sq"]
NOT_USABLE = {"rsa1024": "rsa1024", "dsa-elg-1024": "dsa"}  # file, and the name that its address has
NAMES = {"no-prefs": "noprefs", "adopt-old": "adopt-old", "adopt-new": "adopt-new", "js-default": "js-default", "sq": "sq"} | NOT_USABLE


def opened_with_sq(name, ciphertext):
    secret = CERTIFICATES / "secret" / f"{name}.asc"
    run = subprocess.run(sequoia.decrypting(secret), input=ciphertext, capture_output=True)
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_whatever_certificates_meet_the_mail_is_sealed_to_all_or_refused(world):
    chance = random.Random(f"{SEED} certificates")
    files = [CERTIFICATES / f"{name}.asc" for name in NAMES]
    with world.keys_imported(*files):
        for _ in range(COUNT // 6):
            odd = chance.sample(sorted(NAMES), chance.randrange(1, 4))
            to = [f"{NAMES[name]}@partner.example" for name in odd] + chance.choice([[], ["bob@partner.example"]])
            mail = Mail(to, "[confidential] Offer")
            reply = world.send(mail)
            if set(odd) & set(NOT_USABLE):
                assert 500 <= reply.code < 600 and readable_outside(world, mail) == [], (odd, str(reply))
                continue
            delivery = sealed(world, mail, reply)
            for name in odd:
                if (CERTIFICATES / "secret" / f"{name}.asc").exists():
                    assert mail.marker.encode() in opened_with_sq(name, armor(delivery)), odd


# Kind 6: what a reader sees in the Subject.

CHARSETS = {"utf-8": "utf-8", "iso-8859-1": "latin-1", "gb_2312-80": "gbk", "csISO58GB231280": "gbk", "iso-ir-58": "gbk",
            "chinese": "gbk", "x-sjis": "shift_jis", "ms_kanji": "shift_jis", "big5-hkscs": "big5", "x-x-big5": "big5",
            "ks_c_5601-1987": "euc_kr", "euc-jp": "euc_jp", "koi": "koi8-r", "x-mac-cyrillic": "mac_cyrillic", "utf-16le": "utf-16-le",
            "cp1200": "utf-16-le", "utf-7": "utf-7", "unicode-1-1-utf-7": "utf-7", "iso-2022-jp": "iso2022_jp", "nonsense-8": "ascii"}


def encoded_subject(chance, text):
    label, codec = chance.choice(sorted(CHARSETS.items()))
    octets = text.encode(codec)
    if chance.random() < 0.5:
        word = "b?" + base64.b64encode(octets).decode()
    else:
        word = "q?" + "".join(f"={octet:02X}" for octet in octets)
    return f"=?{label}?{word}?="


def test_a_tag_in_any_charset_leaves_nothing_in_clear(world):
    chance = random.Random(f"{SEED} charsets")
    for _ in range(COUNT // 2):
        mail = Mail(["zoe@yahoo.com"], encoded_subject(chance, chance.choice(["[confidential] x", "[vertraulich] x"])))
        reply = world.send(mail)
        assert 500 <= reply.code < 600, (mail.subject, str(reply))
        assert readable_outside(world, mail) == []


# Kind 8: what stays outside.

WORDS = "closing of the north office before the end of next winter by decision of all partners".split()


def test_nothing_outside_says_the_tag_or_the_subject(world):
    chance = random.Random(f"{SEED} outside")
    with world.gateway_with(policy=world.gateway.usual_policy(protect_subject="true")):
        for _ in range(COUNT // 6):
            start = chance.randrange(len(WORDS) - 6)
            subject = WORDS[start:start + chance.randrange(4, 7)]
            says = " ".join(subject)
            extra = chance.sample([f"X-Copy: [{says}]", f"X-Short: {' '.join(subject[:4])}...", f"Thread-Topic: {says}",
                                   f'In-Reply-To: Your message of "{says}" <a@partner.example>', "Sensitivity: Private",
                                   "X-Classification: confidential", f'Reply-To: "{says}" <ann@example.org>',
                                   f"References: {says} <a@partner.example>", f"X-List: a, {says}, b"], 4)
            mail = Mail(["bob@partner.example"], f"[confidential] {says}", extra=extra)
            delivery = sealed(world, mail, world.send(mail))
            outside = re.sub(r"\s+", " ", delivery.header().decode().lower())
            assert "confidential" not in outside, outside
            for at in range(len(subject) - 3):
                assert " ".join(subject[at:at + 4]) not in outside, outside
            inside = world.keys.bob.decrypt(armor(delivery)).decode()
            assert says in re.sub(r"\s+", " ", inside)
