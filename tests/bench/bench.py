"""Measures what sealgate costs, side by side in one run. Prints ratios; asserts nothing.

"passing": mail that needs nothing done, through the doors of one private Postfix: no filter, the least filter there can
be (least_milter.c), one on libmilter that does nothing (noop_milter.c), and sealgate, all over a unix socket. Postfix's
smtp-source sends from several sessions at a time, a new connection for each mail, and counts a mail when Postfix has
answered 250 to its end: by then the mail is safe on disk, and with sealgate so is the decision about it. Behind it
Postfix throws the mails away (discard), while it accepts the next.

"warning": mail whose sender is to be warned, through sealgate, beside mail that needs nothing done: the sender knows already
(all but the first of them), which is the usual case in a storm.

"sealing": confidential mail to someone with a key, until Postfix has answered 250, beside plain `gpg --encrypt` of the
same mail on all cores, with the same certificate file and the same options, in a home of its own for each process. Since
Postfix works on the same cores, the least that both cost together is given too: gpg's own time and Postfix's own added.

"latency": one mail at a time: how long Postfix takes until its answer, without a filter, untagged, and sealed.

"parts": where the CPU of a mail goes, by part.

"memory": what the gateway takes of it, for mails of several sizes, many at once, and idle connections.

"growth": what start, reload, explain and sealing cost with few certificates in the store and with many more (--certificates),
and what a mail to many of them costs.

"soak": whether a gateway grows in --mails of mixed mail (soak.py). Hours: not among what is measured without a name.

"storm": what a storm of mail to people without a key costs mail that needs none, while they are looked for.

"auditing": what the audit log costs: recording beside the disk's own pace, verifying and asking beside sha256sum and wc -l.

"fleet": what a log in PostgreSQL costs: bringing it there, and each command on it beside the same on files (fleet.py).

"inspecting": what judging mail that may be encrypted costs by itself, beside SHA-256 (inspect_bench.cpp).

The doors take turns, round by round, in another order each time. A ratio is the median of the rounds' own ratios.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "e2e"), str(HERE.parent / "support")]

import auditing
import fleet
import growth
import memory
import parts
import soak
import storm
from gateway import PROGRAM
from loads import GpgLoad, SmtpLoad, mail_of
from stage import Stage

USUAL = ["passing", "warning", "sealing", "latency", "parts", "memory", "growth", "storm", "auditing", "inspecting"]
KINDS = [*USUAL, "soak", "fleet"]
SIZES = {"2 KiB": 2 << 10, "50 KiB": 50 << 10, "1 MiB": 1 << 20}


def main():
    options = arguments()
    if "inspecting" in options.what:
        print("inspecting: the verdict on what a mail brings, best of five", flush=True)
        subprocess.run([os.environ["INSPECT_BENCH"]], check=True)
    if "auditing" in options.what:
        auditing.measure(options, report)
    if "fleet" in options.what:
        fleet.measure(options)
    if not (set(KINDS) - {"auditing", "fleet", "inspecting"}) & set(options.what):
        return
    with ExitStack() as stack:
        root = Path(tempfile.mkdtemp(prefix="sealgate-bench-", dir=options.directory))
        stack.callback(shutil.rmtree, root, ignore_errors=True)
        programs = Path(os.environ["MILTERS"])
        stage = stack.enter_context(Stage(root, {"Postfix with the least filter": programs / "least_milter",
                                                 "Postfix with a libmilter no-op": programs / "noop_milter"}))
        describe(root, options)
        if "passing" in options.what:
            for sessions in options.sessions:
                for name, size in SIZES.items():
                    measure_passing(stage, options, sessions, name, size)
        if "warning" in options.what:
            measure_warning(stage, options, max(options.sessions))
        if "sealing" in options.what:
            for name, size in SIZES.items():
                measure_sealing(stage, options, name, size)
        if "latency" in options.what:
            measure_latency(stage, options)
        if "parts" in options.what:
            parts.measure(stage, SIZES)
        if "memory" in options.what:
            memory.measure(stage)
        if "growth" in options.what:
            growth.measure(stage, options.certificates)
        if "storm" in options.what:
            storm.measure(stage, 5 * options.seconds)
        if "soak" in options.what:
            soak.measure(stage, options.mails)


def arguments():
    parser = argparse.ArgumentParser(prog="tests/bench/run", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", metavar="|".join(KINDS), help="what to measure (all but soak)")
    parser.add_argument("--quick", action="store_true", help="few short rounds: to see that it works")
    parser.add_argument("--rounds", type=int, help="turns of each door (9)")
    parser.add_argument("--seconds", type=float, help="about how long a turn is (4)")
    parser.add_argument("--sessions", type=int, nargs="+", help="clients that send at a time (4 16)")
    parser.add_argument("--certificates", type=int, default=10_000, help="how many more (10000)")
    parser.add_argument("--mails", type=int, default=1_000_000, help="of a soak (1000000)")
    parser.add_argument("--directory", default="/var/tmp", help="where queue and log lie: on a disk (/var/tmp)")
    options = parser.parse_args()
    unknown = set(options.what) - set(KINDS)
    if unknown:
        parser.error(f"measure what? {' '.join(sorted(unknown))}: {', '.join(KINDS)} are known")
    options.what = options.what or USUAL
    options.rounds = options.rounds or (3 if options.quick else 9)
    options.seconds = options.seconds or (1 if options.quick else 4)
    options.sessions = options.sessions or ([4] if options.quick else [4, 16])
    return options


def describe(root, options):
    file_system = subprocess.run(["findmnt", "-n", "-o", "FSTYPE,SOURCE", "-T", root], capture_output=True, text=True).stdout
    version = subprocess.run([PROGRAM, "version"], capture_output=True, text=True).stdout.strip()
    print(f"{version} ({PROGRAM})")
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before it began; "
          f"queue and log on {' '.join(file_system.split())}")
    print(f"{options.rounds} rounds of about {options.seconds:g} s for each door")


def measure_passing(stage, options, sessions, name, size):
    mail = stage.write("internal.eml", mail_of(size, "Minutes of the meeting"))
    loads = {door: SmtpLoad(stage, port, mail, sessions) for door, port in stage.doors.items()}
    title = f"passing: {name} mails that need nothing done, {sessions} sessions, accepted a second"
    report(title, take_turns(loads, options), base="Postfix alone")


def measure_warning(stage, options, sessions):
    mail = stage.write("warned.eml", mail_of(SIZES["2 KiB"], "Minutes of the meeting"))
    door = stage.doors["Postfix with sealgate"]
    loads = {"nothing to be done": SmtpLoad(stage, door, mail, sessions),
             "a warning that is known": SmtpLoad(stage, door, mail, sessions, recipient="bob@yahoo.com")}
    stage.expect(loads["a warning that is known"], {"warn"})
    title = f"warning: 2 KiB mails through sealgate, {sessions} sessions, accepted a second"
    report(title, take_turns(loads, options), base="nothing to be done")


def measure_sealing(stage, options, name, size):
    content = mail_of(size, "[confidential] Minutes of the meeting")
    mail = stage.write("confidential.eml", content)
    passing = stage.write("beside.eml", mail_of(size, "Minutes of the meeting"))
    sessions = 4 * os.cpu_count()
    loads = {"gpg --encrypt": GpgLoad(stage, mail),
             "Postfix alone, not sealed": SmtpLoad(stage, stage.doors["Postfix alone"], mail, sessions),
             "sealgate, nothing to be done": SmtpLoad(stage, stage.doors["Postfix with sealgate"], passing, sessions),
             "Postfix with sealgate": SmtpLoad(stage, stage.postfix.smtp, mail, sessions)}
    stage.expect(loads["Postfix with sealgate"], {"seal"})
    paces = take_turns(loads, options)
    paces["gpg's and Postfix's time added"] = [1 / (1 / gpg + 1 / postfix)
                                               for gpg, postfix in zip(*list(paces.values())[:2])]
    title = f"sealing: {name} mails, confidential to one recipient with a key, sealed a second"
    report(title, paces, base="gpg --encrypt")


def measure_latency(stage, options):
    untagged = stage.write("untagged.eml", mail_of(SIZES["2 KiB"], "Minutes of the meeting"))
    confidential = stage.write("alone.eml", mail_of(SIZES["2 KiB"], "[confidential] Minutes of the meeting"))
    loads = {"sealgate, nothing to be done": SmtpLoad(stage, stage.doors["Postfix with sealgate"], untagged, 1),
             "Postfix alone": SmtpLoad(stage, stage.doors["Postfix alone"], untagged, 1),
             "Postfix with sealgate, sealed": SmtpLoad(stage, stage.doors["Postfix with sealgate"], confidential, 1)}
    stage.expect(loads["Postfix with sealgate, sealed"], {"seal"})
    times = {name: [1000 / pace for pace in paces] for name, paces in take_turns(loads, options).items()}
    report("latency: 2 KiB mails, one at a time, ms until Postfix's answer", times, base="sealgate, nothing to be done")


def take_turns(loads, options):
    """Each load's paces, one a round. What is as long as a turn is found in a first round that does not count."""
    paces = {name: [] for name in loads}
    counts = {name: max(10, int(load.pace(100) * options.seconds)) for name, load in loads.items()}
    order = list(loads)
    for _ in range(options.rounds):
        for name in order:
            paces[name].append(loads[name].pace(counts[name]))
        order.append(order.pop(0))
    return paces


def report(title, figures, base):
    print(f"\n{title}")
    print(f"  {'':31}{'median':>8}  {'ratio':>6}  {'rounds from .. to':>18}")
    for name, own in figures.items():
        ratios = [figure / beside for figure, beside in zip(own, figures[base])]
        spread = "" if name == base else f"{min(ratios):.2f} .. {max(ratios):.2f}"
        print(f"  {name:31}{statistics.median(own):8.1f}  {statistics.median(ratios):6.2f}  {spread:>18}", flush=True)


if __name__ == "__main__":
    main()
