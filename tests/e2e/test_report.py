"""`sealgate report`: what was really sent stands in it, and its page works for everybody who reads it."""

import json
import os
import stat
from datetime import datetime, timedelta
from html.parser import HTMLParser

import pytest
from gateway import Gateway
from logs import NOON, busy, chained, decision, event, recipient, stamp
from mails import Mail

import browser as browsers  # tests/support

BOB, MAX, ZOE = "bob@partner.example", "max@example.org", "zoe@yahoo.com"
SENT = [("[confidential] Offer", BOB, "sealed"), ("[confidential] Offer", ZOE, "refused"), ("[confidential] Again", ZOE, "refused"),
        ("[public] News", BOB, "delivered"), ("[internal] Minutes", ZOE, "delivered with a warning"), ("[secret] Plan", MAX, "held"),
        ("[confidental] Offer", BOB, "refused")]


class Tables(HTMLParser):
    """The tables of a page by caption: lists of rows, each a list of cells."""

    def __init__(self, page):
        super().__init__()
        self.by_caption, self._rows, self._text = {}, [], None
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        if tag == "table":
            self._rows = []
        elif tag == "tr":
            self._rows.append([])
        elif tag in ("caption", "th", "td"):
            self._text = ""

    def handle_data(self, data):
        if self._text is not None:
            self._text += data

    def handle_endtag(self, tag):
        if tag == "caption":
            self.by_caption[self._text] = self._rows
        elif tag in ("th", "td"):
            self._rows[-1].append(self._text.strip())
        self._text = None if tag in ("caption", "th", "td") else self._text

    def rows(self, caption, *columns):
        """Of the table of that caption: tuples of those columns."""
        heads, *rows = self.by_caption[caption]
        return [tuple(row[heads.index(column)] for column in columns) for row in rows]


def reported(gateway, path, *arguments):
    run = gateway.run("report", "--output", str(path), *arguments)
    assert (run.returncode, run.stderr) == (0, "")
    return path.read_text()


@pytest.fixture
def since(world):
    """The moment from which on the log is of this test alone."""
    world.send(Mail([MAX], "[public] Before"))
    return stamp(datetime.fromisoformat(world.gateway.records()[-1]["time"].replace("Z", "+00:00")) + timedelta(milliseconds=1))


def test_numbers_are_what_was_sent(world, since, tmp_path):
    for subject, to, _ in SENT:
        world.send(Mail([to], subject))
    with world.gateway_with(mode="monitor", policy=world.gateway.usual_policy(untagged="public")):
        for subject, to, _ in SENT:
            world.send(Mail([to], subject, sender="moni@example.org"))
    page = reported(world.gateway, tmp_path / "report.html", "--since", since)
    assert "Whole." in page and "are as they were signed on" in page  # a restart signs
    tables = Tables(page)
    outcomes = dict(tables.rows("What became of each mail", "outcome", "mails"))
    assert outcomes == {"delivered": "1", "delivered with a warning": "1", "sealed": "1", "held": "1", "refused": "3", "deferred": "0",
                        "only watched: passed unchanged, in monitor mode": "7"}
    assert sorted(tables.rows("Recipients refused or held, by reason", "reason", "refused", "held")) == [
        ("near-miss", "1", "0"), ("no-key", "2", "0"), ("tier", "0", "1")]
    domains = tables.rows("Recipients warned about, refused or held, by domain", "domain", "tier", "sent with a warning", "refused", "only watched")
    assert ("yahoo.com", "unsecure", "1", "2", "3") in domains
    assert tables.rows("People to whom mail had to be encrypted, and could not be", "address", "why", "mails") == [(ZOE, "no-key", "4")]
    assert tables.rows("Mail with something nearly like a tag", "tag that was meant", "refused", "only watched") == [("[confidential]", "1", "1")]
    assert tables.rows("Only watched: mails by sender", "sender", "refused", "held", "sealed", "warned", "passed") == [
        ("moni@example.org", "3", "1", "1", "1", "1")]
    rules = tables.rows("Only watched: recipients by rule (classification and tier), what the policy says, and why it came to that",
                        "classification", "tier", "action", "reason", "refused")
    assert ("confidential", "unsecure", "encrypt", "no-key", "2") in rules
    assert [change.split(" from ")[0] for _, change in tables.rows("Changes of policy and mode, as numbered in the pictures", "mark", "change")] == [
        "policy changed", "mode changed"] * 2  # and back
    assert {("start",), ("stop",), ("policy",), ("mode",)} <= set(tables.rows("Changes, as the log tells them", "kind"))


def test_json_tells_the_same(world, since, tmp_path):
    for subject, to, _ in SENT:
        world.send(Mail([to], subject))
    run = world.gateway.run("report", "--since", since, "--json")
    told = json.loads(run.stdout)
    assert run.returncode == 0 and told["proof"]["whole"] is True and told["messages"] == len(SENT)
    verified = json.loads(world.gateway.run("audit", "verify", "--json").stdout)
    assert (told["proof"]["records"], told["proof"]["signed_to"]) == (verified["records"], verified["signed_to"] or 0)
    assert {name: number for name, number in told["outcomes"].items() if number} == {"deliver": 1, "warn": 1, "seal": 1, "hold": 1, "reject": 3}
    reported(world.gateway, tmp_path / "report.json", "--since", since, "--json")
    assert json.loads((tmp_path / "report.json").read_text())["outcomes"] == told["outcomes"]


# From here on nobody has to be sent mail: the log is written as the gateway writes it.

@pytest.fixture
def gateway(tmp_path):
    return Gateway(tmp_path / "gateway", 1, 2)


def with_log(gateway, lines):
    (gateway.state / "audit").mkdir(parents=True, exist_ok=True)
    (gateway.state / "audit" / "audit.jsonl").write_text("".join(lines))
    return gateway


@pytest.mark.parametrize("tampered, said", [
    (lambda lines: lines[:3] + [lines[3].replace('"size":2048', '"size":2049')] + lines[4:], "record 4 was changed"),
    (lambda lines: lines[:3] + lines[4:], "record 4"),
])
def test_log_that_is_not_whole_is_reported_and_is_no_success(gateway, tmp_path, tampered, said):
    with_log(gateway, tampered(list(chained(busy(10, 3)))))
    run = gateway.run("report", "--output", str(tmp_path / "report.html"))
    assert run.returncode == 1 and said in run.stderr and run.stderr.count("\n") == 1
    page = (tmp_path / "report.html").read_text()
    assert "Not whole." in page and said in page
    mails = [int(mails) for mails, in Tables(page).rows("What became of each mail", "mails")]
    assert sum(mails) == len((gateway.state / "audit" / "audit.jsonl").read_text().splitlines()), "what stands behind the flaw is counted too"


def test_file_is_private_and_takes_the_place_of_the_last(gateway, tmp_path, monkeypatch):
    with_log(gateway, chained(busy(10, 3)))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "report.html").write_text("the last one")
    (tmp_path / "report.html").chmod(0o644)
    run = gateway.run("report", "--output", "report.html")
    assert run.returncode == 0 and (tmp_path / "report.html").read_text().startswith("<!DOCTYPE html>")
    assert stat.S_IMODE(os.stat("report.html").st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["report.html"]
    assert gateway.run("report", "--output", "-").stdout.startswith("<!DOCTYPE html>")


@pytest.mark.parametrize("arguments", [[], ["--output", "/dev/null"], ["--output", "-", "--since", "tomorrow"], ["word", "--output", "-"],
                                       ["--output", "-", "--since", "2026-11-02", "--until", "2026-11-01"],
                                       ["--output", "/nowhere/report.html"]])
def test_called_wrongly(gateway, arguments):
    with_log(gateway, [])
    run = gateway.run("report", *arguments)
    assert run.returncode == 2 and run.stdout == "" and run.stderr.startswith("sealgate: ") and run.stderr.count("\n") == 1
    assert os.path.exists("/dev/null") and not os.path.isfile("/dev/null")


def test_no_log_is_told(gateway):
    run = gateway.run("report", "--output", "-")
    assert run.returncode == 2 and "has the gateway run yet?" in run.stderr


# How people see it.

EVIL = '"><script>alert(1)</script>\u202eevil\u2066' + "x" * 300


def hostile():
    for number in range(30):
        yield decision(NOON.replace(minute=number), "reject", f"<b>secret</b>{'y' * 200}", [
            recipient(f"{EVIL}@{'z' * 200}.example", "<i>tier</i>", "encrypt", "reject", "no-key"),
            recipient("שלום@דוגמה.example", "unknown", "encrypt", "reject", "<reason>")],
            sender=EVIL, mode="monitor" if number % 2 else "enforce", policy=f"<policy>{number}",
            near_misses=[{"suggestion": "</title><img src=x onerror=alert(1)>", "carrier": "subject"}])


def eventful():
    records = [*busy(200, 30, mode="both"), event(NOON.replace(day=1), "start", version="0.1.0"), event(NOON.replace(day=9), "start"),
               event(NOON.replace(day=12), "key-import", fingerprint="8C1A0D4E" * 5, addresses=[BOB], user="root"),
               event(NOON.replace(day=20), "repair", octets=312)]
    return sorted(records, key=lambda record: record["time"])


LOGS = {"empty": list, "one": lambda: [decision(NOON, "reject", "confidential", [recipient(ZOE, "unsecure", "encrypt", "reject", "no-key")])],
        "month": eventful, "year": lambda: busy(400, 400), "monitor": lambda: busy(60, 1, mode="monitor"), "hostile": hostile}


@pytest.mark.parametrize("name", LOGS)
def test_page_works_for_everybody(check_page, gateway, tmp_path, name):
    with_log(gateway, chained(LOGS[name]()))
    reported(gateway, tmp_path / "report.html")
    paper = browsers.paper_text(check_page(tmp_path / "report.html", name))
    for text in "Can the log be believed?", "In short", "How to read this", "What was refused, and why":
        assert text in paper
    assert "The numbers of this picture" not in paper  # nobody can open it there


def test_nothing_is_cut_on_paper(browser, gateway, tmp_path):
    with_log(gateway, chained(eventful()))
    reported(gateway, tmp_path / "report.html")
    lines = browsers.paper_text(browser.open(tmp_path / "report.html").pdf()).splitlines()
    heads = next(line.split() for line in lines if line.startswith("classification"))
    assert heads[-1] == "all", heads
    first_chart = next(i for i, line in enumerate(lines) if "Outgoing mail by outcome, by day" in line)
    assert not any("\f" in line for line in lines[first_chart + 1:first_chart + 12]), "the chart stands on one page with its heading"


def test_page_has_no_fault_that_axe_finds(browser, gateway, tmp_path):
    if missing := browsers.axe_missing():
        pytest.skip(missing)
    with_log(gateway, chained(eventful()))
    reported(gateway, tmp_path / "report.html")
    browser.open(tmp_path / "report.html")
    browser.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert browsers.axe_violations(browser) == []


@pytest.mark.parametrize("fault, page, said", [
    ("a script", "<script>1</script>", "active content"),
    ("an attribute that runs", "<p onclick='x()'>x</p>", "active content"),
    ("something to fetch", "<style>p { background: url(file:///etc/hostname) }</style><p>x</p>", "it fetches"),
    ("too wide", "<p style='width: 500px; background: red'>x</p>", "wider than the window"),
    ("pale text", "<p style='color: #999; background: #fff'>pale words</p>", "color-contrast"),
    ("pale in the dark", "<style>@media (prefers-color-scheme: dark) { p { color: #111; background: #000 } }</style><p>pale words</p>", "dark:"),
])
def test_checks_find_what_they_look_for(check_page, fault, page, said):
    if fault.startswith("pale") and (missing := browsers.axe_missing()):
        pytest.skip(missing)
    whole = f"<!DOCTYPE html><html lang='en'><meta name='viewport' content='width=device-width'><title>x</title><main><h1>x</h1>{page}</main></html>"
    with pytest.raises(AssertionError, match=said):
        check_page(whole, fault)


def test_hundred_thousand_records_make_a_page_that_a_browser_shows(browser, gateway, tmp_path):
    with_log(gateway, chained(busy(100_000, 300, mode="both")))
    page = reported(gateway, tmp_path / "report.html")
    assert len(page) < 300_000
    assert dict(Tables(page).rows("What became of each mail", "outcome", "mails"))["only watched: passed unchanged, in monitor mode"] == "20,000"
    browser.open(tmp_path / "report.html", width=390)
    assert browsers.too_wide(browser) == []
