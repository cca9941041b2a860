"""A storm of confidential mail to people whom nobody has a key for: what it costs mail that needs none.

The strangers' domains have a web server that takes its time and has nobody. Beside the storm, one session after the other sends mail that
needs nothing done; it is compared with the same beside a storm that nobody is asked for, and without one. How long the storm's own mail waits is told too."""

import http.server
import statistics
import threading
import time

from discovery_lab import NETWORK, DiscoveryLab, address
from mails import Mail
from smtp_client import SmtpClient

CLIENTS, DOMAINS, STRANGERS, ANSWERS_AFTER = 40, 50, 5_000, 0.1  # seconds


class Nobody(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    asked = 0

    def log_message(self, *_):
        pass

    def do_GET(self):
        Nobody.asked += 1
        time.sleep(ANSWERS_AFTER)
        self.send_response(404)
        self.send_header("Content-Length", "0")
        self.end_headers()


def measure(stage, seconds):
    names = [f"openpgpkey.d{number}.test" for number in range(DOMAINS)]
    (stage.root / "lab").mkdir()
    with DiscoveryLab(stage.root / "lab") as lab:
        lab.set_names({name: address(1) for name in names})
        lab.serve_https(address(1), lab.tls(*names), Nobody)
        kinds = {"no storm": None, "a storm, and nobody is asked": "{discover: {wkd: false}}",
                 "a storm, and all are asked for": f"{{discover: {{ca: {lab.authority}, allow: ['{NETWORK}']}}}}"}
        print(f"\nstorm: {CLIENTS} sessions, {STRANGERS:,} strangers in {DOMAINS} domains, each answer after {ANSWERS_AFTER * 1000:.0f} ms; "
              f"beside it one session with mail that needs nothing done, {seconds:g} s\n"
              f"  {'':34}{'a second':>9}{'ms, median':>12}{'99 of 100':>11}{'storm, mails':>14}{'asked':>7}")
        for name, keys in kinds.items():
            run(stage, lab, name, keys, seconds)
        stage.gateway.stop()
        stage.gateway.within = []
        stage.gateway.configure()
        stage.gateway.start()


def run(stage, lab, name, keys, seconds):
    gateway = stage.gateway
    gateway.stop()
    gateway.within = lab.command()
    gateway.configure(keys=keys or "")
    gateway.start()
    Nobody.asked, ended, sent = 0, threading.Event(), [0] * CLIENTS
    clients = [threading.Thread(target=blow, args=(stage.postfix.smtp, number, sent, ended)) for number in range(CLIENTS if keys else 0)]
    for client in clients:
        client.start()
    time.sleep(1)
    took = []
    with SmtpClient(stage.postfix.smtp, timeout=60) as client:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            began = time.monotonic()
            stage.send(client, Mail(["bob@partner.example"], "Minutes"))
            took.append(1000 * (time.monotonic() - began))
    ended.set()
    for client in clients:
        client.join()
    took.sort()
    print(f"  {name:34}{len(took) / seconds:>9.0f}{statistics.median(took):>12.1f}{took[len(took) * 99 // 100]:>11.1f}{sum(sent):>14,}"
          f"{Nobody.asked:>7,}", flush=True)


def blow(port, number, sent, ended):
    """Until it is ended. Each mail is refused, or deferred."""
    count = number
    while not ended.is_set():
        with SmtpClient(port, timeout=60) as client:
            for _ in range(20):
                if ended.is_set():
                    break
                who = f"p{count % STRANGERS}@d{count % DOMAINS}.test"
                mail = Mail([who], "[confidential] Offer")
                client.send(mail.sender, mail.recipients, mail.data())
                sent[number] += 1
                count += CLIENTS
