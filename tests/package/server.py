"""A mail server of an organisation: a root that runs under systemd, with Postfix, and what can be asked of it."""

import collections
import json
import mailbox
import re
import subprocess
import time

from making import expect

DOMAIN = "clinic.example"
PROGRAM = "runuser -u sealgate -- sealgate"
SETTINGS = "/etc/sealgate/sealgate.yaml"
# Who is where: mail for these domains ends in mailboxes of this machine, so that it can be counted. The gateway does not know.
ELSEWHERE = "postconf -e 'virtual_alias_domains = partner.example, yahoo.com' " \
            "'virtual_alias_maps = inline:{ {bob@partner.example=bob}, {zoe@yahoo.com=zoe} }'"


def expect_sealed(mail):
    expect("BEGIN PGP MESSAGE" in mail and "million" not in mail, "left in clear:", mail)


class Server:
    def __init__(self, machine):
        self.machine = machine

    def do(self, script, expect=0):
        return self.machine.do(f"cd /root; {script}", expect=expect)

    def postfix(self):
        self.do("echo 'postfix postfix/main_mailer_type select Internet Site' | debconf-set-selections; "
                f"echo 'postfix postfix/mailname string {DOMAIN}' | debconf-set-selections; apt-get --quiet --yes install postfix; "
                f"for user in ann max bob zoe; do useradd --create-home $user; done; {ELSEWHERE}; systemctl reload postfix")
        self.wait("Postfix answers", lambda: self.send("first", [f"max@{DOMAIN}"], "Hello")["code"] == 250)
        self.wait("mail is delivered", lambda: self.arrived("max", "first"))

    def sending(self, mails, patience=0, pause=0):
        """A mail program at work: hands in these mails while something else is done."""
        client = subprocess.Popen(self.machine.client(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        client.stdin.write(json.dumps({"mails": mails, "domain": DOMAIN, "patience": patience, "pause": pause}))
        client.stdin.close()
        return client

    def told(self, client):
        said = client.stdout.read()
        expect(client.wait() == 0, "the client ended with", client.returncode)
        return json.loads(said)

    def send(self, id, to, subject, patience=0):
        return self.told(self.sending([{"id": id, "to": to, "subject": subject}], patience))[0]

    def mailbox(self, user):
        """What is in somebody's mailbox: each mail by its id, as often as it came."""
        box = self.machine.root / "var/mail" / user
        found = collections.defaultdict(list)
        for mail in mailbox.mbox(box, create=False) if box.exists() else []:
            found[mail["Message-ID"].strip("<>").partition("@")[0]].append(mail.as_string())
        return found

    def arrived(self, user, id):
        return self.mailbox(user)[id]

    def wait(self, what, condition, patience=60):
        end = time.monotonic() + patience
        while not condition():
            expect(time.monotonic() < end, f"waited {patience} s in vain: {what}")
            time.sleep(0.5)

    def records(self):
        files = sorted((self.machine.root / "var/lib/sealgate/audit").glob("audit*.jsonl"))
        return [json.loads(line) for file in files for line in file.read_text().splitlines()]

    def record(self, id):
        found = [one for one in self.records() if one.get("message_id") == f"<{id}@{DOMAIN}>"]
        expect(len(found) == 1, id, found)
        return found[0]

    def events(self, name):
        return [one for one in self.records() if one.get("event") == name]

    def active(self):
        return self.do("systemctl is-active sealgate", None).strip()

    def process(self):
        return self.do("systemctl show --property=MainPID --value sealgate").strip()

    def postfix_says(self):
        return self.do("postconf -n; postconf -M")

    def set(self, before, after, file=SETTINGS):
        text = self.machine.read(file)
        expect(before in text, text)
        self.machine.write(file, text.replace(before, after, 1))

    def is_refused(self, id):
        said = self.send(id, ["zoe@yahoo.com"], "[confidential] Our offer")
        expect(said["code"] == 550, said)
        given = re.search(r"\[sealgate ([0-9A-Z]{4}-[0-9A-Z]{4})\]", said["said"])
        expect(given and self.record(id)["id"] == given.group(1), said)

    def each_came_once(self, ids):
        """To bob, sealed, and to max."""
        self.wait("the last one is delivered", lambda: self.arrived("max", ids[-1]) and self.arrived("bob", ids[-1]))
        self.wait("nothing waits", lambda: int(self.do("postqueue -j | wc -l")) == 0)
        bob, colleague = self.mailbox("bob"), self.mailbox("max")
        wrong = [(id, len(bob[id]), len(colleague[id])) for id in ids if (len(bob[id]), len(colleague[id])) != (1, 1)]
        expect(not wrong, "not once for each of both:", wrong)
        for id in ids:
            expect_sealed(bob[id][0])
