"""Audit logs that nobody had to wait for: records as the gateway writes them, chained, over any time."""

import hashlib
import json
import random
from datetime import datetime, timedelta, timezone

NOON = datetime(2026, 11, 27, 12, tzinfo=timezone.utc)


def stamp(time):
    return time.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.") + f"{time.microsecond // 1000:03}Z"


def recipient(address, tier="secure", action="encrypt", result="seal", reason="sealed"):
    return {"address": address, "tier": tier, "action": action,
            "key": {"state": "missing" if reason == "no-key" else "usable", "fingerprint": None}, "result": result, "reason": reason}


def decision(time, outcome="deliver", classification="internal", recipients=(), **more):
    return {"time": stamp(time), "id": "7Q2K-M4XD", "queue_id": "4bXyZ12345", "message_id": "<1@example.org>",
            "sender": "ann@example.org", "client": "127.0.0.1", "user": None, "classification": classification, "tags": [],
            "near_misses": [], "protection": "none", "foreign_keys": [], "outcome": outcome, "failure": None, "mode": "enforce",
            "recipients": list(recipients), "copies": [], "further_readers": [], "archive": [], "reply": None,
            "policy": "sha256:" + "1" * 64, "size": 2048, "duration_ms": 3} | more


def event(time, name, **more):
    return {"time": stamp(time), "event": name} | more


def chained(records):
    """The lines of a log that holds these records."""
    prev = "0" * 64
    for seq, record in enumerate(records, 1):
        fields = json.dumps(record, ensure_ascii=False, separators=(",", ":"))[1:-1]
        line = f'{{"seq":{seq},{fields},"prev":"{prev}"'
        prev = hashlib.sha256(line.encode()).hexdigest()
        yield f'{line},"hash":"{prev}"}}\n'


DOMAINS = [("partner.example", "secure"), ("ministry.example", "secure"), ("riseup.net", "even-better"), ("gmail.com", "better"),
           ("yahoo.com", "unsecure"), ("hotmail.com", "unsecure"), ("outlook.com", "unsecure"), ("gmx.net", "unknown"),
           ("freenet.example", "unknown")]
OUTCOMES = ["deliver", "warn", "seal", "hold", "reject", "defer"]


def likely(random, time, **more):
    """One decision of a busy organisation."""
    outcome = random.choices(OUTCOMES, [60, 14, 16, 1.2, 8, 0.8])[0]
    domain, tier = random.choice(DOMAINS)
    who = f"{random.choice(['bob', 'carol', 'dave', 'erin', 'zoe'])}@{domain}"
    classification = {"deliver": random.choice(["public", "internal"]), "warn": "internal"}.get(outcome, "confidential")
    reason = {"deliver": "allowed", "warn": "tier", "seal": "sealed", "hold": "tier", "defer": "sealed",
              "reject": random.choice(["no-key", "no-key", "no-key", "key-expired", "near-miss", "not-encrypted", "pgp-fake"])}[outcome]
    action = {"deliver": "deliver", "warn": "warn", "hold": "hold"}.get(outcome, "encrypt")
    result = "seal" if outcome == "defer" else outcome
    misses = [{"suggestion": "confidential", "carrier": "subject"}] if reason == "near-miss" else []
    return decision(time, outcome, classification, [recipient(who, tier, action, result, reason)], near_misses=misses,
                    failure="sealing-failed" if outcome == "defer" else None,
                    sender=f"{random.choice(['ann', 'max', 'tom', 'eva'])}@example.org", **more)


def busy(count, days, end=NOON, mode="enforce", seed=7):
    """So many decisions over so many days, fewer on weekends, with two changes of policy; the first fifth is monitored if mode is "both"."""
    chance = random.Random(seed)
    times = []
    while len(times) < count:
        time = end - timedelta(days=days * chance.random())
        if time.weekday() < 5 or chance.random() < 0.2:
            times.append(time)
    for number, time in enumerate(sorted(times)):
        watched = mode == "monitor" or mode == "both" and number < count // 5
        policy = "sha256:" + "abc"[3 * number // max(count, 1)] * 64
        yield likely(chance, time, mode="monitor" if watched else "enforce", policy=policy)
