"""A private Postfix in a directory of its own, beside whatever Postfix the machine has.

Everything it accepts goes to one relay host. Its doors, all on 127.0.0.1:

    smtp         milter over the unix socket; open to all of loopback. The gateway's networks list only 127.0.0.1, so
                 a client from 127.0.0.2 is a stranger whose mail is incoming.
    smtp_inet    the same, milter over TCP
    submission   the same, only after AUTH
    submit       no milter: the gateway hands over its notices here
    speaking[N]  as smtp, but Postfix speaks version N of the milter protocol
    behind[NAME] as smtp, with another milter

Needs root, as Postfix's master does.
"""

import json
import os
import subprocess
from pathlib import Path

from ports import free_ports, wait_for_port

MAIN_CF = """\
compatibility_level = 3.6
queue_directory = {root}/queue
data_directory = {root}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {root}/mail.log
maillog_file_prefixes = {root}
import_environment = MAIL_CONFIG MAIL_DEBUG MAIL_LOGTAG TZ LANG=C POSTLOG_SERVICE POSTLOG_HOSTNAME
syslog_name = postfix

myhostname = mail.example.org
mydomain = example.org
myorigin = example.org
mydestination =
local_transport = error:there are no mailboxes here
alias_maps =
alias_database =
inet_interfaces = loopback-only
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
recipient_canonical_maps = inline:{{ maximilian@example.org=max@example.org }}
relayhost = [127.0.0.1]:{relay_port}
default_transport = smtp
relay_transport = smtp
smtp_tls_security_level = none
smtpd_tls_security_level = none
smtpd_peername_lookup = no
smtp_dns_support_level = disabled
notify_classes =

smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{auth_port}
smtpd_sasl_security_options = noanonymous

smtpd_milters = {milter_unix}
non_smtpd_milters = {milter_unix}
milter_default_action = tempfail
milter_connect_timeout = 10s
milter_command_timeout = 30s
milter_content_timeout = 120s

message_size_limit = 200000000
mailbox_size_limit = 0
smtpd_recipient_limit = 5000
smtpd_client_connection_count_limit = 0
smtpd_error_sleep_time = 0
smtpd_soft_error_limit = 10000
smtpd_hard_error_limit = 10000
in_flow_delay = 0
queue_run_delay = 2s
minimal_backoff_time = 2s
maximal_backoff_time = 4s
"""

# What Postfix consists of beside its doors. As Debian has it, most of them are in a chroot: y.
DAEMONS = """\
pickup unix n - {chroot} 2 1 pickup
cleanup unix n - {chroot} - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - {chroot} - - trivial-rewrite
bounce unix - - {chroot} - 0 bounce
defer unix - - {chroot} - 0 bounce
trace unix - - {chroot} - 0 bounce
verify unix - - {chroot} - 1 verify
flush unix n - {chroot} 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - {chroot} - - smtp
relay unix - - {chroot} - - smtp
showq unix n - {chroot} - - showq
error unix - - {chroot} - - error
retry unix - - {chroot} - - error
discard unix - - {chroot} - - discard
anvil unix - - {chroot} - 1 anvil
scache unix - - {chroot} - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""

MASTER_CF = """\
127.0.0.1:{smtp} inet n - n - - smtpd
127.0.0.1:{smtp_inet} inet n - n - - smtpd
  -o smtpd_milters={milter_inet}
127.0.0.1:{submission} inet n - n - - smtpd
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_relay_restrictions=permit_sasl_authenticated,reject
127.0.0.1:{submit} inet n - n - - smtpd
  -o smtpd_milters=
{further_doors}""" + DAEMONS.format(chroot="n")


FURTHER_DOOR = """\
127.0.0.1:{port} inet n - n - - smtpd
  -o {{ smtpd_milters = {{ {milter},protocol={version} }} }}
"""


class Postfix:
    """`with Postfix(...) as postfix:` runs until the block ends. milter_* in Postfix's spelling, or "" for none;
    other_milters likewise, by name.
    """

    main_cf, master_cf = MAIN_CF, MASTER_CF

    def __init__(self, root, relay_port, auth_port, milter_unix="", milter_inet="", other_milters=None):
        self.root = Path(root)
        self.config = self.root / "config"
        other_milters = other_milters or {}
        versions = (2, 3, 4) if milter_unix else ()
        self.smtp, self.smtp_inet, self.submission, self.submit, *ports = free_ports(4 + len(versions) + len(other_milters))
        self.speaking = dict(zip(versions, ports))
        self.behind = dict(zip(other_milters, ports[len(versions):]))
        doors = [FURTHER_DOOR.format(port=port, milter=milter_unix, version=version)
                 for version, port in self.speaking.items()]
        doors += [FURTHER_DOOR.format(port=port, milter=other_milters[name], version=6)
                  for name, port in self.behind.items()]
        self._settings = dict(root=self.root, relay_port=relay_port, auth_port=auth_port, milter_unix=milter_unix,
                              milter_inet=milter_inet, smtp=self.smtp, smtp_inet=self.smtp_inet,
                              submission=self.submission, submit=self.submit, further_doors="".join(doors))

    def __enter__(self):
        for directory in (self.config, self.root / "queue"):
            directory.mkdir(parents=True, exist_ok=True)
        (self.config / "main.cf").write_text(self.main_cf.format(**self._settings))
        (self.config / "master.cf").write_text(self.master_cf.format(**self._settings))
        self._control("start")
        return self

    def __exit__(self, *_):
        self._control("stop")

    def _control(self, verb):
        run = subprocess.run(["/usr/sbin/postfix", "-c", self.config, verb], capture_output=True, text=True, timeout=60)
        if run.returncode != 0:
            raise RuntimeError(f"postfix {verb} failed:\n{run.stdout}{run.stderr}\n{self.log()[-3000:]}")

    def open_door(self, **parameters):
        """A further smtpd with these parameters, until the end. Returns its port."""
        port, = free_ports(1)
        with open(self.config / "master.cf", "a") as master:
            master.write(f"127.0.0.1:{port} inet n - n - - smtpd\n")
            master.writelines(f"  -o {{ {name} = {value} }}\n" for name, value in parameters.items())
        self._control("reload")
        wait_for_port(port)
        return port

    def set(self, name, value):
        """A parameter of main.cf, in force for what comes next."""
        subprocess.run(["/usr/sbin/postconf", "-c", self.config, "-e", f"{name}={value}"], check=True, capture_output=True)
        self._control("stop")  # a reload lets processes finish what they do
        self._control("start")
        wait_for_port(self.smtp)

    def log(self):
        path = self.root / "mail.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def queue(self):
        """What postqueue -j says: one dict a message, with queue_name, queue_id, sender, recipients."""
        run = subprocess.run(["/usr/sbin/postqueue", "-c", self.config, "-j"], capture_output=True, text=True, check=True)
        return [json.loads(line) for line in run.stdout.splitlines()]

    def has_files_in(self, *queues):
        """Whether a message lies in one of these, without a program that asks. A message moves from maildrop to incoming to active:
        name them in that order. What is not whole yet has no execute bit, and is nobody's mail."""
        return any(_is_whole(Path(directory) / name)
                   for queue in queues for directory, _, files in os.walk(self.root / "queue" / queue) for name in files)

    def drop(self, queue_id):
        """Deletes one message, held or waiting."""
        subprocess.run(["/usr/sbin/postsuper", "-c", self.config, "-d", queue_id], check=True, capture_output=True)

    def sendmail(self, sender, recipients, data):
        """Local submission: the sendmail(1) command, with LF line ends as local programs write them."""
        return subprocess.run(["/usr/sbin/sendmail", "-C", self.config, "-i", "-f", sender, "--", *recipients],
                              input=data.replace(b"\r\n", b"\n"), capture_output=True, timeout=30)


def _is_whole(file):
    try:
        return bool(file.stat().st_mode & 0o100)
    except FileNotFoundError:
        return False
