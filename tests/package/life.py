"""The package's life on a mail server, from the quickstart's first command to a purge."""

import json
import re
import shutil
import time

import quickstart
from making import expect
from roots import Roots
from server import DOMAIN, PROGRAM, SETTINGS, Server, expect_sealed

POLICY = "/etc/sealgate/policy.yaml"
COLLEAGUE, BOB, ZOE = f"max@{DOMAIN}", "bob@partner.example", "zoe@yahoo.com"


class Life:
    def __init__(self, roots: Roots, package, next_package):
        self.roots = roots
        self.package = package
        self.next_package = next_package
        self.server = None

    def prepare(self):
        """Before there is only a loopback: what will be installed is fetched."""
        root = self.roots.mail
        self.roots.copy_bare(root)
        (root / "etc/apt/apt.conf.d/yes").write_text('APT::Get::Assume-Yes "true";\n')
        shutil.copy(self.package, root / "root")
        shutil.copy(self.next_package, root / "srv")
        self.roots.within(root, f"apt-get -qq update; apt-get --quiet --download-only install postfix /root/{self.package.name}")

    def begin(self, machine):
        self.server = Server(machine)

    def steps(self):
        return [("Postfix", self.server.postfix),
                ("quickstart, 1: user, directories, nothing started, Postfix left alone", self.installed),
                ("quickstart, 2: both files are written, Postfix is left alone", self.set_up),
                ("quickstart, 3: started, and in front of Postfix", self.applied),
                ("quickstart, 4: doctor finds nothing, and a mail is watched", self.looked_at),
                ("out of Postfix and in again", self.undone_and_applied),
                ("a journal that forgets is told, and mended", self.journal),
                ("monitor: all mail leaves, what would be refused is logged", self.monitored),
                ("reload to enforce: delivered, sealed, refused with the decision's id", self.enforced),
                ("held: released as what was meant, and refused with a notice", self.held),
                ("a bad file: the reload fails and says why, the old policy stays in force", self.bad_reload),
                ("a bad file: no start, and it says why", self.bad_start),
                ("one that hangs is killed and started anew, and no mail is lost", self.hangs),
                ("upgraded with mail in flight: none lost, none twice, none in clear", self.upgraded),
                ("removed: says what Postfix misses, mail is put off", self.removed),
                ("put back: runs, and what waited gets through", self.put_back),
                ("taken out of Postfix and purged: the audit log stays, and is named", self.purged),
                ("installed after a purge: as new", self.installed_anew)]

    def install_next(self):
        return self.server.do(f"apt-get --quiet install /srv/{self.next_package.name} 2>&1")

    def typed(self, section):
        return [self.server.do(f"{line} 2>&1") for line in quickstart.commands(section, DOMAIN)]

    def installed(self):
        before = self.server.postfix_says()
        self.typed(1)
        self.is_as_new()
        expect(self.server.postfix_says() == before, "Postfix's configuration changed")
        expect(self.server.do("dpkg-query --show --showformat='${Conffiles}' sealgate").strip() == "", "there are conffiles")
        for file in ("/usr/bin/sealgate", "/usr/share/man/man8/sealgate.8.gz", "/usr/share/bash-completion/completions/sealgate",
                     "/usr/share/zsh/vendor-completions/_sealgate", "/usr/share/sealgate/policy.yaml", "/usr/share/sealgate/unsecure.txt",
                     "/usr/share/doc/sealgate/examples/main.cf.fragment"):
            self.server.do(f"test -s {file}")

    def is_as_new(self):
        server = self.server
        server.do("id sealgate")
        modes = server.do("stat --format='%a %U:%G %n' /etc/sealgate /var/lib/sealgate").splitlines()
        expect(modes == ["750 root:sealgate /etc/sealgate", "710 sealgate:sealgate /var/lib/sealgate"], modes)
        expect(server.do("ls -A /etc/sealgate") == "", "there are files in /etc/sealgate")
        expect(server.do("systemctl is-enabled sealgate", 1).strip() == "disabled", "it is enabled")
        expect(server.active() == "inactive", "it is", server.active())
        said = server.do("systemctl start sealgate 2>&1", 1)
        expect("ssertion failed" in said and server.active() == "inactive", said)

    def set_up(self):
        before = self.server.postfix_says()
        said = self.typed(2)[-1]
        expect(self.server.postfix_says() == before, "Postfix's configuration changed", said)
        expect(f"domains: [{DOMAIN}]" in self.server.machine.read(POLICY), said)
        expect("mode: monitor" in self.server.machine.read(SETTINGS), said)

    def applied(self):
        said = self.typed(3)
        expect("mode monitor" in said[0] and "/usr/share/sealgate/unsecure.txt" in said[0], said[0])
        server = self.server
        expect(server.active() == "active", server.do("systemctl status sealgate", None))
        exposure = server.do("systemd-analyze security --no-pager sealgate")
        level = re.search(r"exposure level for sealgate.service: ([0-9.]+)", exposure)
        expect(level and float(level.group(1)) <= 1.5, exposure[-300:])
        server.wait("Postfix answers", lambda: server.send("applied", [COLLEAGUE], "[public] Hello")["code"] == 250)
        expect(server.record("applied")["outcome"] == "deliver", "it was not asked")

    def looked_at(self):
        said = self.server.send("looked-at", [ZOE], "[confidential] Our offer")
        expect(said["code"] == 250, said)
        self.server.wait("it is recorded", lambda: self.server.events("start"))
        doctor, status, shown = self.typed(4)
        expect("nothing" in doctor, doctor)
        expect("monitor" in status, status)
        expect("confidential" in shown and ZOE in shown, shown)

    def undone_and_applied(self):
        with_it = self.server.postfix_says()
        said = self.server.do("sealgate setup --undo --yes 2>&1")
        expect("sealgate" not in self.server.postfix_says(), said, self.server.postfix_says())
        self.server.do("sealgate setup --apply --yes 2>&1")
        expect(self.server.postfix_says() == with_it, self.server.postfix_says())
        said = self.server.do("sealgate setup --apply --yes 2>&1")
        expect("nothing is changed" in said, said)

    def journal(self):
        do = self.server.do
        do("mkdir -p /etc/systemd/journald.conf.d /etc/systemd/system/sealgate.service.d; systemctl daemon-reload; "
           "printf '[Journal]\\nStorage=volatile\\n' > /etc/systemd/journald.conf.d/a.conf; systemctl restart systemd-journald; "
           "printf '[Service]\\nLogRateLimitBurst=10\\n' > /etc/systemd/system/sealgate.service.d/a.conf; systemctl daemon-reload")
        said = do("sealgate doctor --json")
        found = {one["name"]: one for one in json.loads(said)["findings"]}
        expect({"journal-volatile", "journal-limited"} <= found.keys(), said)
        for name in "journal-volatile", "journal-limited":
            do(found[name]["mend"])
        limit = do("readlink /run/systemd/units/log-rate-limit-burst:sealgate.service").strip()
        expect(limit == "100000", "journald still takes", limit)
        said = do("sealgate doctor --json")
        expect("journal-" not in said, said)
        do("rm -r /etc/systemd/journald.conf.d /etc/systemd/system/sealgate.service.d; systemctl daemon-reload")

    def monitored(self):
        self.server.set("#   discover: {wkd: true,", "  discover: {wkd: false,")  # there is no network here
        self.server.do("sealgate reload")
        said = self.server.send("monitored", [ZOE], "[confidential] Our offer")
        expect(said["code"] == 250, said)
        self.server.wait("it is delivered", lambda: self.server.arrived("zoe", "monitored"))
        record = self.server.record("monitored")
        expect((record["outcome"], record["mode"]) == ("reject", "monitor"), record)

    def enforced(self):
        server = self.server
        server.do(f"export GNUPGHOME=$(mktemp -d); gpg --quiet --batch --passphrase '' --quick-generate-key {BOB} future-default default never; "
                  f"gpg --armor --export > /tmp/bob.asc; gpgconf --kill all; {PROGRAM} keys import /tmp/bob.asc")
        server.set("mode: monitor", "mode: enforce")
        said = server.do("sealgate reload 2>&1")
        expect("monitor" in said and "enforce" in said, said)
        server.do("systemctl reload sealgate")
        said = server.send("public", [ZOE], "[public] Our opening hours")
        expect(said["code"] == 250, said)
        server.wait("the public mail is delivered", lambda: server.arrived("zoe", "public"))
        said = server.send("sealed", [BOB], "[confidential] Our offer")
        expect(said["code"] == 250, said)
        server.wait("the sealed mail is delivered", lambda: server.arrived("bob", "sealed"))
        expect_sealed(server.arrived("bob", "sealed")[0])
        server.is_refused("refused")
        shown = server.do(f"journalctl --no-pager --output=cat SEALGATE_QUEUE_ID={server.record('sealed')['queue_id']}")
        expect(server.record("sealed")["id"] in shown and "million" not in shown and "offer" not in shown, shown)

    def held(self):
        server = self.server
        server.set("near_miss: reject", "near_miss: hold", POLICY)
        server.do("sealgate reload")
        for id in "meant", "unwanted":
            said = server.send(id, [BOB], "[confidental] Our offer")
            expect(said["code"] == 250, said)
        waiting = {one["message_id"]: one["queue_id"] for one in map(server.record, ("meant", "unwanted"))}
        meant, unwanted = waiting.values()
        listed = server.do("sealgate held list")
        expect(meant in listed and unwanted in listed, listed)
        server.do(f"sealgate held release {meant} --as confidential")
        server.wait("what was meant arrives", lambda: server.arrived("bob", "meant"))
        expect_sealed(server.arrived("bob", "meant")[0])
        server.do(f"sealgate held refuse {unwanted}")
        server.wait("its sender is told", lambda: any("unwanted" in one for mails in server.mailbox("ann").values() for one in mails))
        expect(server.do("sealgate held list --json").strip() == "" and not server.arrived("bob", "unwanted"), server.do("sealgate held list"))
        server.do(f"{PROGRAM} audit verify; find /var/lib/sealgate ! -user sealgate | grep . && exit 1 || true")
        server.set("near_miss: hold", "near_miss: reject", POLICY)
        server.do("sealgate reload")

    def bad_reload(self):
        server = self.server
        server.set("mode: enforce", "mode: enfroce")
        server.do("systemctl reload sealgate 2>&1", 1)
        expect(server.events("reload-refused"), "it is not recorded")
        expect("did you mean" in server.do("journalctl --no-pager --unit sealgate"), "the journal does not say why")
        server.is_refused("refused-still")

    def bad_start(self):
        server = self.server
        before = server.process()
        server.do("systemctl restart sealgate 2>&1", 1)
        said = server.do("journalctl --no-pager --unit sealgate --lines=8")
        expect("did you mean" in said and "not started" in said, said)
        said = server.send("nobody-answers", [COLLEAGUE], "[public] Hello")
        expect(400 <= said["code"] < 500, said)
        server.set("mode: enfroce", "mode: enforce")
        server.wait("systemd starts it again", lambda: server.active() == "active")
        expect(server.process() != before, "it never stopped")
        server.is_refused("refused-after-start")

    def hangs(self):
        server = self.server
        before = server.process()
        server.do(f"kill -STOP {before}")
        ids = [f"hung-{number}" for number in range(5)]
        client = server.sending([{"id": id, "to": [BOB, COLLEAGUE], "subject": "[confidential] Our offer"} for id in ids], patience=240)
        server.wait("it is started anew", lambda: server.active() == "active" and server.process() != before, patience=180)
        told = server.told(client)
        expect(all(one["code"] == 250 for one in told), told)
        expect("atchdog" in server.do("journalctl --no-pager --unit sealgate"), "it was not the watchdog")
        server.each_came_once(ids)
        server.do(f"{PROGRAM} audit verify")

    def upgraded(self):
        server = self.server
        before, files = server.process(), server.do("md5sum /etc/sealgate/*")
        ids = [f"flight-{number}" for number in range(200)]
        client = server.sending([{"id": id, "to": [BOB, COLLEAGUE], "subject": "[confidential] Our offer"} for id in ids], patience=120, pause=0.05)
        time.sleep(2)
        said = self.install_next()
        in_time = client.poll() is None
        told = server.told(client)
        expect(in_time, "all mail was handed in before the upgrade was done", said)
        expect(server.process() != before, "it was not restarted", said)
        expect(server.do("md5sum /etc/sealgate/*") == files, "files in /etc/sealgate changed", said)
        expect("next version" in server.machine.read("/usr/share/sealgate/policy.yaml"), said)
        expect(all(one["code"] == 250 for one in told), [one for one in told if one["code"] != 250])
        server.each_came_once(ids)
        server.do(f"{PROGRAM} audit verify")

    def removed(self):
        said = self.server.do("apt-get --quiet remove sealgate 2>&1")
        expect("sealgate: Postfix still asks it" in said, said)
        expect(self.server.active() == "inactive", self.server.active())
        said = self.server.send("put-off", [COLLEAGUE], "[public] Hello")
        expect(400 <= said["code"] < 500, said)

    def put_back(self):
        server = self.server
        client = server.sending([{"id": "waited", "to": [COLLEAGUE], "subject": "[public] Hello"}], patience=120)
        self.install_next()
        expect(server.active() == "active", server.do("systemctl status sealgate", None))
        told = server.told(client)
        expect(told[0]["code"] == 250, told)
        server.wait("what waited is delivered", lambda: server.arrived("max", "waited"))
        expect(len(server.arrived("max", "waited")) == 1, "delivered twice")
        server.is_refused("refused-again")
        server.do(f"{PROGRAM} audit verify")

    def purged(self):
        server = self.server
        server.do("sealgate setup --undo --yes")
        log = server.do("cat /var/lib/sealgate/audit/audit.jsonl | wc -l")
        said = server.do("apt-get --quiet purge sealgate 2>&1")
        expect("Postfix still asks it" not in said, said)
        expect("sealgate: the audit log is kept: /var/lib/sealgate/audit" in said, said)
        kept = int(server.do("cat /var/lib/sealgate/audit/audit.jsonl | wc -l"))
        expect(kept >= int(log), f"{kept} records of {log} are left")
        left = server.do("find / -xdev ! -path '/proc/*' ! -path '/sys/*' ! -path '/run/*' ! -path '/root/*' ! -path '/srv/*' -path '*sealgate*' "
                         "! -path '/var/lib/sealgate/audit/*'").split()
        expect(left == ["/var/lib/sealgate", "/var/lib/sealgate/audit"], "left behind:", *left)
        said = server.send("without", [COLLEAGUE], "[public] Hello")
        expect(said["code"] == 250, said)

    def installed_anew(self):
        self.install_next()
        self.is_as_new()
        self.server.do(f"{PROGRAM} audit --help")
        said = self.server.do("dpkg --audit")
        expect(said.strip() == "", "dpkg finds something half done:", said)
