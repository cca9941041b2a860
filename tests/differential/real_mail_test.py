"""Mail as programs make it, around ciphertext that gpg, sq and rnp make anew in each run: all of it is taken for encrypted, and the same
mail around what can be read is not. Sizes, ciphers, hidden recipients, encodings and shapes are crossed, since what looks like a
pattern in ciphertext (the zeros of hidden key ids, base64 in base64) comes and goes with them.
"""

import base64
import html
import itertools
import os
import quopri
import random
import struct
import subprocess
from pathlib import Path

import pytest
import sequoia
from messages import ONE, RSA, THREE, TWO, Maker
from octets import LITERAL, SEIPD, checksum, five_octets, one_octet

SEED = os.environ.get("SEALGATE_DIFFERENTIAL_SEED", "9788")
LETTER = b"Dear Bob, the closing of the north office will be told on Monday. Until then it stays between us.\r\n"
ENCRYPTED = {"pgp-mime", "pgp-inline"}


# --- ciphertext: name, binary, armored

def by_gpg(maker, rng):
    hidden = [[*itertools.chain(*(("-R", who) for who in people))] for people in
              ([ONE], [RSA], [ONE, TWO], [ONE, RSA], [ONE, TWO, THREE], [RSA, ONE, TWO, THREE])]
    named = [["-r", ONE], ["-r", RSA], ["-r", ONE, "-r", TWO], ["-r", ONE, "-R", TWO, "-R", THREE], ["--throw-keyids", "-r", ONE, "-r", RSA]]
    sizes = [20, 100, 700, 2000, 20_000, 200_000]
    for to, cipher, size in itertools.product(hidden + named, ("AES128", "AES256"), sizes):
        if size > 2000 and rng.random() < 0.7:
            continue
        data = maker.gpg("-z", "0", "--cipher-algo", cipher, *to, "-e", input=rng.randbytes(size))
        yield f"gpg {' '.join(to)} {cipher} {size}", data
    yield "gpg 1 MB", maker.gpg("-z", "0", "-R", ONE, "-R", TWO, "-e", input=rng.randbytes(1_000_000))


def by_others(maker, rng, directory):
    """sq and rnp have no hidden recipients."""
    certificates = []
    for who in (ONE, TWO, RSA):
        certificates.append(directory / f"{who}.asc")
        certificates[-1].write_bytes(maker.gpg("--armor", "--export", who))
    keyring = directory / "rnp"
    keyring.mkdir()
    for certificate in certificates:
        run(["rnpkeys", "--homedir", keyring, "--import", certificate])
    for size in (20, 2000, 20_000):
        text = rng.randbytes(size)
        for count in (1, 3):
            yield f"sq {count} {size}", run(sequoia.encrypting(certificates[:count]), text)
        for cipher in ("AES128", "AES256"):
            yield f"rnp {cipher} {size}", run(["rnp", "--homedir", keyring, "--cipher", cipher, "-e", "-r", ONE, "--output", "-"], text)


def run(command, given=b""):
    done = subprocess.run(command, input=given, capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done.stdout


def armor(binary, eol=b"\r\n", label=b"MESSAGE", headers=()):
    digits = base64.b64encode(binary)
    sums = [b"=" + checksum(binary).encode()] if len(binary) < 5000 else []  # as RFC 9580 wants it
    lines = [b"-----BEGIN PGP " + label + b"-----", *headers, b"", *(digits[at:at + 64] for at in range(0, len(digits), 64)),
             *sums, b"-----END PGP " + label + b"-----", b""]
    return eol.join(lines)


# --- mails around it

def encoded(how, content):
    if how == "base64":
        return b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(content).replace(b"\n", b"\r\n")
    if how == "quoted-printable":
        return b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + quopri.encodestring(content.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n")
    return b"\r\n" + content


def part(kind, how, content):
    return f"Content-Type: {kind}\r\n".encode() + encoded(how, content)


def multipart(kind, *parts):
    return (f"Content-Type: multipart/{kind}; boundary=b\r\n\r\n".encode() + b"".join(b"--b\r\n" + one + b"\r\n" for one in parts) +
            b"--b--\r\n")


def pgp_mime(block, how="7bit"):
    return multipart('encrypted; protocol="application/pgp-encrypted"', part("application/pgp-encrypted", "7bit", b"Version: 1\r\n"),
                     part('application/octet-stream; name="encrypted.asc"', how, block))


def exchange(block, empty):
    return multipart("mixed", part("text/html; charset=utf-8", "7bit", empty), part("application/pgp-encrypted", "base64", b"Version: 1\r\n"),
                     part('application/octet-stream; name="encrypted.asc"', "base64", block))


def without_version(block):
    version = (b"Content-Type: application/pgp-encrypted; name=\r\nContent-Description: PGP/MIME version identification\r\n"
               b"Content-Transfer-Encoding: base64\r\n\r\n")
    return multipart("mixed", version, part("application/octet-stream; name=encrypted.asc", "7bit", block))


def file(name, how, content, kind="application/octet-stream"):
    return part(f'{kind}; name="{name}"', how, content)


# What composers make of a pasted text: before it, for an end of line, behind it.
PAGES = [
    (b'<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"></head><body><p>', b"<br>\r\n", b"</p></body></html>"),
    (b'<div dir="ltr">', b"<br>", b"</div>"),
    (b'<div dir="ltr"><div>', b"</div><div>", b"</div></div>"),
    (b"<!DOCTYPE html>\r\n<html><body><pre>", b"\r\n", b"</pre></body></html>"),
    (b'<div style="font-family: Arial, sans-serif; font-size: 14px; color: rgb(0, 0, 0);">',
     b'</div><div style="font-family: Arial, sans-serif; font-size: 14px;">', b"<br></div>"),
    (b'<html><head></head><body style="word-wrap: break-word; -webkit-nbsp-mode: space; line-break: after-white-space;" class=""><div class="">',
     b'</div><div class="">', b'</div></body></html>'),
    (b'<div class="WordSection1"><p class="MsoNormal">', b'<o:p></o:p></p>\r\n<p class="MsoNormal">', b"<o:p>&nbsp;</o:p></p></div>"),
]


def pasted(block, page):
    before, line, behind = page
    shown = html.escape(block.decode()).replace("+", "&#43;").encode().replace(b"\r\n", line)
    return multipart("alternative", part("text/plain; charset=utf-8", "7bit", block), part("text/html; charset=utf-8", "7bit", before + shown + behind))


def shapes(binary, headers=()):
    """Of one message, each way to send it that programs know."""
    block = armor(binary, headers=headers)
    for how in ("7bit", "base64", "quoted-printable"):
        yield f"PGP/MIME {how}", pgp_mime(block, how)
        yield f"inline {how}", part("text/plain; charset=utf-8", how, block)
        yield f"armored file {how}", multipart("mixed", file("report.pdf.asc" if how == "7bit" else "report.pdf.pgp", how, block))
    yield "Exchange", exchange(block, b"")
    yield "Exchange, a page", exchange(block, b'<div dir="ltr"><br></div>\r\n')
    yield "without version", without_version(block)
    yield "binary file", multipart("mixed", file("report.pdf.gpg", "base64", binary))
    yield "text and files", multipart("mixed", part("text/plain", "7bit", block), file("a.gpg", "base64", armor(binary, b"\n")),
                                      file("b.pgp", "base64", binary), file("c.pgp", "base64", block, "application/pgp-encrypted"))
    yield "blanks around", part("text/plain; charset=utf-8", "base64", b"\r\n\xc2\xa0\r\n" + block + b"\xc2\xa0 \r\n")
    if len(binary) < 30_000:
        for number, page in enumerate(PAGES):
            yield f"pasted {number}", pasted(block, page)


def mail(entity):
    return b"From: a@example.org\r\nTo: b@example.net\r\nSubject: ...\r\nMIME-Version: 1.0\r\n" + entity


def protections(mails):
    """[(name, protection and why)], from one run."""
    frames = b"".join(struct.pack(">cI", b"m", len(octets)) + octets for _, octets in mails)
    lines = subprocess.run([os.environ["PACKET_VERDICT"]], input=frames, capture_output=True, check=True, timeout=300).stdout.decode().splitlines()
    assert len(lines) == len(mails)
    return [(name, line) for (name, _), line in zip(mails, lines)]


def believed(line):
    return line.partition(" ")[0] in ENCRYPTED


@pytest.fixture(name="ciphertexts", scope="module")
def ciphertexts_of_all_programs(tmp_path_factory):
    rng = random.Random(SEED)
    with Maker() as maker:
        made = list(by_gpg(maker, rng)) + list(by_others(maker, rng, Path(tmp_path_factory.mktemp("others"))))
        readable = {"stored": maker.gpg("--store", "-z", "0", input=LETTER * 3), "compressed": maker.gpg("--store", "-z", "6", input=LETTER * 9),
                    "signed": maker.gpg("-s", "-u", ONE, input=LETTER), "certificate": maker.gpg("--export", ONE),
                    "without integrity": maker.gpg("--rfc2440", "--cipher-algo", "AES", "-r", ONE, "-e", input=LETTER)}
    return made, readable


def test_what_programs_encrypt_is_believed(ciphertexts):
    made, _ = ciphertexts
    mails = [(f"{name}: {shape}", mail(entity)) for name, binary in made for shape, entity in shapes(binary)]
    mails += [(f"two blocks: {name}", mail(part("text/plain", "7bit", armor(one) + b"\r\n" + armor(other))))
              for (name, one), (_, other) in zip(made[:80], made[1:]) if len(one) + len(other) < 10_000]
    assert len(mails) > 1000
    doubted = [f"{name}: {line}" for name, line in protections(mails) if not believed(line)]
    print(f"SEALGATE_DIFFERENTIAL_SEED={SEED}: {len(mails)} mails")
    assert not doubted, f"{len(doubted)} of {len(mails)}, seed {SEED}:\n" + "\n".join(doubted[:20])


def smuggled(binary, text):
    """Real ciphertext changed so that a text can be read in it or beside it: name, message."""
    head, data = binary[:94], binary[94:]  # of one session key for a curve: two octets of header
    assert head[0] == 0x84 and head[2] == 3, "the first packet is another"
    words = base64.b64encode(text)  # what digits spell
    spelled = base64.b64decode((b"dear/Bob/the/closing/of/the/north/office/will/be/told/on/Monday/and/not/before" * 8)[:600])
    hidden = head[:3] + bytes(8) + head[11:]
    yield "text for data", head + five_octets(SEIPD, b"\x01" + text)
    yield "digits for data", hidden * 3 + five_octets(SEIPD, b"\x01" + spelled)
    yield "base64 for data", head + five_octets(SEIPD, b"\x01" + words)
    yield "key ids", b"".join(head[:3] + text[at:at + 8].ljust(8) + head[11:] for at in range(0, 96, 8)) + data
    yield "zeros and key ids", b"".join(hidden + head[:3] + text[at:at + 8].ljust(8) + head[11:] for at in range(0, 96, 8)) + data
    yield "session keys", b"".join(head[:3] + bytes(8) + head[11:16] + text[at:at + 31].ljust(31) + head[47:] for at in range(0, 180, 31)) + data
    yield "behind", binary + one_octet(LITERAL, text[:len(text) % 190 + 1])


def readable_beside(block, text):
    """Whole mails with real ciphertext and something to read."""
    page = PAGES[0]
    before, line, behind = page
    shown = block.replace(b"\r\n", line)

    def alternative(copy):
        return multipart("alternative", part("text/plain", "7bit", block), part("text/html", "7bit", copy))
    say = text.strip()
    yield "between blocks", part("text/plain", "7bit", block + say + b"\r\n" + block)
    yield "armor header", part("text/plain", "7bit", block.replace(b"-----\r\n", b"-----\r\nComment: Z1 SecureMail Gateway Info - " + say[:60] + b"\r\n", 1))
    yield "behind no-break space", part("text/plain", "7bit", block + b"\xc2\xa0" + say + b"\r\n")
    yield "html only", alternative(before + say + behind)
    yield "in the html", alternative(before + shown + say + behind)
    yield "title", alternative(before.replace(b"<head>", b"<head><title>" + say + b"</title>") + shown + behind)
    yield "comment", alternative(before + b"<!-- " + say + b" -->" + shown + behind)
    yield "conditional comment", alternative(before + b"<!--[if mso]>" + say + b"<![endif]-->" + shown + behind)
    yield "attribute", alternative(before + b'<div title="' + say + b'">' + shown + b"</div>" + behind)
    yield "class", alternative(before + b'<div class="' + say.replace(b" ", b"_") + b'">' + shown + b"</div>" + behind)
    yield "classes one by one", alternative(before + b"".join(b'<span class="' + word + b'"></span>' for word in say.split()) + shown + behind)
    yield "style", alternative(before.replace(b"<head>", b"<head><style>p::before { content: '" + say + b"' }</style>") + shown + behind)
    yield "style attribute", alternative(before + b"<div style=\"font-family: '" + say + b"'\">" + shown + b"</div>" + behind)
    yield "data attribute", alternative(before + b'<div data-text="' + say + b'">' + shown + b"</div>" + behind)
    yield "numbers", alternative(before + b"".join(b'<p style="margin: %dpx %dpx"></p>' % (n, n * 7 % 9999) for n in range(100)) + shown + behind)
    yield "long number", alternative(before + b'<p style="margin: 4915112345678px">' + shown + behind)
    yield "link", alternative(before + b'<a href="http://example.org/' + say.replace(b" ", b"-") + b'">' + shown + b"</a>" + behind)
    yield "picture", alternative(before + b'<img src="cid:1" alt="' + say + b'">' + shown + behind)
    yield "unknown tag", alternative(before + b"<" + say.replace(b" ", b"-") + b">" + shown + behind)
    yield "references", alternative(before + b"".join(b"&#%d;" % octet for octet in say) + shown + behind)
    yield "open tag", alternative(before + shown + behind + b"<p " + say)
    yield "version", multipart('encrypted; protocol="application/pgp-encrypted"', part("application/pgp-encrypted", "7bit", say),
                               part("application/octet-stream", "7bit", block))
    yield "empty version described", multipart("mixed", b"Content-Description: " + say * 6 + b"\r\n" + part("application/pgp-encrypted", "7bit", b""),
                                               part("application/octet-stream; name=encrypted.asc", "7bit", block))
    yield "empty page", exchange(block, b'<div dir="ltr">' + say + b"</div>")
    yield "armored letter", multipart("mixed", part("text/plain", "7bit", block), file("letter.pgp", "base64", armor(text)))
    yield "armored key", multipart("mixed", part("text/plain", "7bit", say), file("letter.pgp", "base64", block))


def test_what_can_be_read_is_not_believed(ciphertexts):
    made, readable = ciphertexts
    mails = [(f"{name}: {shape}", mail(entity)) for name, binary in readable.items() for shape, entity in shapes(binary)]
    curve = [binary for name, binary in made if name.startswith(f"gpg -r {ONE} AES256")]
    for binary in curve[:3]:
        mails += [(f"{name}: {shape}", mail(entity)) for name, changed in smuggled(binary, LETTER * 2) for shape, entity in shapes(changed)]
        mails += [(f"beside: {name}", mail(entity)) for name, entity in readable_beside(armor(binary), LETTER)]
    assert len(mails) > 400
    fooled = [f"{name}: {line}" for name, line in protections(mails) if believed(line)]
    assert not fooled, f"{len(fooled)} of {len(mails)}, seed {SEED}:\n" + "\n".join(fooled[:20])


def test_a_certificate_as_a_file_claims_nothing(ciphertexts):
    _, readable = ciphertexts
    key = readable["certificate"]
    mails = [(f"{name} {how}", mail(multipart("mixed", part("text/plain", "7bit", b"here is my key\r\n"), file(name, how, content))))
             for name in ("key.gpg", "key.pgp", "key.asc") for how in ("base64", "7bit") for content in
             [armor(key, label=b"PUBLIC KEY BLOCK"), *([key] if how == "base64" else [])]]
    assert {line.partition(" ")[0] for _, line in protections(mails)} == {"none"}
