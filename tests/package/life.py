"""The package's life on a mail server: a root that runs under systemd, with Postfix, users, and mail through it all."""

import collections
import json
import mailbox
import re
import shutil
import subprocess
import time

from making import expect
from roots import Roots

PROGRAM = "runuser -u sealgate -- sealgate"
SETTINGS = "/etc/sealgate/sealgate.yaml"
# Who is where: mail for these domains ends in mailboxes of this machine, so that it can be counted. The gateway does not know.
ELSEWHERE = "postconf -e 'virtual_alias_domains = partner.example, yahoo.com' " \
            "'virtual_alias_maps = inline:{ {bob@partner.example=bob}, {zoe@yahoo.com=zoe} }'"


def expect_sealed(mail):
    expect("BEGIN PGP MESSAGE" in mail and "million" not in mail, "left in clear:", mail)


class Installed:
    def __init__(self, roots: Roots, package, next_package):
        self.roots = roots
        self.package = package
        self.next_package = next_package
        self.machine = None

    def steps(self):
        return [("Postfix", self.postfix),
                ("installed: user, directories, nothing started, Postfix left alone", self.installed),
                ("both files from /usr/share/sealgate, check says yes", self.configured),
                ("in front of Postfix, started", self.wired),
                ("monitor: all mail leaves, what would be refused is logged", self.monitored),
                ("reload to enforce: delivered, sealed, refused with the decision's id", self.enforced),
                ("a bad file: the old policy stays in force", self.bad_reload),
                ("upgraded with mail in flight: none lost, none twice, none in clear", self.upgraded),
                ("removed: says what Postfix misses, mail is put off", self.removed),
                ("put back: runs, and what waited gets through", self.put_back),
                ("purged: the audit log stays, and is named", self.purged),
                ("installed after a purge: as new", self.installed_anew)]

    # Words.

    def do(self, script, expect=0):
        return self.machine.do(script, expect=expect)

    def install(self, package, expect=0):
        return self.do(f"apt-get --quiet --yes install /root/{package.name}", expect)

    def sending(self, mails, patience=0, pause=0):
        """A mail program at work: hands in these mails while something else is done."""
        client = subprocess.Popen(self.machine.client(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        client.stdin.write(json.dumps({"mails": mails, "patience": patience, "pause": pause}))
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
        found = [one for one in self.records() if one.get("message_id") == f"<{id}@example.org>"]
        expect(len(found) == 1, id, found)
        return found[0]

    def active(self):
        return self.do("systemctl is-active sealgate", None).strip()

    def postfix_says(self):
        return self.do("postconf -n; postconf -M")

    def set(self, before, after):
        text = self.machine.read(SETTINGS)
        expect(before in text, text)
        self.machine.write(SETTINGS, text.replace(before, after, 1))

    def reload(self, event, expect=0):
        """Tells the gateway to read its files anew, and waits until its log says what came of it."""
        seen = len(self.events(event))
        said = self.do("systemctl reload sealgate 2>&1", expect)
        self.wait(f"an event {event}", lambda: len(self.events(event)) > seen)
        return said

    def events(self, name):
        return [one for one in self.records() if one.get("event") == name]

    # Steps.

    def prepare(self):
        """Before there is only a loopback: what will be installed is fetched."""
        root = self.roots.mail
        self.roots.copy_bare(root)
        for package in (self.package, self.next_package):
            shutil.copy(package, root / "root")
        self.roots.within(root, f"apt-get -qq update; apt-get --quiet --yes --download-only install postfix /root/{self.package.name}")

    def postfix(self):
        self.do("echo 'postfix postfix/main_mailer_type select Internet Site' | debconf-set-selections; "
                "echo 'postfix postfix/mailname string example.org' | debconf-set-selections; apt-get --quiet --yes install postfix; "
                f"for user in max bob zoe; do useradd --create-home $user; done; {ELSEWHERE}; systemctl reload postfix")
        self.wait("Postfix answers", lambda: self.send("first", ["max@example.org"], "Hello")["code"] == 250)
        self.wait("mail is delivered", lambda: self.arrived("max", "first"))

    def installed(self):
        before = self.postfix_says()
        said = self.install(self.package)
        self.is_as_new()
        expect(self.postfix_says() == before, "Postfix's configuration changed", said)
        expect(self.do("dpkg-query --show --showformat='${Conffiles}' sealgate").strip() == "", "there are conffiles")
        for file in ("/usr/bin/sealgate", "/usr/share/man/man8/sealgate.8.gz", "/usr/share/bash-completion/completions/sealgate",
                     "/usr/share/zsh/vendor-completions/_sealgate", "/usr/share/sealgate/policy.yaml", "/usr/share/sealgate/unsecure.txt",
                     "/usr/share/doc/sealgate/examples/main.cf.fragment"):
            self.do(f"test -s {file}")

    def is_as_new(self):
        self.do("id sealgate")
        modes = self.do("stat --format='%a %U:%G %n' /etc/sealgate /var/lib/sealgate").splitlines()
        expect(modes == ["750 root:sealgate /etc/sealgate", "710 sealgate:sealgate /var/lib/sealgate"], modes)
        expect(self.do("ls -A /etc/sealgate") == "", "there are files in /etc/sealgate")
        expect(self.do("systemctl is-enabled sealgate", 1).strip() == "disabled", "it is enabled")
        expect(self.active() == "inactive", "it is", self.active())
        said = self.do("systemctl start sealgate 2>&1", 1)
        expect("ssertion failed" in said and self.active() == "inactive", said)

    def configured(self):
        self.do("cp /usr/share/sealgate/sealgate.yaml /usr/share/sealgate/policy.yaml /etc/sealgate/")
        with (self.machine.root / SETTINGS[1:]).open("a") as file:
            file.write("keys: {discover: {wkd: false}}  # there is no network here\n")
        said = self.do(f"{PROGRAM} check")
        expect("mode monitor" in said and "/usr/share/sealgate/unsecure.txt" in said, said)

    def wired(self):
        examples = "/usr/share/doc/sealgate/examples"
        self.do("export GNUPGHOME=$(mktemp -d); gpg --quiet --batch --passphrase '' --quick-generate-key bob@partner.example "
                "future-default default never; gpg --armor --export > /tmp/bob.asc; gpgconf --kill all; "
                f"{PROGRAM} keys import /tmp/bob.asc")
        self.do(f"cat {examples}/main.cf.fragment >> /etc/postfix/main.cf; cat {examples}/master.cf.fragment >> /etc/postfix/master.cf; "
                "systemctl enable --now sealgate; postfix check; systemctl restart postfix")
        expect(self.active() == "active", self.do("systemctl status sealgate", None))
        exposure = self.do("systemd-analyze security --no-pager sealgate")
        level = re.search(r"exposure level for sealgate.service: ([0-9.]+)", exposure)
        expect(level and float(level.group(1)) <= 1.5, exposure[-300:])
        self.wait("Postfix answers", lambda: self.send("wired", ["max@example.org"], "[public] Hello")["code"] == 250)

    def monitored(self):
        said = self.send("monitored", ["zoe@yahoo.com"], "[confidential] Our offer")
        expect(said["code"] == 250, said)
        self.wait("it is delivered", lambda: self.arrived("zoe", "monitored"))
        record = self.record("monitored")
        expect((record["outcome"], record["mode"]) == ("reject", "monitor"), record)

    def enforced(self):
        self.set("mode: monitor", "mode: enforce")
        self.reload("reload")
        said = self.send("public", ["zoe@yahoo.com"], "[public] Our opening hours")
        expect(said["code"] == 250, said)
        self.wait("the public mail is delivered", lambda: self.arrived("zoe", "public"))
        said = self.send("sealed", ["bob@partner.example"], "[confidential] Our offer")
        expect(said["code"] == 250, said)
        self.wait("the sealed mail is delivered", lambda: self.arrived("bob", "sealed"))
        expect_sealed(self.arrived("bob", "sealed")[0])
        self.is_refused("refused")

    def is_refused(self, id):
        said = self.send(id, ["zoe@yahoo.com"], "[confidential] Our offer")
        expect(said["code"] == 550, said)
        given = re.search(r"\[sealgate ([0-9A-Z]{4}-[0-9A-Z]{4})\]", said["said"])
        expect(given and self.record(id)["id"] == given.group(1), said)

    def bad_reload(self):
        self.set("mode: enforce", "mode: enfroce")
        self.reload("reload-refused", expect=None)
        expect("did you mean" in self.do("journalctl --no-pager --unit sealgate"), "the journal does not say why")
        self.is_refused("refused-still")
        self.set("mode: enfroce", "mode: enforce")
        self.reload("reload")

    def upgraded(self):
        before = self.do("systemctl show --property=MainPID sealgate; md5sum /etc/sealgate/*")
        ids = [f"flight-{number}" for number in range(200)]
        client = self.sending([{"id": id, "to": ["bob@partner.example", "max@example.org"], "subject": "[confidential] Our offer"}
                               for id in ids], patience=120, pause=0.05)
        time.sleep(2)
        said = self.install(self.next_package)
        in_time = client.poll() is None
        told = self.told(client)
        expect(in_time, "all mail was handed in before the upgrade was done", said)
        after = self.do("systemctl show --property=MainPID sealgate; md5sum /etc/sealgate/*")
        expect(before.splitlines()[0] != after.splitlines()[0], "it was not restarted", said)
        expect(before.splitlines()[1:] == after.splitlines()[1:], "files in /etc/sealgate changed", said)
        expect("next version" in self.machine.read("/usr/share/sealgate/policy.yaml"), said)
        expect(all(one["code"] == 250 for one in told), [one for one in told if one["code"] != 250])
        self.wait("the last one is delivered", lambda: self.arrived("max", ids[-1]) and self.arrived("bob", ids[-1]))
        self.wait("nothing waits", lambda: int(self.do("postqueue -j | wc -l")) == 0)
        bob, colleague = self.mailbox("bob"), self.mailbox("max")
        wrong = [(id, len(bob[id]), len(colleague[id])) for id in ids if (len(bob[id]), len(colleague[id])) != (1, 1)]
        expect(not wrong, "not once for each of both:", wrong)
        for id in ids:
            expect_sealed(bob[id][0])
        self.do(f"{PROGRAM} audit verify")

    def removed(self):
        said = self.do("apt-get --quiet --yes remove sealgate 2>&1")
        expect("sealgate: Postfix still asks it" in said, said)
        expect(self.active() == "inactive", self.active())
        said = self.send("put-off", ["max@example.org"], "[public] Hello")
        expect(400 <= said["code"] < 500, said)

    def put_back(self):
        client = self.sending([{"id": "waited", "to": ["max@example.org"], "subject": "[public] Hello"}], patience=120)
        self.install(self.next_package)
        expect(self.active() == "active", self.do("systemctl status sealgate", None))
        told = self.told(client)
        expect(told[0]["code"] == 250, told)
        self.wait("what waited is delivered", lambda: self.arrived("max", "waited"))
        expect(len(self.arrived("max", "waited")) == 1, "delivered twice")
        self.is_refused("refused-again")
        self.do(f"{PROGRAM} audit verify")

    def purged(self):
        log = self.do("cat /var/lib/sealgate/audit/audit.jsonl | wc -l")
        said = self.do("apt-get --quiet --yes purge sealgate 2>&1")
        expect("sealgate: the audit log is kept: /var/lib/sealgate/audit" in said, said)
        kept = int(self.do("cat /var/lib/sealgate/audit/audit.jsonl | wc -l"))
        expect(kept >= int(log), f"{kept} records of {log} are left")
        left = self.do("find / -xdev ! -path '/proc/*' ! -path '/sys/*' ! -path '/run/*' ! -path '/root/*' -path '*sealgate*' "
                       "! -path '/var/lib/sealgate/audit/*'").split()
        expect(left == ["/var/lib/sealgate", "/var/lib/sealgate/audit"], "left behind:", *left)

    def installed_anew(self):
        self.install(self.next_package)
        self.is_as_new()
        self.do(f"{PROGRAM} audit --help")
        expect("apt" not in self.do("dpkg --audit"), "dpkg finds something half done")
