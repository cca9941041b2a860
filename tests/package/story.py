"""The package's life on each Debian, step by step. tests/package/run prepares the machine and runs this."""

import argparse
import sys
import time
from pathlib import Path

from life import Life
from machine import Machine
from making import Making
from roots import Failed, Roots, TREE


def tell(suite, steps):
    for name, step in steps:
        print(f"{suite}: {name} ", end="", flush=True)
        begun = time.monotonic()
        try:
            step()
        except Failed as problem:
            print("FAILED")
            print(problem, file=sys.stderr)
            raise
        print(f"({time.monotonic() - begun:.0f} s)", flush=True)


def live(suite, directory, jobs):
    roots = Roots(suite, directory)
    making = Making(roots, jobs)
    tell(suite, making.steps())
    life = Life(roots, making.package, making.next_package)
    tell(suite, [("a bare Debian for the mail server", life.prepare)])
    with Machine(roots.mail, Path(directory) / f"{suite}.mail.log") as machine:
        life.begin(machine)
        try:
            tell(suite, life.steps())
        except Failed:
            print(machine.do("journalctl --no-pager -n 60", expect=None), file=sys.stderr)
            raise


def main():
    asked = argparse.ArgumentParser(prog="tests/package/run")
    asked.add_argument("--roots", default=TREE / "build/roots", type=Path, help="where the roots stay")
    asked.add_argument("--jobs", default=2, type=int, help="compilers at once")
    asked.add_argument("suites", nargs="*", default=["bookworm", "trixie"], metavar="bookworm | trixie")
    asked = asked.parse_args()
    asked.roots.mkdir(parents=True, exist_ok=True)
    try:
        for suite in asked.suites:
            live(suite, asked.roots.resolve(), asked.jobs)
    except Failed:
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
