"""What the programs say of a message: ours, gpg and sq, all as one kind of verdict."""

import os
import re
import struct
import subprocess
from dataclasses import dataclass, field

import octets

ENVIRONMENT = {"PATH": os.environ["PATH"], "LC_ALL": "C"}
BEFORE_DATA = {10, 21}  # markers and padding
PASSED_OVER = {0, 12, 19}  # gpg does so with these and with types it does not know


@dataclass(frozen=True)
class Verdict:
    key_ids: tuple = ()
    passphrases: int = 0
    seipd: int = 0  # the version; 0: LibrePGP's OCB packet
    refusal: str = ""  # empty: it is an encrypted message with integrity, whole and alone
    said: str = field(default="", compare=False)  # all of the program's words, and what they come to in brackets

    def agrees_with(self, other):
        return bool(self.refusal) and bool(other.refusal) or self == other

    def __str__(self):
        if self.refusal:
            return f"refused {self.refusal}"
        return " ".join(["encrypted", *self.key_ids, f"passphrases={self.passphrases}", f"seipd={self.seipd}"])


def ask_sealgate(program, cases):
    """One verdict a case, from one run."""
    frames = b"".join(struct.pack(">cI", b"a" if case.armored else b"b", len(case.octets)) + case.octets
                      for case in cases)
    run = subprocess.run([program], input=frames, capture_output=True, check=True, timeout=300)
    lines = run.stdout.decode().splitlines()
    assert len(lines) == len(cases)
    return [_sealgate_verdict(line) for line in lines]


def _sealgate_verdict(line):
    word, _, rest = line.partition(" ")
    if word == "refused":
        return Verdict(refusal=rest, said=line)
    *key_ids, passphrases, seipd = rest.split()
    return Verdict(tuple(key_ids), int(passphrases.partition("=")[2]), int(seipd.partition("=")[2]), said=line)


# What gpg says on standard error where nothing is wrong with the packets.
NO_COMPLAINT = re.compile(r"gpg: (encrypted with .* key, ID [0-9A-F]+|encrypted with \d+ passphrases?|"
                          r".* encrypted (session key|data)|unknown armor header: .*|"
                          r"WARNING: multiple plaintexts seen|Warning: using insecure memory!)$")
GPG_PACKET = re.compile(rb"^# off=(\d+) ctb=[0-9a-f]{2} tag=(\d+) hlen=(\d+) plen=(\d+)( partial| indeterminate)?.*\n",
                        re.MULTILINE)


def ask_gpg(home, case):
    """`home` is without any key. What is no armor is declared to be none: gpg would guess otherwise."""
    command = ["gpg", "--batch", "--no-tty", "--no-options", "--lock-never", "--no-autostart", "--homedir", home,
               "--list-only", *([] if case.armored else ["--no-armor"]), "--list-packets"]
    run = subprocess.run(command, input=case.octets, capture_output=True, env=ENVIRONMENT, timeout=60)
    said = (run.stdout + run.stderr).decode(errors="replace")
    complaints = [line for line in run.stderr.decode(errors="replace").splitlines()
                  if line and not NO_COMPLAINT.match(line)]
    # A new process that fails would look like a message that is refused.
    assert run.returncode in (0, 2) and (run.returncode == 0 or complaints), said
    if complaints:
        return Verdict(refusal="; ".join(complaints), said=said)
    return _gpg_verdict(run.stdout, case.binary, said)


def _gpg_verdict(listed, binary, said):
    """gpg does not mind data cut short where it has no key, but its numbers tell. `binary` is None where unknown."""
    heads = list(GPG_PACKET.finditer(listed))
    said += f"[{len(heads)} packets]"
    key_ids, passphrases, data, ends = [], 0, [], 0
    for head, following in zip(heads, [*heads[1:], None]):
        start, tag, header, length = map(int, head.groups()[:4])
        text = listed[head.end():following.start() if following else None].decode(errors="replace")
        if ends is not None and start != ends:
            said += "[passed over: a packet that is not listed]"
        ends = _end(binary, start, head[5]) if head[5] else start + header + length
        if binary is not None and ends > len(binary):
            return Verdict(refusal=f"packet {tag} is longer than what is there", said=said)
        if tag in BEFORE_DATA:
            continue
        if tag in PASSED_OVER or text.startswith(":unknown packet"):
            said += f"[passed over: {tag}]"
        elif data:
            return Verdict(refusal=f"packet {tag} behind the data", said=said)
        elif tag == 1:
            key_ids.append(re.search("keyid ([0-9A-F]{16})", text)[1])
        elif tag == 3:
            passphrases += 1
        elif tag == 18 and "mdc_method: 2" in text or tag == 20 and text.startswith(":aead encrypted packet: cipher="):
            data.append(tag)
            if binary is not None and ends < len(binary):
                said += f"[{len(binary) - ends} octets behind the data]"
        else:
            return Verdict(refusal=f"packet {tag}: {text.partition(chr(10))[0]}", said=said)
    if not data or not key_ids and not passphrases:
        return Verdict(refusal="no session key or no data", said=said)
    return Verdict(tuple(key_ids), passphrases, 1 if data == [18] else 0, said=said)


def _end(binary, start, form):
    """Of a packet in partial or indeterminate length: gpg does not list its size."""
    if binary is None or form == b" indeterminate":
        return binary and len(binary)
    at, more = start + 1, True
    while more and at < len(binary):
        size, at, more = octets.new_length(binary, at)
        at += size
    return at


def ask_sq(case):
    run = subprocess.run(["sq", "packet", "dump"], input=case.octets, capture_output=True, env=ENVIRONMENT, timeout=60)
    said = (run.stdout + run.stderr).decode(errors="replace")
    if run.returncode != 0:
        return Verdict(refusal=run.stderr.decode(errors="replace").strip().splitlines()[-1], said=said)
    key_ids, passphrases, data = [], 0, []
    # The packets on top have no indent; their fields do.
    packets = re.split(r"^(?=[A-Z][^\n]* Packet, )", run.stdout.decode(errors="replace"), flags=re.MULTILINE)[1:]
    said += f"[{len(packets)} packets]"
    for packet in packets:
        name = packet.partition(",")[0]
        if name == "Marker Packet":
            continue
        if data:
            return Verdict(refusal=f"{name} behind the data", said=said)
        if name == "Public-Key Encrypted Session Key Packet":
            named = re.search("Recipient: ([0-9A-F]{16})", packet)
            key_ids.append(named[1] if named else "0" * 16)  # a newer sq has words for nobody
        elif name == "Symmetric-Key Encrypted Session Key Packet":
            passphrases += 1
        elif name in ("Sym. Encrypted and Integrity Protected Data Packet", "AEAD Encrypted Data Packet"):
            data.append(name)
        else:
            return Verdict(refusal=" ".join(packet.split()), said=said)
    if not data or not key_ids and not passphrases:
        return Verdict(refusal="no session key or no data", said=said)
    return Verdict(tuple(key_ids), passphrases, 0 if data[0].startswith("AEAD") else 1, said=said)
