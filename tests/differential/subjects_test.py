"""Where another reader sees a tag in a Subject, sealgate sees it too, or says that it could not be read.

The readers: TextDecoder, as browsers have it (node), Python's email, and glibc's iconv, as mutt has it. Which octets are cut and changed comes from
SEALGATE_DIFFERENTIAL_SEED.
"""

import base64
import binascii
import email
import email.errors
import email.header
import email.policy
import json
import os
import quopri
import random
import re
import struct
import subprocess
import unicodedata
from pathlib import Path

import glibc
import pytest
import subjects

SEED = os.environ.get("SEALGATE_DIFFERENTIAL_SEED", "2047")
# What others see and we don't: names of cases, and why that has to be.
EXCUSED = [(re.compile(r"big5|hkscs|950", re.I), "конфиденциально",
            "the pairs that are Cyrillic in one Big5 are kana in another, and ICU has but one"),
           (re.compile(r"x0213|2004", re.I), "důvěrné", "only JIS X 0213 has these letters, and ICU does not have it")]
WANTED = [unicodedata.normalize("NFKC", f"[{tag}]").casefold() for tag in subjects.TAGS]


@pytest.fixture(scope="module", name="cases")
def all_cases():
    print(f"SEALGATE_DIFFERENTIAL_SEED={SEED}")
    return subjects.make_cases(random.Random(SEED))


@pytest.fixture(scope="module", name="verdicts")
def ours(cases):
    return verdicts_of(cases)


def verdicts_of(cases):
    frames = b"".join(struct.pack(">I", len(header)) + header for header in (case.header() for case in cases))
    run = subprocess.run([os.environ["SUBJECT_VERDICT"]], input=frames, capture_output=True, check=True, timeout=300)
    lines = run.stdout.decode().splitlines()
    assert len(lines) == len(cases)
    return lines


def is_tagged(text):
    text = unicodedata.normalize("NFKC", text).casefold().replace("【", "[").replace("】", "]")
    text = "".join(c for c in text if not c.isspace() and unicodedata.category(c) not in ("Cf", "Cc"))
    return any(tag in text for tag in WANTED)


def by_node(cases):
    lines = "".join(json.dumps({"subject": base64.b64encode(case.subject.replace(b"\r\n", b"")).decode(),
                                "charset": case.charset}) + "\n" for case in cases)
    run = subprocess.run(["node", Path(__file__).parent / "text_decoder.mjs"], input=lines.encode(), capture_output=True,
                         check=True, timeout=300)
    return [json.loads(line) for line in run.stdout.splitlines()]


def by_python(case):
    """What programs that use Python's email may show."""
    texts = []
    raw = case.subject.replace(b"\r\n", b"").decode("ascii", "surrogateescape")
    for read in (lambda: str(email.header.make_header(email.header.decode_header(raw))),
                 lambda: str(email.message_from_bytes(case.header(), policy=email.policy.default)["Subject"]),
                 lambda: case.subject.decode(case.charset) if case.charset else ""):
        try:
            texts.append(read())
        except (LookupError, UnicodeError, ValueError, AssertionError, email.errors.MessageError, IndexError):
            pass  # it shows nothing
    return texts


WORD = re.compile(rb"=\?([^?*]*)(?:\*[^?]*)?\?([bqBQ])\?(.*?)\?=")


def octets_of(kind, text):
    if kind in b"qQ":
        return quopri.decodestring(text, header=True)
    try:
        return base64.b64decode(text + b"===")
    except binascii.Error:
        return b""


def by_iconv(case):
    """What programs show that ask glibc: word by word, or neighbouring ones of one charset together."""
    words = [(label.decode(), octets_of(kind, text)) for label, kind, text in WORD.findall(case.subject)]
    texts = [glibc.decode(octets, label) or "" for label, octets in words]
    if len(words) > 1:
        texts = ["".join(texts), glibc.decode(b"".join(octets for _, octets in words), words[0][0]) or ""]
    if case.charset:
        texts.append(glibc.decode(case.subject, case.charset) or "")
    return texts


def is_excused(case):
    return any(pattern.search(case.name) and tag in case.name for pattern, tag, _ in EXCUSED)


def compare(cases, verdicts, seen):
    tagged = sum(any(map(is_tagged, texts)) for texts in seen)
    silent = [f"{case.name}: {case.subject!r} is {texts}" for case, ours, texts in zip(cases, verdicts, seen, strict=True)
              if ours == "none" and not is_excused(case) and any(map(is_tagged, texts))]
    print(f"{len(cases)} Subjects, {tagged} with a tag for the other reader")
    assert not silent, f"seed {SEED}: {len(silent)} tags were not seen, such as\n" + "\n".join(silent[:20])
    assert tagged > len(cases) / 4


def test_the_standards_labels_are_all_there(cases):
    """As node knows them; it does not decode what browsers don't."""
    script = "console.log(JSON.stringify(process.argv.slice(1).map((l) => {try {return new TextDecoder(l).encoding} catch {return null}})))"
    labels = [(label, encoding) for encoding, labels in subjects.LABELS.items() for label in labels]
    run = subprocess.run(["node", "-e", script, *(label for label, _ in labels)], capture_output=True, check=True, timeout=60)
    for (label, encoding), known in zip(labels, json.loads(run.stdout), strict=True):
        assert known in (encoding, None), label
    assert len(labels) >= 228


def test_what_browsers_decode_is_seen(cases, verdicts):
    compare(cases, verdicts, by_node(cases))


def test_what_python_reads_is_seen(cases, verdicts):
    compare(cases, verdicts, [by_python(case) for case in cases])


def test_what_glibc_reads_is_seen(cases, verdicts):
    compare(cases, verdicts, [by_iconv(case) for case in cases])


@pytest.mark.parametrize("label, text", [("UTF-7-IMAP", "&AFs-confidential&AF0-_x"), ("utf7-imap", "&AFs-confidential&AF0-"),
                                         ("JAVA", "=5Cu005bconfidential=5Cu005d"), ("C99", "=5Cu005bconfidential=5Cu005d"),
                                         ("HTML-ENTITIES", "&#91;confidential&#93;"), ("BASE64", "W2NvbmZpZGVudGlhbF0")])
def test_what_others_decode_is_in_doubt(label, text):
    """GNU libiconv and PHP, which are no readers here."""
    assert verdicts_of([subjects.Case(label, f"=?{label}?Q?{text}?=".encode())]) != ["none"]


def test_what_is_written_properly_is_a_tag(cases, verdicts):
    """Not only doubt: whole words of the standard's charsets but for those that have two orders of octets."""
    proper = [(case, ours) for case, ours in zip(cases, verdicts, strict=True)
              if case.name.split(" ")[1] in ("B", "Q") and "【" not in case.name and not is_excused(case) and
              case.name.split(" ")[0] in sum((labels for encoding, labels in subjects.LABELS.items()), [])]
    unsure = [case.name for case, ours in proper if ours != "tag"]
    assert len(proper) > 900
    assert not unsure, unsure[:20]
