"""`sealgate doctor` on a machine that is broken in one way at a time: it finds that, the command that it prints mends it, and on a
machine that is well it finds nothing."""

import shutil
import subprocess

import pytest
from installation import DOMAIN, GATEWAY_USER, Machine
from ports import free_ports, wait_for_port

SIGNER = "{ inet:127.0.0.1:8891, default_action=accept }"


@pytest.fixture(scope="module")
def machine():
    with Machine() as machine:
        machine.install()
        machine.whole = {file: file.read_bytes() for file in (machine.main, machine.master, machine.config, machine.policy)}
        yield machine


@pytest.fixture(autouse=True)
def well_again(machine):
    """Each test finds the machine as it was installed."""
    yield
    changed = [file for file, content in machine.whole.items() if file.read_bytes() != content]
    for file in changed:
        file.write_bytes(machine.whole[file])
    if changed:
        machine.reload()


def serious(found):
    return {name: those for name, those in found.items() if not those[0]["advice"]}


def test_a_machine_that_is_well_has_nothing(machine):
    assert serious(machine.doctor()) == {}
    run = machine.run("doctor", "--json", "--postfix-config", str(machine.postfix.config))
    assert run.returncode == 0
    assert f'"a probe at 127.0.0.1:{machine.postfix.smtp}/inet"' in run.stdout
    assert f'"a probe at 127.0.0.1:{machine.postfix.submission}/inet"' in run.stdout


def test_a_probe_is_nobodys_mail(machine):
    before = len(machine.records()), len(machine.sink.deliveries)
    machine.doctor()
    assert (len(machine.records()), len(machine.sink.deliveries)) == before
    assert machine.postfix.queue() == []
    assert [path.name for path in (machine.state / "held").iterdir()] == ["lock"]


def at(machine, port, name):
    return f"127.0.0.1:{port}/inet/{name}"


# What is broken: a function of the machine that breaks it, and the finding's name.
BROKEN = {
    "accept": ("not-tempfail", lambda m: m.postconf("-e", "sealgate_milters = " + m.postconf("-h", "sealgate_milters").replace("tempfail", "accept"))),
    "accept by default": ("not-tempfail", lambda m: m.postconf("-e", "sealgate_milters = unix:sealgate/milter.sock", "milter_default_action = accept")),
    "accept of a service": ("not-tempfail", lambda m: (
        m.postconf("-e", "sealgate_milters = unix:sealgate/milter.sock"),
        m.postconf("-P", "-e", at(m, m.postfix.submission, "milter_default_action=accept")))),
    "quarantine": ("not-tempfail", lambda m: m.postconf("-e", "sealgate_milters = " + m.postconf("-h", "sealgate_milters").replace("tempfail", "quarantine"))),
    "a port without": ("port-without-gateway", lambda m: m.postconf("-P", "-e", at(m, m.postfix.submission, "smtpd_milters="))),
    "a port with another": ("port-without-gateway", lambda m: m.postconf("-P", "-e", at(m, m.postfix.submission, "smtpd_milters={inet:127.0.0.1:8891,default_action=accept}"))),
    "no_milters": ("port-without-gateway", lambda m: m.postconf("-P", "-e", at(m, m.postfix.smtp, "receive_override_options=no_milters,no_header_body_checks"))),
    "no milters at all": ("port-without-gateway", lambda m: m.postconf("-X", "smtpd_milters")),
    "sendmail without": ("local-mail-without-gateway", lambda m: m.postconf("-e", "non_smtpd_milters =")),
    "cleanup without": ("local-mail-without-gateway", lambda m: m.postconf("-P", "-e", "cleanup/unix/non_smtpd_milters=")),
    "pickup without": ("local-mail-without-gateway", lambda m: m.postconf("-P", "-e", "pickup/unix/receive_override_options=no_milters")),
    "an absolute path": ("socket-not-found", lambda m: m.postconf("-e", f"sealgate_milters = {{ unix:{m.socket}, default_action=tempfail }}")),
    "a closed directory": ("socket-forbidden", lambda m: m.socket.parent.chmod(0o700)),
    "a directory of another group": ("socket-forbidden", lambda m: shutil.chown(m.socket.parent, GATEWAY_USER, GATEWAY_USER)),
    "a closed socket": ("socket-forbidden", lambda m: m.socket.chmod(0o600)),
    "the signer first": ("signer-before-gateway", lambda m: m.postconf("-e", f"smtpd_milters = {SIGNER}, $sealgate_milters")),
    "milter maps": ("milter-maps", lambda m: m.postconf("-e", "smtpd_milter_maps = inline:{ 127.0.0.9=DISABLE }")),
    "a proxy filter": ("proxy-filter", lambda m: m.postconf("-P", "-e", at(m, m.postfix.submission, "smtpd_proxy_filter=127.0.0.1:9"))),
    "no submit port": ("submit-port-missing", lambda m: m.postconf("-MX", "127.0.0.1:10025/inet")),
    "a submit port that asks": ("submit-port-asks-gateway", lambda m: m.postconf("-PX", "127.0.0.1:10025/inet/smtpd_milters")),
    "a submit port for others": ("submit-port-open", lambda m: (
        m.postconf("-M", "-e", "10025/inet=" + m.postconf("-M", "127.0.0.1:10025/inet").replace("127.0.0.1:10025", "10025", 1)),
        m.postconf("-MX", "127.0.0.1:10025/inet"), m.postconf("-e", "inet_interfaces = all"))),
    "a submit port without the signer": ("submit-port-unsigned", lambda m: m.postconf("-e", f"smtpd_milters = $sealgate_milters, {SIGNER}")),
    "wide networks": ("networks-not-judged", lambda m: m.postconf("-e", "mynetworks = 127.0.0.0/8 10.0.0.0/8 [fd00::]/8")),
    "always_bcc": ("bcc-behind-gateway", lambda m: m.postconf("-e", "always_bcc = archive@elsewhere.example")),
    "sender_bcc_maps": ("bcc-behind-gateway", lambda m: m.postconf("-e", "sender_bcc_maps = inline:{ ann=boss@elsewhere.example }")),
    "bcc of a service": ("bcc-behind-gateway", lambda m: m.postconf("-P", "-e", "cleanup/unix/recipient_bcc_maps=inline:{a=b@c.example}")),
    "an alias to outside": ("alias-to-outside", lambda m: aliases(m, "alias_maps", "root: max\nfay: max,\n  fay@elsewhere.example\n", "postalias")),
    "a virtual alias to outside": ("alias-to-outside", lambda m: aliases(m, "virtual_alias_maps", f"info@{DOMAIN} eve@elsewhere.example\n", "postmap")),
    "a .forward to outside": ("alias-to-outside", lambda m: forward(m, "# home\n\\games, eve@elsewhere.example\n")),
    "header_checks": ("subject-changed", lambda m: header_checks(m)),
    "NUL": ("nul-octets", lambda m: m.postconf("-e", "message_strip_characters =")),
    "no login seen": ("macros-missing", lambda m: m.postconf("-e", "milter_mail_macros = i")),
    "bounces": ("bounce-size", lambda m: m.postconf("-X", "bounce_size_limit")),
    "sizes": ("message-size", lambda m: m.postconf("-e", "message_size_limit = 10240000")),
    "sizes at the submit port": ("message-size", lambda m: m.postconf("-P", "-e", "127.0.0.1:10025/inet/message_size_limit=10240000")),
    "a closed policy": ("file-unreadable", lambda m: m.policy.chmod(0o600)),
    "a closed list": ("file-unreadable", lambda m: m.policy.with_name("better.txt").chmod(0o600)),
    "state of root's": ("directory-unwritable", lambda m: shutil.chown(m.state / "audit", "root", "root")),
    "a secret for all to read": ("secret-exposed", lambda m: (m.state / "checkpoint.key").chmod(0o644)),
    "an example's domain": ("placeholder", lambda m: m.policy.write_text(m.policy.read_text().replace(f"domains: [{DOMAIN}]", "domains: [example.org]"))),
    "an example's page": ("placeholder", lambda m: m.policy.write_text(m.policy.read_text().replace("  # help: https://…", "  help: https://intranet.example.org/mail #"))),
}


def aliases(machine, parameter, text, maker):
    file = machine.root / parameter
    file.write_text(text)
    subprocess.run([f"/usr/sbin/{maker}", "-c", machine.postfix.config, f"hash:{file}"], check=True, capture_output=True)
    machine.postconf("-e", f"{parameter} = hash:{file}")


def forward(machine, text):
    homes = machine.root / "homes"
    homes.mkdir(exist_ok=True)
    (homes / "games").write_text(text)
    machine.postconf("-e", "local_transport = local:$myhostname", f"forward_path = {homes}/$user")


def header_checks(machine):
    file = machine.root / "header_checks"
    file.write_text("# tidy\n/^Subject: \\[[a-z]*\\] (.*)/ REPLACE Subject: $1\n/^X-Secret/ IGNORE\n")
    machine.postconf("-e", f"header_checks = regexp:{file}")


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_broken_is_found_and_mended_as_it_says(machine, what):
    name, break_it = BROKEN[what]
    break_it(machine)
    machine.reload()
    found = machine.doctor()
    assert name in found, found
    others = {"submit-port-unsigned"} if what == "the signer first" else {"port-without-gateway", "submit-port-unsigned"}
    assert set(serious(found)) - others - {name, "probe-misread", "placeholder"} == set(), found
    line = next(line for line in doctor_lines(machine) if line.startswith(name + ": "))
    assert line.endswith("; mend: " + found[name][0]["mend"])
    for _ in range(4):
        if name not in found:
            break
        machine.mend(found[name][0])
        machine.reload()
        wait_for_port(machine.postfix.smtp)
        found = machine.doctor()
    assert name not in found, found


def doctor_lines(machine):
    run = machine.run("doctor", "--postfix-config", str(machine.postfix.config))
    assert run.returncode == 1 and run.stderr == "", run.stderr
    return run.stdout.splitlines()


def test_a_mail_that_loses_its_tag_on_the_way_is_seen(machine):
    header_checks(machine)
    machine.reload()
    assert "comes to the gateway without it" in machine.doctor()["probe-misread"][0]["what"]


def test_a_gateway_that_is_down_is_named_first(machine):
    machine.stop()
    lines = doctor_lines(machine)
    assert lines[0].startswith("gateway-not-answering: ") and "systemctl start sealgate" in lines[0]
    machine.start()
    assert serious(machine.doctor()) == {}


def test_another_gateway_than_that_of_the_file_is_seen(machine):
    other = machine.root / "other"
    shutil.copytree(machine.config.parent, other, ignore=shutil.ignore_patterns("state"))
    (other / "state").mkdir()
    run = subprocess.run([*machine.command()[:2], str(other / "sealgate.yaml"), "doctor", "--json", "--postfix-config",
                          str(machine.postfix.config)], capture_output=True, text=True, timeout=100)
    assert "probe-not-seen" in run.stdout, run.stdout + run.stderr


def test_a_submit_port_that_does_not_answer_is_seen(machine):
    port, = free_ports(1)
    machine.config.write_text(machine.config.read_text().replace("submit: 127.0.0.1:10025", f"submit: 127.0.0.1:{port}", 1))
    machine.postconf("-M", "-e", f"127.0.0.1:{port}/inet=127.0.0.1:{port} inet n - y - - smtpd -o smtpd_milters=")
    assert "it does not answer" in machine.doctor()["submit-port-dead"][0]["what"]


def test_ports_that_want_tls_are_probed_through_it(machine):
    certificate, key = machine.root / "tls.pem", machine.root / "tls.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=mail.north.example",
                    "-keyout", key, "-out", certificate], check=True, capture_output=True)
    submissions, submission = free_ports(2)
    tls = f"-o smtpd_tls_cert_file={certificate} -o smtpd_tls_key_file={key} -o smtpd_tls_security_level=encrypt"
    machine.postconf("-M", "-e", "tlsmgr/unix=tlsmgr unix - - y 1000? 1 tlsmgr",
                     f"127.0.0.1:{submissions}/inet=127.0.0.1:{submissions} inet n - y - - smtpd {tls} -o smtpd_tls_wrappermode=yes",
                     f"127.0.0.1:{submission}/inet=127.0.0.1:{submission} inet n - y - - smtpd {tls}")
    machine.reload()
    wait_for_port(submissions)
    run = machine.run("doctor", "--json", "--postfix-config", str(machine.postfix.config))
    for port in submissions, submission:
        assert f'"a probe at 127.0.0.1:{port}/inet"' in run.stdout, run.stdout
    header_checks(machine)
    machine.reload()
    wait_for_port(submissions)
    assert len(machine.doctor()["probe-misread"]) == 4, "each of the ports is seen to lose the tag"


def test_errors_of_a_file_do_not_keep_it_from_looking(machine):
    machine.policy.write_text(machine.policy.read_text().replace("untagged:", "untaged:"))
    machine.postconf("-e", "always_bcc = a@b.example")
    found = machine.doctor()
    assert "untagged" in found["configuration-error"][0]["what"] and "bcc-behind-gateway" in found


def test_a_filter_behind_the_gateway_is_told_and_is_no_error(machine):
    machine.postconf("-e", "smtpd_milters = $sealgate_milters, { inet:127.0.0.1:9, default_action=accept }")
    found = machine.doctor()
    assert found["later-milter"][0]["advice"] and serious(found) == {}


def test_a_key_of_the_organisation_that_is_missing_is_named(machine):
    machine.policy.write_text(machine.policy.read_text().replace("always_to: []", f"always_to: [vault@{DOMAIN}]"))
    assert f"vault@{DOMAIN} is missing" in machine.doctor()["organisation-key"][0]["what"]


def test_a_machine_without_gpg_is_told(machine):
    words = machine.command("doctor", "--json", "--postfix-config", str(machine.postfix.config))
    run = subprocess.run(["unshare", "-m", "sh", "-c", 'mount --bind /bin/false /usr/bin/gpg && exec "$@"', "-", *words],
                         capture_output=True, text=True, timeout=100)
    assert run.returncode == 1 and '"gpg-missing"' in run.stdout and "apt-get install gnupg" in run.stdout, run.stdout + run.stderr


def test_a_disk_that_is_nearly_full_is_named(machine):
    full = machine.state / "outbox"
    machine.stop()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", machine.state], check=True)
    try:
        assert "free" in machine.doctor()["disk-space"][0]["what"]
    finally:
        subprocess.run(["umount", machine.state], check=True)
    assert full.exists()
    machine.start()


def test_it_is_for_root_and_needs_a_postfix(machine):
    run = machine.run("doctor", "--postfix-config", "/nonexistent")
    assert run.returncode == 2 and "cannot be read" in run.stderr
    run = machine.run("doctor", user=GATEWAY_USER, group=GATEWAY_USER, extra_groups=[])
    assert run.returncode == 2 and "must be run as root" in run.stderr
