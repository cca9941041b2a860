"""How much memory the gateway takes, and how much its messages have of it."""

import concurrent.futures
from contextlib import ExitStack

from mails import Mail, text_of
from milter_client import MilterClient
from processes import PeakMemory, own_memory
from smtp_client import SmtpClient

MEBI = 1 << 20


def measure(stage):
    pid = stage.gateway.pid
    send(stage, [sealed(1 << 10)] * 4)  # engines and buffers are there
    print(f"\nmemory: that the kernel cannot have back, MiB\n  {'':44}{'before':>8}{'peak':>8}")
    for name, mails in {"a sealed mail of 2 KiB": [sealed(2 << 10)], "one of 1 MiB": [sealed(MEBI)], "one of 49 MiB": [sealed(49 * MEBI)],
                        "20 of 49 MiB at once": [sealed(49 * MEBI)] * 20,
                        "20 of 49 MiB at once that need nothing done": [Mail(["bob@partner.example"], text=text_of(49 * MEBI))] * 20}.items():
        with PeakMemory(pid) as memory:
            send(stage, mails)
        row(name, memory.before, memory.peak)
    with ExitStack() as idle:
        before = own_memory(pid)
        for _ in range(1000):
            idle.enter_context(MilterClient(stage.gateway.unix_endpoint))
        row("1,000 idle connections", before, own_memory(pid))


def row(name, before, peak):
    print(f"  {name:44}{before / MEBI:8.1f}{peak / MEBI:8.1f}", flush=True)


def sealed(size):
    return Mail(["bob@partner.example"], "[confidential] Minutes", text=text_of(size))


def send(stage, mails):
    def send_one(mail):
        with SmtpClient(stage.postfix.smtp, "127.0.0.1") as client:
            stage.send(client, mail)

    with concurrent.futures.ThreadPoolExecutor(len(mails)) as clients:
        list(clients.map(send_one, mails))
    stage.settle()
