"""Where the CPU of a mail goes: to Postfix, and in the gateway to each thread by what it does."""

from loads import SmtpLoad, mail_of
from processes import cpu_of_machine, cpu_of_threads

MOST, MOST_OCTETS = 1500, 100 << 20  # mails, and what they have together
# Of the threads' names; the first one, of the process, is the network's: wire, parsing, judging, policy.
PARTS = {"audit": "record", "threads": "remember threads", "seal": "seal, and make copies", "outbox": "hand copies over"}


def measure(stage, sizes):
    for name, size in sizes.items():
        plain = stage.write("plain.eml", mail_of(size, "Minutes of the meeting"))
        confidential = stage.write("secret.eml", mail_of(size, "[confidential] Minutes of the meeting"))
        doors = {"Postfix alone": (stage.doors["Postfix alone"], plain),
                 "least filter": (stage.doors["Postfix with the least filter"], plain),
                 "nothing to be done": (stage.postfix.smtp, plain), "sealed": (stage.postfix.smtp, confidential)}
        columns = {title: measure_one(stage, *door, count=min(MOST, MOST_OCTETS // size)) for title, door in doors.items()}
        parts = ["Postfix, and the kernel for it", "read, judge, answer", *PARTS.values()]
        print(f"\nparts: {name} mails, 16 sessions, microseconds of CPU a mail")
        print(f"  {'':31}" + "".join(f"{title:>20}" for title in columns))
        for part in parts:
            print(f"  {part:31}" + "".join(f"{column.get(part, 0):20.0f}" for column in columns.values()), flush=True)


def measure_one(stage, port, mail, count):
    load = SmtpLoad(stage, port, mail, 16)
    load.pace(count // 10)
    machine, threads = cpu_of_machine(), cpu_of_threads(stage.gateway.pid)
    load.pace(count)
    now = cpu_of_threads(stage.gateway.pid)
    out = {}
    for name, seconds in now.items():
        part = PARTS.get(name, "read, judge, answer")
        out[part] = out.get(part, 0) + (seconds - threads.get(name, 0)) / count * 1e6
    out["Postfix, and the kernel for it"] = (cpu_of_machine() - machine) / count * 1e6 - sum(out.values())
    return out
