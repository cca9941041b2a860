"""What a log in PostgreSQL costs: how fast a gateway brings it there, and each command's time on it beside the same on the files.
Each in turns in the same run."""

import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from gateway import Gateway
from ports import free_ports

from postgresql import Cluster  # tests/support

BENCH = os.environ.get("AUDIT_BENCH")


def measure(options):
    for count in [10**5] if options.quick else [10**5, 10**6]:
        with tempfile.TemporaryDirectory(dir=options.directory) as name, Cluster(free_ports(1)[0], fsync="on") as database:
            measure_one(options, count, Path(name), database)


def measure_one(options, count, root, database):
    database.add_gateway("mx1.example.org", "mx1")
    gateway = Gateway(root / "gateway", *free_ports(2))
    gateway.configure(audit=f'{{sinks: ["{database.url("mx1")}"], checkpoint_every: {{records: 1000}}}}', more="  name: mx1.example.org\n")
    subprocess.run([BENCH, "generate", str(count), gateway.state], check=True)
    gateway.start()
    pace = shipped(database, count)
    gateway.stop()
    print(f"\nfleet: {count} records brought to PostgreSQL: {pace:.0f} a second", flush=True)
    another = root / "another.yaml"
    another.write_text(gateway.usual_policy(internal="{default: reject}"))
    decision = subprocess.run([BENCH, "id", str(count // 2)], capture_output=True, text=True, check=True).stdout.strip()
    key = (gateway.state / "audit/checkpoint.pub").read_text().split()[0]
    commands = {"audit show --id": ["audit", "show", "--id", decision], "audit show --since, one day": ["audit", "show", "--since", "2026-11-27", "--json"],
                "audit show --sender": ["audit", "show", "--sender", "staff7@example.org", "--json"],
                "audit stats --by reason": ["audit", "stats", "--by", "reason"], "audit verify": ["audit", "verify", "--key", key],
                "report": ["report", "--json", "--key", key], "simulate": ["simulate", "--policy", str(another), "--json"],
                "audit prove": ["audit", "prove", str(count // 2), "--key", key]}
    print(f"  {'':31}{'files, s':>9}  {'database, s':>11}  {'ratio':>6}")
    for name, words in commands.items():
        times = {"files": [], "database": []}
        for _ in range(min(options.rounds, 3)):
            for place, more in {"files": [], "database": ["--from", database.url("postgres")]}.items():
                times[place].append(seconds(gateway.command(*words, *more)))
        files, there = (statistics.median(times[place]) for place in ("files", "database"))
        print(f"  {name:31}{files:9.2f}  {there:11.2f}  {there / files:6.1f}", flush=True)


def shipped(database, count):
    """Records a second, from the first that is there to the last."""
    def there():
        return int(database.sql("SELECT coalesce(max(seq), 0) FROM sealgate.position")[0][0])

    while not (first := there()):
        time.sleep(0.05)
    began = time.monotonic()
    while (last := there()) < count:
        time.sleep(0.2)
    return (last - first) / (time.monotonic() - began)


def seconds(command):
    began = time.monotonic()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return time.monotonic() - began
