"""What is measured: things that can be done so many times, and say how many they did a second."""

import base64
import os
import random
import subprocess
import time

HEADER = """\
From: Ann Example <ann@example.org>
To: Bob Example <bob@partner.example>
Cc: Carol Example <carol@example.org>
Subject: {subject}
Date: Mon, 23 Nov 2026 09:00:00 +0100
Message-ID: <7c1f0f3e-2a39-4f0e-9a55-0d6f1c6a2b11@example.org>
User-Agent: Mozilla Thunderbird
Content-Language: en-GB
In-Reply-To: <5b8d6f2c-77aa-41ce-8d3b-cc0b7c0e9b9e@partner.example>
References: <5b8d6f2c-77aa-41ce-8d3b-cc0b7c0e9b9e@partner.example>
MIME-Version: 1.0
Content-Type: {type}
Content-Transfer-Encoding: {encoding}

"""


def mail_of(size, subject):
    """A mail as a mail program writes it, of that many octets; a large one is an attachment that does not compress."""
    if size < 8 << 10:
        header = HEADER.format(subject=subject, type="text/plain; charset=UTF-8; format=flowed", encoding="7bit")
        line = "The minutes of yesterday's meeting are below; please say so if you find that something is missing.\n"
        return (header + line * (1 + (size - len(header)) // len(line)))[:size - 1] + "\n"
    header = HEADER.format(subject=subject, type='application/pdf; name="minutes.pdf"', encoding="base64")
    return header + base64.encodebytes(random.Random(1).randbytes((size - len(header)) * 76 // 77 * 3 // 4)).decode()


class SmtpLoad:
    """One mail, sent through one door of the stage's Postfix by so many sessions at a time."""

    def __init__(self, stage, port, mail, sessions, recipient="bob@partner.example"):
        self._stage = stage
        self._command = ["/usr/sbin/smtp-source", "-s", str(sessions), "-F", mail, "-f", "ann@example.org",
                         "-t", recipient]
        self._door = f"127.0.0.1:{port}"

    def pace(self, count):
        began = time.monotonic()
        run = subprocess.run([*self._command, "-m", str(count), self._door], capture_output=True, text=True)
        took = time.monotonic() - began
        if run.returncode != 0 or run.stderr:
            raise RuntimeError(f"smtp-source: {run.stderr}{self._stage.logs()}")
        self._stage.settle()
        return count / took


class GpgLoad:
    """One file, encrypted again and again by one loop a core."""

    # As the gateway runs gpg: nobody is asked, nothing is locked or compressed.
    SETTINGS = "batch\nno-tty\nno-autostart\nno-auto-key-locate\nno-auto-check-trustdb\nno-random-seed-file\nlock-never\n" \
               "no-encrypt-to\npersonal-cipher-preferences AES256\ncompress-algo none\ntrust-model always\n"
    LOOP = 'i=0; while [ $i -lt "$0" ]; do gpg --quiet --homedir "$3" -f "$2" --encrypt < "$1" > /dev/null; i=$((i+1)); done'

    def __init__(self, stage, mail):
        self._homes = [stage.gpg_home(f"gpg-{core}", self.SETTINGS) for core in range(os.cpu_count())]
        self._mail, self._certificate = mail, stage.certificate

    def pace(self, count):
        each = -(-count // len(self._homes))
        began = time.monotonic()
        loop = ["sh", "-e", "-c", self.LOOP, str(each), self._mail, self._certificate]
        xargs = ["xargs", "-d", "\n", "-n", "1", "-P", str(len(self._homes)), *loop]
        subprocess.run(xargs, input="\n".join(map(str, self._homes)), text=True, check=True)
        return each * len(self._homes) / (time.monotonic() - began)
