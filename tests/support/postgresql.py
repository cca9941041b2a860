"""A PostgreSQL of the test's own: a cluster in a directory of its own, reached by a socket there and by a port of loopback."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

SCHEMA = Path(__file__).parents[2] / "contrib/postgresql/sealgate.sql"


def programs():
    """Where Debian has them: the newest."""
    return max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))


class Cluster:
    """`with Cluster(port) as db:` has a database `audit` with sealgate's schema; db.owner(SQL) asks as its owner."""

    def __init__(self, port, fsync="off", tls=None):
        """`tls`: (certificate, key): over the port nothing goes in clear, and a role needs its password."""
        # Not below a directory of pytest's: those are root's alone, again and again.
        self.directory = Path(tempfile.mkdtemp(prefix="sealgate-postgresql-"))
        self.port = port
        self.fsync = fsync
        self.tls = tls
        self.data = self.directory / "data"
        self.socket = self.directory / "socket"

    def __enter__(self):
        self.socket.mkdir(parents=True, mode=0o755)
        os.chown(self.directory, *self._owner())
        os.chown(self.socket, *self._owner())
        self.directory.chmod(0o755)
        self._run("initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "--no-sync", "--no-locale", "-E", "UTF8")
        if self.tls:
            self._take_tls()
        self.start()
        self._run("createdb", "-E", "UTF8", "-T", "template0", "-h", self.socket, "-p", self.port, "-U", "postgres", "audit")
        self.install()
        return self

    def __exit__(self, *_):
        self.stop("immediate")
        shutil.rmtree(self.directory, ignore_errors=True)

    @staticmethod
    def _owner():
        import pwd
        user = pwd.getpwnam("postgres")
        return user.pw_uid, user.pw_gid

    def _run(self, program, *arguments, check=True, **how):
        uid, gid = self._owner()
        run = subprocess.run([programs() / program, *map(str, arguments)], user=uid, group=gid, extra_groups=[], cwd="/", text=True,
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, **how)
        assert not check or run.returncode == 0, run.stdout
        return run

    def _take_tls(self):
        for name, file in zip(("server.crt", "server.key"), self.tls):
            (self.data / name).write_bytes(file.read_bytes())
            os.chown(self.data / name, *self._owner())
            (self.data / name).chmod(0o600)
        (self.data / "pg_hba.conf").write_text("local all all trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n")

    def start(self):
        options = f"-k {self.socket} -c port={self.port} -c listen_addresses=127.0.0.1 -c fsync={self.fsync} -c max_connections=30" + (" -c ssl=on" if self.tls else "")
        self._run("pg_ctl", "-D", self.data, "-w", "-t", "30", "-l", self.directory / "log", "-o", options, "start")

    def stop(self, how="fast"):
        self._run("pg_ctl", "-D", self.data, "-w", "-m", how, "stop", check=False)

    def kill(self):
        """Without a word to anybody, all its processes."""
        parent = int((self.data / "postmaster.pid").read_text().split("\n")[0])
        children = subprocess.run(["pgrep", "-P", str(parent)], capture_output=True, text=True, check=False).stdout.split()
        for process in (parent, *map(int, children)):
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                pass
        end = time.monotonic() + 10
        while time.monotonic() < end and any(Path(f"/proc/{process}").exists() for process in (parent, *children)):
            time.sleep(0.05)

    @contextlib.contextmanager
    def outage(self):
        """It is killed, and there again behind the block."""
        self.kill()
        try:
            yield
        finally:
            self.start()

    def install(self):
        return self._run("psql", "-h", self.socket, "-p", self.port, "-U", "postgres", "-d", "audit", "-q", "-f", SCHEMA)

    def sql(self, statement, role="postgres", check=True):
        """The cells of one statement's rows, as text."""
        run = self._run("psql", "-h", self.socket, "-p", self.port, "-U", role, "-d", "audit", "-q", "-A", "-t", "-F", "\t", "-c", statement,
                        check=check)
        return [line.split("\t") for line in run.stdout.splitlines()] if check else run

    def session(self, statements):
        """Somebody who stays connected: a process."""
        uid, gid = self._owner()
        return subprocess.Popen([programs() / "psql", "-h", self.socket, "-p", str(self.port), "-U", "postgres", "-d", "audit", "-c", statements],
                                user=uid, group=gid, extra_groups=[], cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL)

    def add_gateway(self, name, role):
        self.sql(f"CREATE ROLE {role} LOGIN")
        self.sql(f"SELECT sealgate.add_gateway('{name}', '{role}')")

    def url(self, role):
        return f"postgresql://{role}@127.0.0.1:{self.port}/audit"
