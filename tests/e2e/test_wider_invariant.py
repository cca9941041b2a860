"""The invariant in the wider world: threads of replies, clients that nobody listed, certificates as people have them, Subjects in
any charset. Whatever comes, what needs protection is read nowhere outside, nothing waits for ever, and a refusal is final.

SEALGATE_INVARIANT_COUNT and SEALGATE_INVARIANT_SEED, as in test_invariant.py.
"""

import base64
import os
import random
import re
import subprocess
import time
from pathlib import Path

import pytest
import sequoia
from expect import armor, refused, sealed
from leaks import holds
from mails import Mail
from test_outgoing import receipt
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

PREFIXES = ["Re: ", "RE: Re: ", "AW: ", "SV: [list] ", "Antw: ", "Re[2]: ", "R: ", "=?utf-8?q?Re=3A?= ", "RE ", "Re; ",
            "Re: Fwd - ", "Notification de lecture : "]


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
    reports = [(door, receipt()) for door in chance.choices(["sendmail", "login", "stranger", "listed"], k=COUNT // 15)]
    for door, mail in reports:
        send_as(world, door, "", mail)
    world.settle()
    passed = lambda: [event["message_id"] for event in world.gateway.events("report-passed")]
    world.wait_until(lambda: all(f"<{mail.message_id}>" in passed() for door, mail in reports if door != "stranger"))  # mail waits for no event
    for door, mail in reports:
        assert [to for delivery in world.arrived(mail) for to in delivery.recipients] == mail.recipients, door
        assert world.gateway.records_of(mail.message_id) == [], door
        assert passed().count(f"<{mail.message_id}>") == (0 if door == "stranger" else 1), "one line in the log, where it is ours"
    for door, sender, shape, mail in sent:
        # Mail of nobody's is ours too where one of our clients hands it in, unless it is a true report, which none of these is.
        ours = sender.endswith("@example.org") or door != "stranger"
        if ours:
            assert readable_outside(world, mail) == [], (door, sender, shape)
            assert len(world.gateway.records_of(mail.message_id)) == 1, (door, sender, shape)


# Kinds 3, 5 and 9: any certificate that people have. Those whose secret keys are here are opened by a second implementation.

USABLE = {name: name.partition(".")[0] for name in (
    "adopt-old.asc", "adopt-new.asc", "js-default.asc", "sq.asc", "sha1new.asc", "good.pgp", "good-and-newer-weak.pgp", "of-1970.pgp",
    "two-of-a-day.pgp", "elgamal-2048.pgp", "rsa-encrypt-only.pgp", "user-id-ends.pgp", "one-user-id-ended.pgp")} | {"no-prefs.asc": "noprefs"}
NOT_USABLE = {name: name.partition(".")[0] for name in (
    "rsa1024.asc", "rsa-512.pgp", "rsa-768.pgp", "rsa-1023.pgp", "rsa-2047.pgp", "expired-sub.asc", "user-id-ended.pgp",
    "elgamal-sign-too.pgp", "unknown-kdf.pgp", "unknown-algorithm.pgp")} | {"dsa-elg-1024.asc": "dsa", "renew-new.asc": "renew"}
NAMES = USABLE | NOT_USABLE  # by file: the name that the address has
SECRET = CERTIFICATES / "secret"
AES_256 = "9"  # RFC 9580 section 9.3


def opened_with_sq(name, ciphertext):
    run = subprocess.run(sequoia.decrypting(SECRET / name), input=ciphertext, capture_output=True)
    assert run.returncode == 0, run.stderr
    return run.stdout


@pytest.fixture(name="owner", scope="module")
def owner_of_all_secret_keys(opened_world):
    owner = opened_world.keys.make("owner@partner.example")
    secret = [*SECRET.glob("*.asc"), opened_world.keys.bob.home / "secret.asc"]
    secret[-1].write_bytes(opened_world.keys.bob.gpg("--armor", "--export-secret-keys"))
    owner.gpg("--import", *secret)
    return owner


def cipher_of(owner, ciphertext):
    said = owner.gpg("--status-fd", "1", "--decrypt", input=ciphertext).decode(errors="replace")
    return re.search(r"^\[GNUPG:\] DECRYPTION_INFO \d+ (\d+)", said, re.MULTILINE)[1]


def test_whatever_certificates_meet_the_mail_is_sealed_to_all_or_refused(world, owner):
    chance = random.Random(f"{SEED} certificates")
    with world.keys_imported(*(CERTIFICATES / name for name in NAMES)):
        for _ in range(COUNT // 6):
            odd = chance.sample(sorted(USABLE), chance.randrange(1, 4)) + chance.choice([[], [], [chance.choice(sorted(NOT_USABLE))]])
            ours = [name for name in odd if (SECRET / name).exists()]
            bob = [] if ours and chance.random() < 0.5 else ["bob@partner.example"]
            mail = Mail([f"{NAMES[name]}@partner.example" for name in odd] + bob, "[confidential] Offer")
            reply = world.send(mail)
            if set(odd) & set(NOT_USABLE):
                assert 500 <= reply.code < 600 and readable_outside(world, mail) == [], (odd, str(reply))
                continue
            ciphertext = armor(sealed(world, mail, reply))
            assert cipher_of(owner, ciphertext) == AES_256, odd
            for name in ours:
                assert mail.marker.encode() in opened_with_sq(name, ciphertext), odd


# Kind 4: a certificate that ends while the gateway runs, from a file that may have one of version 6 beside it.

SIX = CERTIFICATES.parent / "keys" / "certificates" / "files" / "js-v6-curve25519.asc"
FATES = {"stays": None, "is revoked": "key-revoked", "expires": "key-expired"}  # and the reason from then on


def import_with_others(world, chance, person):
    files = [SIX.read_bytes(), person.certificate.read_bytes()] if chance.random() < 0.5 else [person.certificate.read_bytes()]
    chance.shuffle(files)
    bundle = person.home / "bundle.asc"
    bundle.write_bytes(b"\n".join(files))
    world.gateway.run("keys", "import", str(bundle)).check_returncode()


@pytest.fixture(name="mortals")
def people_whose_certificates_end(world):
    """By person: what becomes of them; and when those end that do by themselves."""
    chance = random.Random(f"{SEED} mortals")
    fates = sorted([*FATES, *chance.choices(list(FATES), k=COUNT // 30)], key=lambda fate: fate == "expires")
    end = int(time.time()) + 15 + 3 * len(fates)
    people = {}
    for number, fate in enumerate(fates):
        expires = time.strftime("%Y%m%dT%H%M%S", time.gmtime(end)) if fate == "expires" else "0"
        people[world.keys.make(f"mortal{number}@partner.example", expires=expires)] = fate
    for person in people:
        import_with_others(world, chance, person)
    world.gateway.reload()
    yield people, end
    for line in world.gateway.run("keys", "list").stdout.splitlines():
        if "mortal" in line or "js-v6-" in line:
            world.gateway.run("keys", "remove", line.split()[0]).check_returncode()


def test_a_certificate_that_ends_meanwhile_ends_what_is_sealed_to_it(world, mortals):
    chance = random.Random(f"{SEED} ends")
    people, end = mortals

    def some_mail():
        who = chance.sample(list(people), chance.randrange(1, 3))
        return who, Mail([person.address for person in who], "[confidential] Offer")

    before = 0
    while before < COUNT // 9:
        who, mail = some_mail()
        reply = world.send(mail)
        if time.time() >= end:
            break
        delivery = sealed(world, mail, reply)
        assert all(person.can_read(armor(delivery)) for person in who)
        before += 1
    assert before > 0, "the machine is too slow for this test"
    for person, fate in people.items():
        if fate == "is revoked":
            person.revoke()
            import_with_others(world, chance, person)
    time.sleep(max(1.0, end + 1 - time.time()))
    mails = [([person], Mail([person.address], "[confidential] Offer")) for person in people] + [some_mail() for _ in range(COUNT // 9)]
    for who, mail in mails:
        reasons = {FATES[people[person]] for person in who} - {None}
        reply = world.send(mail)
        if reasons:
            record = refused(world, mail, reply)
            assert {one["reason"] for one in record["recipients"] if one["result"] == "reject"} == reasons, record["recipients"]
        else:
            sealed(world, mail, reply)


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


def cut_within_a_group(chance, text):
    digits = base64.b64encode(text.encode()).decode()
    cut = chance.choice([at for at in range(1, len(digits) - 1) if at % 4])
    return f"=?utf-8?B?{digits[:cut]}?=\r\n =?utf-8?B?{digits[cut:]}?="


class RawMail(Mail):
    """With a Subject in octets of that charset, as old programs write it."""

    charset = "gbk"

    def data(self):
        return super().data().replace(self.subject.encode(), self.subject.encode(self.charset), 1)


RAW = {"gbk": ["[机密] 报告", "报告 [机密]", "报告[confidential]"], "big5": ["[機密] 報告", "報告 [機密]", "報告[confidential]"],
       "shift_jis": ["[機密] 報告", "ソ[機密]表", "報告 [confidential]"]}


def raw_mail(chance):
    charset = chance.choice(sorted(RAW))
    mail = RawMail(["zoe@yahoo.com"], chance.choice(RAW[charset]))
    mail.charset = charset
    if chance.random() < 0.5:
        mail.content = [f"Content-Type: text/plain; charset={charset}", "Content-Transfer-Encoding: 7bit"]
    return mail


def oddly_tagged(chance):
    text = chance.choice(["[confidential] x", "[vertraulich] x"])
    kind = chance.choice(["encoded", "encoded", "raw", "cut", "comment"])
    if kind == "raw":
        return raw_mail(chance)
    if kind == "comment":
        value = chance.choice(["Company-Confidential (for", "(a) Company-Confidential (b (c)", "Company-Confidential(see \\)"])
        return Mail(["zoe@yahoo.com"], "Minutes", extra=[f"Sensitivity: {value}"])
    return Mail(["zoe@yahoo.com"], cut_within_a_group(chance, text) if kind == "cut" else encoded_subject(chance, text))


def test_a_tag_in_any_charset_leaves_nothing_in_clear(world):
    chance = random.Random(f"{SEED} charsets")
    tags = world.gateway.usual_policy().replace("vertraulich", "vertraulich, 机密, 機密", 1)
    with world.gateway_with(policy=tags):
        for _ in range(COUNT // 2):
            mail = oddly_tagged(chance)
            reply = world.send(mail)
            assert 500 <= reply.code < 600, (mail.subject, mail.extra, str(reply))
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
                                   f"References: {says} <a@partner.example>", f"X-List: a, {says}, b",
                                   f"X-Cut: {' '.join(subject[:4])[:-1]}...", f"X-Html: {says.replace(' ', '&nbsp;')}"], 4)
            mail = Mail(["bob@partner.example"], f"[confidential] {says}", extra=extra)
            delivery = sealed(world, mail, world.send(mail))
            outside = re.sub(r"\s+", " ", delivery.header().decode().lower())
            assert "confidential" not in outside, outside
            for at in range(len(subject) - 3):
                assert " ".join(subject[at:at + 4])[:-1] not in outside.replace("&nbsp;", " "), outside
            inside = world.keys.bob.decrypt(armor(delivery)).decode()
            assert says in re.sub(r"\s+", " ", inside)
