"""A long time of mixed mail, through one gateway: whether it grows, and whether each mail has its decision in the log.

Hours for a million mails; beside other work: nice -n 19 tests/bench/run soak --mails 1000000
"""

import collections
import multiprocessing
import random
import time
from pathlib import Path

from mails import Mail, text_of
from processes import own_memory
from smtp_client import SmtpClient

CLIENTS, STEPS, IN_ONE_SESSION = 4, 50, 100
SENDERS = [f"ann{number}@example.org" for number in range(500)]
# How many of a hundred, recipients, Subject, octets of text, what Postfix answers.
KINDS = [(60, ["bob@partner.example"], "Minutes", 1_500, 250), (5, ["bob@partner.example"], "Minutes", 50_000, 250),
         (20, ["bob@partner.example"], "[confidential] Minutes", 1_500, 250), (3, ["bob@partner.example"], "[confidential] Minutes", 50_000, 250),
         (1, ["bob@partner.example"], "[confidential] Minutes", 1_000_000, 250), (4, ["bob@partner.example", "max@example.org"], "[confidential] Offer", 1_500, 250),
         (4, ["bob@yahoo.com"], "Minutes", 1_500, 250), (3, ["nobody@partner.example"], "[confidential] Minutes", 1_500, 550)]


def measure(stage, count):
    each = -(-count // STEPS)
    print(f"\nsoak: {each * STEPS:,} mails from {CLIENTS} clients; the gateway after each {each:,}, with a new certificate and a reload\n"
          f"  {'mails':>10}{'a second':>10}{'memory, MiB':>13}{'files':>7}{'threads':>9}{'log, MiB':>10}  answers", flush=True)
    answers, row = collections.Counter(), []
    with multiprocessing.Pool(CLIENTS) as clients:
        for step in range(1, STEPS + 1):
            began = time.monotonic()
            jobs = [(stage.postfix.smtp, min(IN_ONE_SESSION, each - at)) for at in range(0, each, IN_ONE_SESSION)]
            for told in clients.imap_unordered(send_some, jobs):
                answers += told
            pace = each / (time.monotonic() - began)
            stage.settle()
            row.append(own_memory(stage.gateway.pid) / (1 << 20))
            log = sum(file.stat().st_size for file in stage.gateway.log_files()) >> 20
            threads = len(list(Path(f"/proc/{stage.gateway.pid}/task").iterdir()))
            print(f"  {step * each:>10,}{pace:>10.0f}{row[-1]:>13.1f}{stage.gateway.open_files():>7}{threads:>9}{log:>10}  {dict(answers)}", flush=True)
            stage.add_certificate(f"p{step}@many.example")
            stage.gateway.reload(timeout=60)
    decided = sum(b'"outcome":' in line for file in stage.gateway.log_files() for line in file.open("rb"))
    proof = stage.gateway.run("audit", "verify", timeout=3600)
    print(f"  memory, the last of it beside that after a tenth: {row[-1] / row[STEPS // 10 - 1]:.2f}; decisions in the log {decided:,} of "
          f"{answers.total():,} answered; still to be handed over: {len(stage.gateway.outbox())}\n  {proof.stdout.strip().splitlines()[0]}")


def send_some(job):
    """One session. Answers, by code and whether they were what was to be expected."""
    port, count = job
    told = collections.Counter()
    with SmtpClient(port, timeout=600) as client:
        for _, to, subject, octets, code in random.choices(KINDS, [kind[0] for kind in KINDS], k=count):
            mail = Mail(to, subject, sender=random.choice(SENDERS), text=text_of(octets))
            reply = client.send(mail.sender, mail.recipients, mail.data())
            told[reply.code if reply.code == code else f"{reply} to {subject!r} for {', '.join(to)}"] += 1
    return told
