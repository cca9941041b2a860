"""A walk through sealgate: mails are sent through a private Postfix, and each is shown as its three readers see it:
who sent it, what the sender's mail program answers, and what arrives. contrib/demo prepares the machine and runs this.
"""

import email
import email.policy
import os
import signal
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

sys.dont_write_bytecode = True
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "e2e"))

import expect
from mails import Mail, pgp_mime
from world import World

WIDTH = 80
LABEL = 11
COLOUR = sys.stdout.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
CODES = {"bold": 1, "dim": 2, "red": 31, "green": 32, "yellow": 33, "cyan": 36}
MOOD = {"deliver": "green", "warn": "yellow", "seal": "green", "hold": "yellow", "reject": "red"}


@dataclass
class Scene:
    title: str
    mail: Mail
    outcome: str  # what the audit log must say


def scenes(keys):
    harmless = b"We meet on Tuesday at ten.\r\n"
    delicate = b"Our offer for the bridge is 4.2 million.\r\nPlease keep it to yourself until Friday.\r\n"
    fake = pgp_mime(["bob@partner.example"], "[confidential] Our offer", keys.store(delicate))
    return [
        Scene("public: leaves as it is, with a copy to the archive",
              Mail(["zoe@yahoo.com"], "[public] Our new opening hours", text=b"From Monday on: 9 to 5.\r\n"), "deliver"),
        Scene("internal, to a colleague: leaves as it is",
              Mail(["max@example.org"], "[internal] Tuesday", text=harmless), "deliver"),
        Scene("internal, to an unsecure service: leaves, and the sender is warned by mail",
              Mail(["zoe@yahoo.com"], "[internal] Tuesday", text=harmless), "warn"),
        Scene("confidential, and Bob's key is known: sealed by the gateway",
              Mail(["bob@partner.example"], "[confidential] Our offer", text=delicate), "seal"),
        Scene("confidential, to Bob and a colleague, Carol in Bcc: each in the right form",
              Mail(["bob@partner.example", "max@example.org"], "[confidential] Our offer", text=delicate,
                   bcc=["carol@partner.example"]), "seal"),
        Scene("confidential, and there is no key: refused",
              Mail(["bob@yahoo.com"], "[confidential] Our offer", text=delicate), "reject"),
        Scene("a tag with a slip of the pen: refused, with a question",
              Mail(["bob@partner.example"], "[confidental] Our offer", text=delicate), "reject"),
        Scene("labelled as encrypted, and is not: sealed by the gateway", fake, "seal"),
        Scene("secret, to a colleague: held until somebody releases it",
              Mail(["max@example.org"], "[secret] Our offer", text=delicate), "hold"),
    ]


# The stage.


def paint(text, *styles):
    return "".join(f"\033[{CODES[style]}m" for style in styles) + text + "\033[0m" if COLOUR and styles else text


def heading(text):
    print("\n" + paint(f"── {text} ".ljust(WIDTH, "─"), "bold"))


def show(label, text, *styles):
    """A label, and lines beside it, wrapped to the terminal's 80 columns."""
    lines = [piece for line in text.splitlines() or [""]
             for piece in textwrap.wrap(line, WIDTH - LABEL, subsequent_indent="    ", break_on_hyphens=False) or [""]]
    for number, line in enumerate(lines):
        print(paint((label if number == 0 else "").ljust(LABEL), "dim") + paint(line, *styles))


def quote(data, most=7):
    """The beginning of a mail's text, as lines that are no wider than the terminal and print nothing odd."""
    lines = data.decode("utf-8", "replace").splitlines()
    room = WIDTH - LABEL - 2
    clean = ["".join(c if c.isprintable() else "?" for c in line.expandtabs()) for line in lines]
    shown = [line if len(line) <= room else line[:room - 1] + "…" for line in clean[:most]]
    show("", "\n".join("│ " + line for line in [*shown, *(["…"] if len(lines) > most else [])]), "cyan")


# The play.


def play(world, scene):
    """Shows one scene. Returns whether it ended as it should."""
    mail = scene.mail
    show("sent", f"from {mail.sender} to {', '.join(mail.recipients)}\nSubject: {mail.subject}")
    quote(mail.body(), most=12)
    reply = world.send(mail)
    show("reply", str(reply), "green" if reply.code == 250 else "red")
    record = world.record(mail)
    world.wait_until(lambda: world.gateway.outbox() == [])  # copies leave a moment later
    for delivery in world.arrived(mail):
        show_delivery(world, delivery)
    if not world.arrived(mail):
        held = [entry for entry in world.postfix.queue() if entry["queue_id"] in reply.text]
        show("arrived", f"nothing; it waits in Postfix's hold queue as {held[0]['queue_id']}" if held else "nothing")
    show_notice(world, record)
    reasons = ", ".join(f"{entry['address']}: {entry['reason']}" for entry in record["recipients"])
    show("in the log", f"{record['outcome']} ({reasons})", MOOD.get(record["outcome"], "red"))
    return record["outcome"] == scene.outcome


def show_delivery(world, delivery):
    show("arrived", "for " + ", ".join(delivery.recipients))
    if not delivery.field("Content-Type").startswith("multipart/encrypted"):
        return quote(delivery.body(), most=5)
    kind = delivery.field("Content-Type").partition(";")[0]
    armor = expect.armor(delivery)
    quote(f"Subject: {delivery.field('Subject')}\nContent-Type: {kind}\n\n".encode() + armor, most=8)
    reader = world.keys.carol if "carol@partner.example" in delivery.recipients else world.keys.bob
    show("decrypted", f"with the key of {reader.address}")
    quote(reader.decrypt(armor), most=24)


def show_notice(world, record):
    """The mail that the sender gets about theirs, where there is one."""
    for delivery in world.sink.deliveries:
        if record["notice"] and delivery.field("Message-ID").startswith(f"<{record['id']}."):
            notice = email.message_from_bytes(delivery.data, policy=email.policy.default)
            show("notice", f"to {', '.join(delivery.recipients)}\nSubject: {notice['Subject']}", "yellow")
            quote(notice.get_body(("plain",)).get_content().encode(), most=24)


def show_command(gateway, *arguments):
    """Runs one of the program's commands as an auditor would. Returns whether it said yes."""
    print(paint("$ sealgate " + " ".join(arguments), "bold"))
    run = gateway.run(*arguments)
    for line in (run.stdout + run.stderr).splitlines():
        print("\n".join(textwrap.wrap(line, WIDTH, subsequent_indent="    ") if len(line) > WIDTH else [line]))
    return run.returncode == 0


def run():
    print("starting a private Postfix, the gateway and a mail server behind it, all on loopback …", flush=True)
    with World() as world:
        try:
            world.gateway.configure(policy=world.gateway.usual_policy(protect_subject="true"),
                                    audit="{checkpoint_every: {records: 5}}")
            world.open()
            surprises = []
            acts = scenes(world.keys)
            for number, scene in enumerate(acts, 1):
                heading(f"{number} of {len(acts)}: {scene.title}")
                if not play(world, scene):
                    surprises.append(number)
            heading("what the auditor reads")
            audited = show_command(world.gateway, "audit", "show") and show_command(world.gateway, "audit", "verify")
        finally:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C must not stop the cleaning up
    print("\nstopped and cleaned up.", flush=True)
    for number in surprises:
        print(paint(f"mail {number} did not end as it should", "red"), file=sys.stderr)
    return 0 if audited and not surprises else 1


def leave(*_):
    raise KeyboardInterrupt


def main():
    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGHUP, leave)
    try:
        return run()
    except KeyboardInterrupt:
        print("\nstopped and cleaned up.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        return 1


if __name__ == "__main__":
    sys.exit(main())
