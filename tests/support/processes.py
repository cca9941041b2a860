"""What a process takes, as the kernel counts it."""

import os
import threading
import time
from pathlib import Path


def own_memory(pid):
    """Octets that the kernel cannot have back: neither files that are mapped nor the program itself."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("RssAnon"))) * 1024


class PeakMemory:
    """The most that a process has of it while the block runs: `before` it and at the `peak`."""

    def __init__(self, pid):
        self._pid = pid
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._look)

    def __enter__(self):
        self.before = self.peak = own_memory(self._pid)
        self._watch.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._watch.join()

    @property
    def growth(self):
        return self.peak - self.before

    def _look(self):
        while not self._over.is_set():
            self.peak = max(self.peak, own_memory(self._pid))
            time.sleep(0.005)


def cpu_of_threads(pid):
    """Seconds of CPU of each thread until now, added up by the threads' names."""
    seconds = {}
    for thread in Path(f"/proc/{pid}/task").iterdir():
        stat = (thread / "stat").read_text()
        name, fields = stat[stat.index("(") + 1:stat.rindex(")")], stat[stat.rindex(")") + 2:].split()
        seconds[name] = seconds.get(name, 0) + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return seconds


def cpu_of_machine():
    """Seconds of CPU that all processes together took until now."""
    user, nice, system = Path("/proc/stat").read_text().splitlines()[0].split()[1:4]
    return (int(user) + int(nice) + int(system)) / os.sysconf("SC_CLK_TCK")
