"""A small Internet of its own for tests of key discovery: a network namespace with addresses, DNS, an authority for TLS and web servers.

    with DiscoveryLab(directory) as lab:
        lab.set_names({"openpgpkey.partner.test": "198.51.100.1"})
        lab.serve_https("198.51.100.1", lab.tls("openpgpkey.partner.test"), handler)
        lab.run("curl", "--cacert", lab.authority, "https://openpgpkey.partner.test/")

Needs root, and Debian's iproute2, util-linux, dnsmasq-base, openssl and faketime. Nothing outside is touched, and all daemons that run() and
start() begin die with the lab, also where the test is killed. Names below .test are those of set_names() alone; the others there do not exist, and of
the rest of the world DNS says nothing. The addresses are 198.51.100.1 to .20 (TEST-NET-2, RFC 5737), which are not public: a gateway must be allowed to ask them.
"""

import ctypes
import http.server
import os
import socket
import ssl
import subprocess
import threading
import time
from concurrent.futures import Future
from pathlib import Path

from authority import Authority

NETWORK = "198.51.100.0/24"
SYSTEM_AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"
CLONE_NEWNET = 0x40000000


def address(number):
    return f"198.51.100.{number}"


class DiscoveryLab:
    def __init__(self, root):
        self.root = Path(root)
        self.authority = self.root / "authority.pem"
        self._dns = None
        self._web = []

    def __enter__(self):
        # It ends when its standard input does: with this process. As the first of its process namespace it takes all others along.
        self._holder = subprocess.Popen(["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--propagation", "private", "cat"],
                                        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        try:
            self._pid = self._find_child()
            self.run("ip", "link", "set", "lo", "up")
            for number in range(1, 21):
                self.run("ip", "address", "add", f"{address(number)}/32", "dev", "lo")
            self._replace("/etc/resolv.conf", "nameserver 127.0.0.1\n")
            self._replace("/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n")
            self._authority = Authority(self.authority, "the lab's authority")
            self.set_names({})
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for server in self._web:
            server.shutdown()
            server.server_close()
        self._holder.stdin.close()
        self._holder.wait(timeout=20)

    # Programs in it.

    def command(self, *command):
        """The words that run a command in the lab's network, with its DNS; a child of whoever runs it."""
        return ["nsenter", f"--target={self._pid}", "--net", "--mount", f"--wd={os.getcwd()}", "--", *map(str, command)]

    def run(self, *command, check=True, trusting=False, **how):
        """`trusting`: the lab's authority is one of the system's, for programs that know no others."""
        if trusting:
            bundle = self.root / "system-and-lab.pem"
            bundle.write_bytes(Path(SYSTEM_AUTHORITIES).read_bytes() + self.authority.read_bytes())
            command = ("unshare", "--mount", "sh", "-ec", f'mount --bind {bundle} "$(readlink -f {SYSTEM_AUTHORITIES})"; exec "$@"', "sh",
                       *command)
        run = subprocess.run([*self.command()[:-1], "--pid", "--", *map(str, command)], capture_output=True, timeout=120, **how)
        if check and run.returncode != 0:
            raise RuntimeError(f"{' '.join(map(str, command))}: {run.stderr.decode(errors='replace')}")
        return run

    def start(self, *command, **how):
        """A daemon that stays in the foreground."""
        return subprocess.Popen([*self.command()[:-1], "--pid", "--", *map(str, command)], stdin=subprocess.DEVNULL, **how)

    # Sockets in it.

    def socket(self, kind, where, port):
        """A bound socket of this process in the lab's network; of SOCK_STREAM it listens."""
        def make():
            one = socket.socket(socket.AF_INET, kind)
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            one.bind((where, port))
            if kind == socket.SOCK_STREAM:
                one.listen(50)
            return one

        return self._inside(make)

    def connect(self, where, port):
        return self._inside(lambda: socket.create_connection((where, port), timeout=20))

    def _inside(self, make):
        """A socket stays in the namespace where it was made; a thread may be in another one than its process."""
        made = Future()

        def work():
            try:
                with open(f"/proc/{self._pid}/ns/net") as namespace:
                    if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), CLONE_NEWNET) != 0:
                        raise OSError(ctypes.get_errno(), "setns")
                made.set_result(make())
            except OSError as error:
                made.set_exception(error)

        threading.Thread(target=work).start()
        return made.result()

    def serve_https(self, where, tls, handler, port=443):
        """`handler` is a http.server.BaseHTTPRequestHandler; `tls` of tls(), or nothing for plain HTTP."""
        server = http.server.ThreadingHTTPServer((where, port), handler, bind_and_activate=False)
        server.socket.close()
        server.socket = self.socket(socket.SOCK_STREAM, where, port)
        server.daemon_threads, server.block_on_close, server.handle_error = True, False, lambda *_: None
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        self._web.append(server)

    # DNS.

    def set_names(self, names, *more):
        """{"name": "address"} or a list of addresses, and further lines for dnsmasq. All before is forgotten."""
        records = [f"host-record={name},{one}" for name, addresses in names.items()
                   for one in ([addresses] if isinstance(addresses, str) else addresses)]
        configuration = self.root / "dnsmasq.conf"
        configuration.write_text("\n".join(["no-resolv", "no-hosts", "bind-interfaces", "listen-address=127.0.0.1", "local=/test/", "cache-size=0",
                                            "user=root", "log-queries", f"log-facility={self.root / 'dns.log'}", *records, *more, ""]))
        if self._dns:
            self.run("sh", "-c", f"kill $(cat {self.root}/dnsmasq.pid)")
            self._dns.wait(timeout=20)
        self._dns = self.start("dnsmasq", "--keep-in-foreground", f"--conf-file={configuration}", f"--pid-file={self.root / 'dnsmasq.pid'}")
        self.wait_for("DNS", lambda: b"127.0.0.1:53 " in self.run("ss", "-Hlun").stdout and self._dns.poll() is None)

    def serve_dns(self, port, rcode=None):
        """A name server that gives that answer to every question, or none at all: `server=/dead.test/127.0.0.1#PORT`."""
        bound = self.socket(socket.SOCK_DGRAM, "127.0.0.1", port)

        def answer():
            while True:
                question, asker = bound.recvfrom(2048)
                if rcode is not None:
                    end = question.index(b"\0", 12) + 5
                    bound.sendto(question[:2] + bytes([0x81, 0x80 | rcode]) + b"\0\1\0\0\0\0\0\0" + question[12:end], asker)

        threading.Thread(target=answer, daemon=True).start()

    def queries(self):
        """The names that were asked for, in order."""
        log = (self.root / "dns.log").read_text(errors="replace")
        return [line.split("] ")[-1].split(" from ")[0] for line in log.splitlines() if ": query[" in line]

    def forget_queries(self):
        (self.root / "dns.log").write_text("")

    # TLS.

    def tls(self, *names, days=30, at=None, authority=None):
        """As Authority.sign(); of another authority than the lab's where one is given."""
        return (authority or self._authority).sign(*names, days=days, at=at)

    def another_authority(self):
        return Authority(self.root / "another.pem", "nobody knows it")

    def _replace(self, file, text):
        ours = self.root / Path(file).name
        ours.write_text(text)
        self.run("mount", "--bind", ours, Path(file).resolve())

    def _find_child(self):
        children = Path(f"/proc/{self._holder.pid}/task/{self._holder.pid}/children")
        self.wait_for("the namespace (are we root?)", lambda: self._holder.poll() is not None or children.read_text().split())
        if self._holder.poll() is not None:
            raise RuntimeError("no network namespace can be made here: the lab needs root")
        return int(children.read_text().split()[0])

    @staticmethod
    def wait_for(what, done, timeout=20):
        deadline = time.monotonic() + timeout
        while not done():
            if time.monotonic() > deadline:
                raise TimeoutError(f"{what} does not come up")
            time.sleep(0.02)
