"""A running gateway asked from outside: `status`, `reload` that waits for its answer, systemd's socket, metrics for a real Prometheus."""

import json
import os
import socket
import subprocess
import urllib.error
import urllib.parse
import urllib.request

import pytest
from expect import unchanged
from mails import Mail
from ports import free_ports
from world import STRANGER


def status(world, *more):
    run = world.gateway.run("status", "--json", *more)
    assert run.returncode in (0, 1), run.stderr
    return json.loads(run.stdout)


def test_status_has_what_was_decided_what_is_in_force_and_nothing_wrong(world):
    world.gateway.restart()
    mail = Mail(["bob@yahoo.com"], "[confidential] Offer")
    assert world.send(mail).code == 550
    record = world.record(mail)
    told = status(world, "--postfix-config", str(world.postfix.config))
    assert told["ok"] and told["problems"] == [] and told["mode"] == "enforce" and told["policy"] == record["policy"]
    assert told["decisions"] == 1 and told["hold_queue"] == {"mails": 0, "forgotten": 0}
    latest, = told["latest"]
    assert (latest["id"], latest["queue_id"]) == (record["id"], record["queue_id"])
    assert latest["decision"] == "reject: confidential, no-key; 1 recipient" and "yahoo" not in json.dumps(latest)
    run = world.gateway.run("status")
    assert run.returncode == 0 and record["id"] in run.stdout and "nothing is wrong" in run.stdout


def test_each_decision_is_one_line_of_the_journal_unless_the_level_says_otherwise(world):
    mail = Mail(["max@example.org"], "[internal] Lunch")
    world.send(mail)
    record = world.record(mail)
    line = f"sealgate: {record['id']} {record['queue_id']} deliver: internal, allowed; 1 recipient\n"
    assert line in world.gateway.log() and "Lunch" not in world.gateway.log()
    world.gateway.configure(more="  log: {level: warning}\n")
    world.gateway.restart()
    before = len(world.gateway.log())
    world.send(Mail(["max@example.org"], "[internal] Lunch"))
    assert "recipient" not in world.gateway.log()[before:]
    world.gateway.configure()
    assert world.gateway.run("reload").returncode == 0, "a reload is enough for a level"
    world.send(Mail(["max@example.org"], "[internal] Lunch"))
    assert "1 recipient" in world.gateway.log()[before:]


def test_a_reload_says_what_changed_or_every_error(world):
    with world.gateway_with():
        world.gateway.write_policy(world.gateway.usual_policy(once_per="12h"))
        run = world.gateway.run("reload")
        assert run.returncode == 0 and run.stdout.startswith("reloaded: policy sha256:"), run.stdout + run.stderr
        in_force = status(world)["policy"]
        world.gateway.write_policy(world.gateway.usual_policy().replace("near_miss:", "near_mis:"))
        run = world.gateway.run("reload")
        assert run.returncode == 1 and 'did you mean "near_miss"?' in run.stderr and "policy.yaml:" in run.stderr
        told = status(world)
        assert told["policy"] == in_force and not told["ok"] and "the last reload was refused" in told["problems"][0]
        refused = json.loads(world.gateway.run("reload", "--json").stdout)
        assert not refused["ok"] and any("near_mis" in line for line in refused["lines"])
        world.gateway.write_policy(world.gateway.usual_policy())
        assert world.gateway.run("reload").returncode == 0 and status(world)["ok"]


def test_a_broken_gateway_file_is_refused_by_the_gateway_and_recorded(world):
    with world.gateway_with():
        file = world.gateway.config
        good = file.read_text()
        before = len(world.gateway.events("reload-refused"))
        file.write_text(good.replace("mode: enforce", "mode: enfroce"))
        run = world.gateway.run("reload")
        assert run.returncode == 1 and 'did you mean "enforce"?' in run.stderr
        assert len(world.gateway.events("reload-refused")) == before + 1
        assert "the last reload was refused" in status(world)["problems"][0], "which it tells of whatever its file says"
        file.write_text("[")
        run = world.gateway.run("reload")
        assert run.returncode == 1 and str(file) in run.stderr and len(world.gateway.events("reload-refused")) == before + 1
        run = subprocess.run(world.gateway.command("reload"), capture_output=True, text=True,
                             env=os.environ | {"STATE_DIRECTORY": str(world.gateway.state)})
        assert run.returncode == 1 and str(file) in run.stderr and len(world.gateway.events("reload-refused")) == before + 2
        file.write_text(good)
        assert world.gateway.run("reload").returncode == 0 and status(world)["ok"]


def test_without_a_gateway_the_commands_say_so_and_how_to_start_one(world):
    world.gateway.stop()
    for command in "status", "reload":
        run = world.gateway.run(command)
        assert run.returncode == 2 and "no gateway runs there" in run.stderr and "systemctl start sealgate" in run.stderr
    world.gateway.start()
    world.gateway.kill()  # leaves its socket behind
    assert world.gateway.run("status").returncode == 2
    world.gateway.start()
    assert world.gateway.run("status").returncode == 0


def test_what_is_wrong_is_named_and_gone_when_it_is_mended(world):
    dead, = free_ports(1)
    with world.gateway_with(submit=dead):
        world.send(Mail(["bob@yahoo.com"], "[internal] Offer", sender="never.warned@example.org"))
        world.wait_until(lambda: not status(world)["ok"])
        told = status(world)
        assert "handing over fails" in told["problems"][0] and told["outbox"]["count"] == 1 and told["outbox"]["oldest"]
        assert world.gateway.run("status").returncode == 1
    world.wait_until(lambda: status(world)["outbox"]["count"] == 0)
    assert status(world)["ok"]


def test_others_may_not_ask(world):
    path = world.gateway.state / "control.sock"
    assert path.stat().st_mode & 0o777 == 0o600


def test_systemd_hears_of_readiness_and_life_and_a_hang_is_not_hidden(world, tmp_path):
    path = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(path))
        systemd.settimeout(5)
        world.gateway.stop()
        world.gateway.start({"NOTIFY_SOCKET": str(path), "WATCHDOG_USEC": "400000"})
        heard = [systemd.recv(1000).decode() for _ in range(4)]
        assert "READY=1" in heard and "WATCHDOG=1" in heard
        assert any(line.startswith("STATUS=enforce, policy sha256:") for line in heard)
        world.gateway.stop()
        systemd.setblocking(False)
        rest = []
        while True:
            try:
                rest.append(systemd.recv(1000).decode())
            except BlockingIOError:
                break
        assert "STOPPING=1" in rest
    world.gateway.start()


def scraped(address):
    with urllib.request.urlopen(f"http://127.0.0.1:{address}/metrics") as answer:
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        return answer.read().decode()


@pytest.fixture
def measured(world):
    """The port of its metrics."""
    port, = free_ports(1)
    world.gateway.configure(more=f"  metrics: inet:127.0.0.1:{port}\n")
    world.gateway.restart()
    yield port
    world.gateway.configure()
    world.gateway.restart()


def test_metrics_are_as_promtool_wants_them_and_count(world, measured):
    assert world.send(Mail(["bob@yahoo.com"], "[confidential] Offer")).code == 550
    assert world.send(Mail(["max@example.org"], "[internal] Lunch")).code == 250
    text = scraped(measured)
    checked = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr
    for line in ('sealgate_decisions_total{outcome="reject"} 1', 'sealgate_decisions_total{outcome="deliver"} 1',
                 'sealgate_recipients_total{result="reject",reason="no-key"} 1', "sealgate_decision_seconds_count 2",
                 "sealgate_outbox_messages 0", 'sealgate_certificates{state="usable"}'):
        assert line in text
    assert "yahoo" not in text
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"http://127.0.0.1:{measured}/")
    assert refused.value.code == 404


def test_what_passed_as_incoming_and_went_outside_is_counted(world, measured):
    def count():
        return next(line.split()[1] for line in scraped(measured).splitlines() if line.startswith("sealgate_passed_but_outgoing_total"))
    assert count() == "0"
    for to, expected in (("bob@yahoo.com", "1"), ("max@example.org", "1"), ("zoe@yahoo.com", "2")):
        mail = Mail([to], sender="eve@yahoo.com")
        unchanged(world, mail, world.send(mail, source=STRANGER))
        assert count() == expected, "each, though the journal tells it once a day"


def test_a_real_prometheus_scrapes_them_and_takes_the_alerts(world, measured, tmp_path):
    port, = free_ports(1)
    rules = world_root() / "contrib/prometheus/sealgate.rules.yml"
    (tmp_path / "prometheus.yml").write_text(
        f"global: {{scrape_interval: 1s}}\nrule_files: ['{rules}']\n"
        f"scrape_configs: [{{job_name: sealgate, static_configs: [{{targets: ['127.0.0.1:{measured}']}}]}}]\n")
    assert subprocess.run(["promtool", "check", "config", tmp_path / "prometheus.yml"], capture_output=True).returncode == 0
    with open(tmp_path / "log", "wb") as log:
        server = subprocess.Popen(["prometheus", f"--config.file={tmp_path}/prometheus.yml", f"--storage.tsdb.path={tmp_path}/data",
                                   f"--web.listen-address=127.0.0.1:{port}"], stdout=log, stderr=log)
    try:
        def asked(query):
            try:
                url = f"http://127.0.0.1:{port}/api/v1/query?" + urllib.parse.urlencode({"query": query})
                with urllib.request.urlopen(url) as answer:
                    return json.load(answer)["data"]["result"]
            except (urllib.error.URLError, ConnectionError):
                return []
        world.wait_until(lambda: [one["value"][1] for one in asked('up{job="sealgate"}')] == ["1"], timeout=30)
        assert asked("sealgate_info")[0]["metric"]["mode"] == "enforce"
        for query in dashboard_queries():
            assert asked(query) is not None
    finally:
        server.terminate()
        server.wait(10)


def world_root():
    from gateway import HERE
    return HERE.parent.parent


def dashboard_queries():
    board = json.loads((world_root() / "contrib/grafana/sealgate.json").read_text())
    return [target["expr"] for panel in board["panels"] for target in panel.get("targets", [])]
