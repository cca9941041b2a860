"""Faults at a chosen effect of the gateway: tests/support/fault_points.c, made and steered.

    faults = FaultPoints(directory, gateway.state)
    gateway.start(faults.environment)
    faults.arm("before 7")
"""

import re
import subprocess
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent / "support" / "fault_points.c"

# The step of the river that an effect belongs to, by what it is done to.
STEPS = [("seal", r" gpg(/.*)?$"), ("record", r" (audit|threads)(/.*)?$"), ("keep copies", r" outbox/(adding/.*|waiting)$|to outbox/waiting/BATCH$| notices(/.*)?$"),
         ("hand over", r" (submit|outbox/.*)$"), ("answer", r" milter$")]


class FaultPoints:
    def __init__(self, directory, state):
        self._directory, self._state = Path(directory), Path(state)
        self._directory.mkdir(mode=0o755)
        library = self._directory / "fault_points.so"
        subprocess.run(["cc", "-std=gnu11", "-O1", "-Wall", "-Werror", "-shared", "-fPIC", "-o", library, SOURCE], check=True)
        self.environment = {"LD_PRELOAD": str(library), "FAULT_POINTS": str(self._directory)}

    def arm(self, plan=""):
        """Counts effects from now on: "before 7" and "after 7" kill the gateway around the seventh, "full 7" fails it and all that
        write behind it, "full outbox/adding" from the first one there, "memory 7" refuses the seventh request for 64 KiB or more."""
        (self._directory / "plan").write_text(plan)
        for name in "steps", "failed", "allocations":
            (self._directory / name).unlink(missing_ok=True)
        (self._directory / "armed").touch()

    def disarm(self):
        (self._directory / "armed").unlink(missing_ok=True)

    def effects(self):
        """What was done since arm(), each as "rename to outbox/waiting/BATCH"."""
        steps = self._directory / "steps"
        return [self._name(line) for line in steps.read_text().splitlines()] if steps.exists() else []

    def failed(self):
        """Whether a full disk, or a refusal of memory, was met since arm()."""
        return (self._directory / "failed").exists()

    def large_requests(self):
        """How many requests for much memory there were since arm()."""
        told = self._directory / "allocations"
        return len(told.read_text().splitlines()) if told.exists() else 0

    def _name(self, line):
        line = line.replace(f"{self._state}/", "")
        for pattern, name in [(r"\b[0-9a-f]{64}\b", "IDENTITY"), (r"\b[0-9A-Z]{8,}\b", "BATCH"), (r"\b[0-9A-F]{40}\b", "KEY")]:
            line = re.sub(pattern, name, line)
        return line

    def put_in_place_of_gpg(self, script):
        """Runs this shell script instead of gpg; None: gpg itself again."""
        gpg = self._directory / "gpg"
        gpg.unlink(missing_ok=True)
        if script is not None:
            fresh = gpg.with_suffix(".new")
            fresh.write_text("#!/bin/sh\n" + script)
            fresh.chmod(0o755)
            fresh.rename(gpg)


def step_of(effect):
    return next((step for step, pattern in STEPS if re.search(pattern, effect)), effect)
