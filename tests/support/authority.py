"""An authority for TLS of a test's own.

    authority = Authority(directory / "ca.pem", "the lab's authority")
    certificate, key = authority.sign("siem.test")      # authority.file vouches for it

Needs Debian's openssl and faketime.
"""

import subprocess
from pathlib import Path


class Authority:
    def __init__(self, file, name):
        self.file = Path(file)
        self._openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", self.file.with_suffix(".key"),
                      "-out", self.file, "-subj", f"/CN={name}", "-days", "30", "-addext", "basicConstraints=critical,CA:TRUE", "-addext",
                      "keyUsage=critical,keyCertSign,cRLSign")

    def sign(self, *names, days=30, at=None):
        """(certificate, key) of these names; made `at` a time, such as "2020-01-01"."""
        file = self.file.with_name(f"tls-{len(list(self.file.parent.glob('tls-*.pem')))}.pem")
        key, request, extensions = file.with_suffix(".key"), file.with_suffix(".csr"), file.with_suffix(".ext")
        extensions.write_text("subjectAltName=" + ",".join(f"DNS:{name}" for name in names) + "\n")
        self._openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", request, "-subj", "/CN=lab")
        clock = ["faketime", at] if at else []
        self._openssl("x509", "-req", "-in", request, "-CA", self.file, "-CAkey", self.file.with_suffix(".key"), "-extfile", extensions, "-days",
                      days, "-out", file, before=clock)
        return file, key

    @staticmethod
    def _openssl(*words, before=()):
        run = subprocess.run([*before, "openssl", *map(str, words)], capture_output=True, timeout=60)
        if run.returncode != 0:
            raise RuntimeError(f"openssl {words[0]}: {run.stderr.decode(errors='replace')}")
