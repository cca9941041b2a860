"""What the certificates that nobody writes to cost: everything with a few in the store, then with many more."""

import statistics
import time

from mails import Mail
from processes import own_memory
from smtp_client import SmtpClient

TIMES = 7
SEALED = "[confidential] Minutes"


def measure(stage, count):
    mail = stage.write("growth.eml", "From: ann@example.org\nTo: bob@partner.example\nSubject: [confidential] x\n\nhello\n")
    actions = {"explain": lambda: explain(stage, mail), "start": stage.gateway.start, "reload": lambda: reload(stage),
               "20 mails sealed": lambda: seal(stage)}
    before = {"start": lambda: stop(stage)}
    few = {name: best(action, before=before.get(name)) for name, action in actions.items()}
    memory = own_memory(stage.gateway.pid)
    stage.gateway.stop()
    began = time.perf_counter()
    for number in range(count):
        stage.add_certificate(f"p{number}@m.example")
    made = time.perf_counter() - began
    began = time.perf_counter()
    stage.gateway.run("check", timeout=7200).check_returncode()
    judged = time.perf_counter() - began
    stage.gateway.run("check")  # what changed within the last second is looked at once more
    print(f"\ngrowth: {count:,} certificates more (made in {made:.0f} s, judged by gpg in {judged:.0f} s), ms, best of {TIMES}\n"
          f"  {'':24}{'few':>10}{'many':>10}{'ratio':>8}")
    stage.gateway.start()
    time.sleep(3)
    for name, action in actions.items():
        many = best(action, before=before.get(name))
        print(f"  {name:24}{few[name] * 1000:10.1f}{many * 1000:10.1f}{many / few[name]:8.2f}", flush=True)
    more = own_memory(stage.gateway.pid) - memory
    print(f"  memory: {more / count:.0f} octets a certificate")
    measure_recipients(stage, count)


def measure_recipients(stage, known):
    """One mail to many who have keys, and the same untagged. Who see each other in To have one sealed copy; who are in Bcc one each."""
    print(f"\nrecipients: one mail, ms until Postfix answers 250\n"
          f"  {'':12}{'untagged':>12}{'sealed, To':>12}{'sealed, Bcc':>12}   for each more: {'To':>8}{'Bcc':>8}")
    with SmtpClient(stage.postfix.smtp, "127.0.0.1", timeout=600) as client:
        for count in (count for count in (1, 10, 100, 1_000, 5_000) if count <= known):
            people = [f"p{number}@m.example" for number in range(count)]

            def time_of(subject, **addressed):
                taken = best(lambda: stage.send(client, Mail(**addressed, subject=subject)), times=3) * 1000
                stage.settle_copies()
                return taken

            untagged, seen, hidden = time_of("Minutes", to=people), time_of(SEALED, to=people), time_of(SEALED, to=["max@example.org"], bcc=people)
            print(f"  {count:<12,}{untagged:12.1f}{seen:12.1f}{hidden:12.1f}{'':18}{(seen - untagged) / count:8.2f}{(hidden - untagged) / count:8.2f}", flush=True)


def best(action, times=TIMES, before=None):
    taken = []
    for _ in range(times):
        if before:
            before()
        began = time.perf_counter()
        action()
        taken.append(time.perf_counter() - began)
    return statistics.median(sorted(taken)[:3])


def explain(stage, mail):
    stage.gateway.run("explain", "--from", "ann@example.org", "--to", "bob@partner.example", str(mail))


def stop(stage):
    time.sleep(2)  # what it looks at after a start is looked at
    stage.gateway.stop()


def reload(stage):
    if "reloaded: " not in stage.gateway.reload(timeout=60):
        raise RuntimeError(f"not reloaded{stage.logs()}")


def seal(stage):
    with SmtpClient(stage.postfix.smtp, "127.0.0.1") as client:
        for _ in range(20):
            stage.send(client, Mail(["bob@partner.example"], SEALED))
