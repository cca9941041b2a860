"""An rsyslog of the test's own, as a SIEM's front door: what it takes to be a line's fields, one JSON object a line.

    with Rsyslog(directory, tcp=port) as siem:          # or tls=port, with lab's certificates; or socket=PATH
        siem.lines()                                    # [{"fields": {"seq": "1", ...}, "app": "sealgate", ...}]
"""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

WHAT = """template(name="json" type="list") {
  constant(value="{") property(name="app-name" format="jsonf" outname="app") constant(value=",")
  property(name="hostname" format="jsonf" outname="host") constant(value=",") property(name="msgid" format="jsonf" outname="what") constant(value=",")
  property(name="pri" format="jsonf" outname="priority") constant(value=",") property(name="msg" format="jsonf" outname="text") constant(value=",")
  property(name="timereported" dateformat="rfc3339" format="jsonf" outname="time") constant(value=",\\"fields\\":")
  property(name="$!rfc5424-sd!sealgate@32473") constant(value="}\\n") }
"""


class Rsyslog:
    def __init__(self, directory, tcp=None, tls=None, socket=None, files=(), clients=None, own_parser=False):
        """`files`: (authority, certificate, key) of TLS; `clients`: the only name whose certificate is taken; `own_parser`: the socket's
        lines are read as those at /dev/log are."""
        self.directory = Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.out = self.directory / "out.jsonl"
        self._process = None
        more = ""
        if tls:
            authority, certificate, key = files
            more = (f'defaultNetstreamDriver="gtls" defaultNetstreamDriverCAFile="{authority}" defaultNetstreamDriverCertFile="{certificate}" '
                    f'defaultNetstreamDriverKeyFile="{key}"')
        driver = f'streamDriver.name="gtls" streamDriver.mode="1" streamDriver.authMode="{"x509/name" if clients else "anon"}"' if tls else ""
        permitted = f' permittedPeer=["{clients}"]' if clients else ""
        source = f'module(load="imtcp" {driver}{permitted})\ninput(type="imtcp" port="{tls or tcp}" address="127.0.0.1" ruleset="in")'
        if socket:
            source = ('module(load="imuxsock" sysSock.use="off")\n'
                      f'input(type="imuxsock" socket="{socket}" createPath="on" useSpecialParser="{"on" if own_parser else "off"}" ruleset="in" '
                      'rateLimit.interval="0" parseTrusted="off")')
        (self.directory / "conf").write_text(
            f'global(workDirectory="{self.directory}" {more})\n{source}\nmodule(load="mmpstrucdata")\n{WHAT}'
            f'ruleset(name="in") {{ action(type="mmpstrucdata") action(type="omfile" file="{self.out}" template="json") }}\n')

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.kill()

    def start(self):
        said = open(self.directory / "said", "ab")
        self._process = subprocess.Popen(["rsyslogd", "-n", "-f", self.directory / "conf", "-i", self.directory / "pid"], stdin=subprocess.DEVNULL,
                                         stdout=said, stderr=said)
        end = time.monotonic() + 20
        while not (self.directory / "pid").exists():
            assert self._process.poll() is None and time.monotonic() < end, (self.directory / "said").read_text()
            time.sleep(0.05)
        assert "error" not in (self.directory / "said").read_text(), (self.directory / "said").read_text()

    def kill(self):
        """With all that it had in hand."""
        if self._process:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            (self.directory / "pid").unlink(missing_ok=True)
            self._process = None

    def freeze(self):
        os.kill(self._process.pid, signal.SIGSTOP)

    def lines(self):
        """Without fields: the line has no structured data. What it was writing when it was killed is no line."""
        text = self.out.read_text().replace('"fields":}', '"fields":{}}') if self.out.exists() else ""
        return [line for line in map(self._read, text.split("\n")) if line]

    @staticmethod
    def _read(line):
        try:
            return json.loads(line)
        except json.JSONDecodeError:
            return None
