"""What the audit log costs: recording beside the disk's own pace, verifying and asking beside sha256sum and wc -l of the same
file. Each in turns in the same run."""

import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from gateway import PROGRAM, SEALGATE_YAML

HERE = Path(__file__).resolve().parent
BENCH = os.environ.get("AUDIT_BENCH")


def measure(options, report):
    measure_recording(options, report)
    for count in [10**4, 10**5] if options.quick else [10**4, 10**5, 10**6]:
        measure_reading(options, count)


def measure_recording(options, report):
    """Records a second: alone with the disk, one decision at a time (no group commit), and as many as sessions wait."""
    paces = {}
    for _ in range(options.rounds):
        for name, words in {"append and fsync alone": ["sync", options.seconds],
                            "one decision at a time": ["record", options.seconds, 1],
                            "16 waiting": ["record", options.seconds, 16],
                            "128 waiting": ["record", options.seconds, 128]}.items():
            with tempfile.TemporaryDirectory(dir=options.directory) as directory:
                run = subprocess.run([BENCH, *map(str, words), directory], capture_output=True, text=True, check=True)
            paces.setdefault(name, []).append(float(run.stdout))
    report("auditing: records on disk a second", paces, base="append and fsync alone")


def measure_reading(options, count):
    with tempfile.TemporaryDirectory(dir=options.directory) as name:
        root = Path(name)
        config = root / "sealgate.yaml"
        config.write_text(SEALGATE_YAML.format(socket=root / "socket", inet_port=1, submit_port=1, mode="enforce",
                                               message_size="50MiB", copies="1GiB", memory="512MiB"))
        (root / "state").mkdir()
        subprocess.run([BENCH, "generate", str(count), root / "state"], check=True)
        log = root / "state" / "audit" / "audit.jsonl"
        sealgate = [PROGRAM, "--config", config, "audit"]
        decision = subprocess.run([BENCH, "id", str(count // 2)], capture_output=True, text=True, check=True).stdout.strip()
        commands = {"sha256sum": ["sha256sum", log], "wc -l": ["wc", "-l", log],
                    "audit verify": [*sealgate, "verify"],
                    "audit show --id": [*sealgate, "show", "--id", decision, "--json"],
                    "audit show --sender": [*sealgate, "show", "--sender", "staff7@example.org", "--json"],
                    "audit stats --by reason": [*sealgate, "stats", "--by", "reason"],
                    "report": [*sealgate[:-1], "report", "--output", "-"]}
        times = {name: [] for name in commands}
        for _ in range(min(options.rounds, 5)):
            for name, command in commands.items():
                began = time.monotonic()
                subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
                times[name].append(time.monotonic() - began)
        print_reading(count, log.stat().st_size, times)


def print_reading(count, size, times):
    print(f"\nauditing: a log of {count} records, {size / 2**20:.0f} MiB")
    print(f"  {'':31}{'seconds':>8}  {'to sha256sum':>12}  {'to wc -l':>9}")
    for name, own in times.items():
        hashed, counted = (statistics.median(mine / beside for mine, beside in zip(own, times[other]))
                           for other in ("sha256sum", "wc -l"))
        print(f"  {name:31}{statistics.median(own):8.3f}  {hashed:12.1f}  {counted:9.1f}", flush=True)
