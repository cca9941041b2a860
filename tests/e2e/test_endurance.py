"""One process, ten thousand mails: it must not grow."""

import threading

from mails import Mail

MAILS = 10_000
WARM = 1_000  # after so many, caches and pools are as large as they get
CONNECTIONS = 20


def traffic(index):
    """The mail of a turn, and the answer it must get: mostly harmless, some refused, a few sealed."""
    if index % 100 == 0:
        return Mail(["bob@partner.example"], "[confidential] Offer", text=b"x" * 60_000 + b"\r\n"), 250
    if index % 10 == 1:
        return Mail(["bob@yahoo.com"], "[confidential] Offer"), 550
    if index % 10 == 2:
        return Mail(["bob@partner.example"], "[confidental] Offer"), 550
    return Mail(["max@example.org", "bob@partner.example"], "[internal] Minutes"), 250


def run(world, indexes):
    """These turns over a few parallel connections; returns what went wrong."""
    turns, wrong, lock = iter(indexes), [], threading.Lock()

    def work():
        try:
            with world.milter() as milter:
                while True:
                    with lock:
                        index = next(turns, None)
                    if index is None:
                        return
                    mail, wanted = traffic(index)
                    verdict = milter.send(mail.sender, mail.recipients, mail.data(), queue_id=f"Q{index}")
                    if verdict.code != wanted:
                        wrong.append((index, verdict))
        except Exception as failure:
            wrong.append(failure)

    threads = [threading.Thread(target=work) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return wrong


def test_ten_thousand_mails_leave_no_trace_in_memory(world):
    world.gateway.restart()
    assert run(world, range(WARM)) == []
    world.wait_until(lambda: world.gateway.open_files() < 200)
    memory, files = world.gateway.resident_kib(), world.gateway.open_files()
    assert run(world, range(WARM, MAILS)) == []
    world.wait_until(lambda: world.gateway.open_files() <= files)
    assert world.gateway.resident_kib() - memory < 8 * 1024, "it grew"
    assert len([r for r in world.gateway.records() if r["queue_id"].startswith("Q")]) >= MAILS
