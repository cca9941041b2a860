"""Bare Debians to build in and to install into: made by debootstrap once, and copied."""

import subprocess
from pathlib import Path

MIRROR = "http://deb.debian.org/debian"
TREE = Path(__file__).resolve().parents[2]
NO_START = "#!/bin/sh\nexit 101\n"


class Failed(Exception):
    """A step that did not end as it should, with what was said."""


def run(*command, expect=0, **how):
    """A command on this machine; what it said. Fails where it ends with another status."""
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace", **how)
    if expect is not None and done.returncode != expect:
        raise Failed(f"$ {' '.join(map(str, command))}\n{done.stdout}\nexit status {done.returncode}, expected {expect}")
    return done.stdout


class Roots:
    """The roots of one Debian, below a directory that stays."""

    def __init__(self, suite, directory):
        self.suite = suite
        self.directory = Path(directory)
        self.bare = self.directory / f"{suite}.base"
        self.build = self.directory / f"{suite}.build"
        self.mail = self.directory / f"{suite}.mail"
        self.compiled = self.directory / f"{suite}.ccache"

    def make_bare(self):
        """Debian and systemd, nothing else. One that was not finished is made anew."""
        finished = self.bare / "finished"
        if finished.exists():
            return
        run("rm", "-rf", self.bare)
        run("debootstrap", "--variant=minbase", "--include=systemd,systemd-sysv,dbus,ca-certificates", self.suite, self.bare, MIRROR)
        finished.touch()

    def copy_bare(self, to):
        run("rm", "-rf", to)
        run("cp", "-a", "--reflink=auto", self.bare, to)
        (to / "etc/dpkg/dpkg.cfg.d/unsafe-io").write_text("force-unsafe-io\n")  # a root that is lost is made anew

    def within(self, root, script, expect=0, user="root"):
        """Runs a shell script in a root that is not booted, with this machine's network. What is compiled stays beside the roots."""
        self.compiled.mkdir(exist_ok=True)
        policy = root / "usr/sbin/policy-rc.d"
        policy.write_text(NO_START)
        policy.chmod(0o755)
        try:
            return run("systemd-nspawn", "--quiet", f"--directory={root}", "--register=no", "--keep-unit", "--as-pid2", "--pipe",
                       "--resolv-conf=copy-host", f"--bind={self.compiled}:/var/cache/ccache", f"--user={user}", "--setenv=DEBIAN_FRONTEND=noninteractive", "--setenv=LC_ALL=C",
                       "--", "/bin/bash", "-ec", script, expect=expect, stdin=subprocess.DEVNULL)
        finally:
            policy.unlink()

    def unpack_tree(self, place):
        """The files of this tree as they lie here, those of git alone."""
        files = run("git", "-C", TREE, "-c", f"safe.directory={TREE}", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
        run("rm", "-rf", place)
        place.mkdir(parents=True)
        packed = subprocess.run(["tar", "--create", f"--directory={TREE}", "--null", "--files-from=-"], input=files.encode(),
                                stdout=subprocess.PIPE, check=True)
        subprocess.run(["tar", "--extract", f"--directory={place}", "--no-same-owner"], input=packed.stdout, check=True)
