"""audit.sinks: the log as lines of a real rsyslog, over a local socket, TCP and TLS: each record arrives, whatever becomes of the server,
nobody reads along whom the certificate does not name, and mail never waits for it."""

import json
import shutil
import time

import pytest
from mails import Mail
from ports import free_ports
from shipped_log import ZOE, gateway, with_records  # noqa: F401

from authority import Authority  # tests/support
from rsyslog import Rsyslog


def start(gateway, sink, more="", **how):
    gateway.configure(audit=f'{{sinks: ["{sink}"]{more}}}', more="  name: mx1.example.org\n")
    gateway.start(**how)


def records_of(gateway):
    files = sorted((gateway.state / "audit").glob("audit-*.jsonl")) + [gateway.state / "audit/audit.jsonl"]
    return {one["seq"]: one for file in files for one in map(json.loads, file.read_text().splitlines())}


def arrived(siem):
    """{number: fields}, in the order of their first coming."""
    out = {}
    for line in siem.lines():
        out.setdefault(int(line["fields"]["seq"]), line["fields"])
    return out


def wait_until_all_is_there(world, siem, gateway, timeout=60):
    world.wait_until(lambda: arrived(siem).keys() >= records_of(gateway).keys(), timeout)
    here, there = records_of(gateway), arrived(siem)
    assert list(there) == sorted(here), "in their order"
    assert [there[number]["hash"] for number in there] == [here[number]["hash"] for number in sorted(here)]


def sink_in(gateway):
    one, = json.loads(gateway.run("status", "--json").stdout)["sinks"]
    return one


@pytest.fixture
def siem(tmp_path):
    port, = free_ports(1)
    with Rsyslog(tmp_path / "siem", tcp=port) as siem:
        siem.sink = f"syslog:tcp:127.0.0.1:{port}"
        yield siem


def test_what_is_decided_is_a_line_within_seconds(world, siem):
    with world.gateway_with(audit=f'{{sinks: ["{siem.sink}"]}}', more="  name: mx1.example.org\n"):
        mail = Mail([ZOE, "bob@partner.example"], "[internal] News \" ] x", sender="ann@example.org")
        assert world.send(mail).code == 250
        wait_until_all_is_there(world, siem, world.gateway)
        record, = world.gateway.records_of(mail.message_id)
    line, = [one for one in siem.lines() if one["fields"].get("id") == record["id"]]
    assert (line["app"], line["what"], line["priority"]) == ("sealgate", "decision", "134")
    assert line["text"].strip() == f"{record['outcome']} {record['id']}" and line["time"].startswith(record["time"][:19])
    fields = line["fields"]
    assert fields["gateway"] == "mx1.example.org" and fields["time"] == record["time"] and fields["hash"] == record["hash"]
    for name in ("outcome", "mode", "classification", "protection", "queue_id", "sender", "client", "message_id", "policy"):
        assert fields[name] == record[name], name
    assert fields["recipients"].split(",") == [one["address"] for one in record["recipients"]]
    assert "News" not in json.dumps(siem.lines()), "no Subject"


@pytest.mark.parametrize("form", ["rfc5424", "rfc3164"])
def test_over_a_local_socket(world, tmp_path, gateway, form):
    """At /dev/log as what listens there reads it; at any other path as RFC 5424."""
    directory = tmp_path / "device"
    directory.mkdir()
    path = directory / "log"
    with Rsyslog(tmp_path / "siem", socket=path, own_parser=form == "rfc3164") as siem:
        with_records(gateway, 50)
        if form == "rfc3164":
            device = f"d={directory}; cp -a /dev/null /dev/zero /dev/urandom /dev/random $d; mount --bind $d /dev; exec \"$@\""
            gateway.within = ["unshare", "--mount", "sh", "-c", device, "sh"]
        start(gateway, "syslog:unix:/dev/log" if form == "rfc3164" else f"syslog:unix:{path}")
        if form == "rfc5424":
            wait_until_all_is_there(world, siem, gateway)
        else:
            world.wait_until(lambda: len(siem.lines()) >= 51)
            texts = [line["text"] for line in siem.lines()]
            assert [f'[sealgate@32473 seq="{number}" hash="' in text for number, text in enumerate(texts, 1)] == [True] * len(texts)
        assert {line["app"] for line in siem.lines()} == {"sealgate"}


def test_a_server_that_is_killed_gets_all_that_it_lost(world, siem, gateway):
    with_records(gateway, 20_000)
    start(gateway, siem.sink)
    world.wait_until(lambda: len(siem.lines()) > 3000)
    siem.kill()
    siem.start()
    wait_until_all_is_there(world, siem, gateway)
    assert "the audit log's copy in syslog:tcp:127.0.0.1:" in gateway.log()


def test_what_was_read_to_its_end_is_not_sent_again(world, siem, gateway):
    with_records(gateway, 500)
    start(gateway, siem.sink)
    wait_until_all_is_there(world, siem, gateway)
    gateway.stop()
    before = len(siem.lines())
    gateway.start()
    wait_until_all_is_there(world, siem, gateway)
    assert len(siem.lines()) < before + 20, "its start, and no more"


def test_a_gateway_that_is_killed_sends_again_what_may_be_lost(world, siem, gateway):
    with_records(gateway, 500)
    start(gateway, siem.sink)
    wait_until_all_is_there(world, siem, gateway)
    gateway.kill()
    before = len(siem.lines())
    gateway.start()
    world.wait_until(lambda: len(siem.lines()) > before + 500)
    wait_until_all_is_there(world, siem, gateway)


def test_mail_does_not_wait_for_a_server_that_does_not_read(world, siem):
    siem.freeze()
    with world.gateway_with(audit=f'{{sinks: ["{siem.sink}"]}}'):
        began = time.monotonic()
        for i in range(10):
            assert world.send(Mail([ZOE], f"[public] News {i}", sender="ann@example.org")).code == 250
        assert time.monotonic() - began < 10
        began = time.monotonic()
    assert time.monotonic() - began < 20, "nor does the end"


def test_a_log_from_elsewhere_is_sent_and_told(world, siem, gateway):
    with_records(gateway, 100)
    start(gateway, siem.sink)
    wait_until_all_is_there(world, siem, gateway)
    gateway.stop()
    shutil.rmtree(gateway.state / "audit")
    with_records(gateway, 60)
    before = len(siem.lines())
    gateway.start()
    world.wait_until(lambda: len(siem.lines()) >= before + 61)
    assert "It is sent from its beginning" in gateway.log()


def test_what_was_pruned_before_it_was_sent_is_a_gap_that_is_told(world, tmp_path, gateway):
    port, = free_ports(1)
    with_records(gateway, 50)
    start(gateway, f"syslog:tcp:127.0.0.1:{port}", more=", keep: 1s, rotate: {size: 4KiB, daily: false}")
    for _ in range(30):
        gateway.run("reload")
    time.sleep(1.2)
    assert gateway.run("audit", "prune").stdout.startswith("taken away"), "the log is kept no longer for a syslog than for anybody"
    first = min(records_of(gateway))
    assert first > 50
    with Rsyslog(tmp_path / "siem", tcp=port) as siem:
        world.wait_until(lambda: arrived(siem).keys() >= records_of(gateway).keys(), 90)
        assert f"behind record 0 comes {first}: what was between is no longer in the log" in gateway.log()


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority") / "ca.pem", "the test's authority")


def test_over_tls(world, tmp_path, gateway, authority):
    port, = free_ports(1)
    mine, key = authority.sign("mx1.example.org")
    with Rsyslog(tmp_path / "siem", tls=port, files=(authority.file, *authority.sign("localhost")), clients="mx1.example.org") as siem:
        with_records(gateway, 3000)
        start(gateway, f"syslog:tls:localhost:{port}?ca={authority.file}&certificate={mine}&key={key}")
        wait_until_all_is_there(world, siem, gateway)
        assert sink_in(gateway) | {"records": 0} == {"sink": f"syslog:tls:localhost:{port}", "records": 0, "problem": None}
        siem.kill()
        siem.start()
        gateway.run("reload")
        wait_until_all_is_there(world, siem, gateway)


@pytest.mark.parametrize("wrong", ["name", "authority", "ended", "no TLS"])
def test_nobody_gets_it_whom_the_certificate_does_not_name(world, tmp_path, gateway, authority, wrong):
    port, = free_ports(1)
    files = {"name": lambda: authority.sign("siem.example.org"), "authority": lambda: Authority(tmp_path / "other.pem", "another").sign("localhost"),
             "ended": lambda: authority.sign("localhost", days=1, at="2020-01-01"), "no TLS": lambda: None}[wrong]()
    how = {"tcp": port} if wrong == "no TLS" else {"tls": port, "files": (authority.file, *files)}
    with Rsyslog(tmp_path / "siem", **how) as siem:
        with_records(gateway, 10)
        start(gateway, f"syslog:tls:localhost:{port}?ca={authority.file}")
        world.wait_until(lambda: sink_in(gateway)["problem"], 45)
        assert f"TLS with localhost:{port}: " in sink_in(gateway)["problem"]
        assert b"sealgate@32473" not in (siem.out.read_bytes() if siem.out.exists() else b"")
        assert sink_in(gateway)["records"] == 0


def test_status_and_metrics_say_how_far_it_is(world, siem, gateway):
    with_records(gateway, 100)
    start(gateway, siem.sink)
    wait_until_all_is_there(world, siem, gateway)
    world.wait_until(lambda: sink_in(gateway)["records"] == max(records_of(gateway)))


@pytest.mark.parametrize("url, why", [
    ("syslog:udp:siem.example.org:514", "syslog:tls:HOST:PORT"),
    ("syslog:tls:siem.example.org", "names no host and port"),
    ("syslog:unix:log", "a path from /"),
    ("syslog:tcp:siem.example.org:514?ca=/etc/ca.pem", "without TLS"),
])
def test_a_sink_that_is_wrong_is_refused(gateway, url, why):
    gateway.configure(audit=f'{{sinks: ["{url}"]}}')
    run = gateway.run("check")
    assert run.returncode == 1 and why in run.stderr + run.stdout
