"""Fixtures: one world for the whole run, and a gateway that each test finds as the last one should have left it."""

import functools
import os
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

import pytest

from fault_points import FaultPoints
from held_mail import HeldMail
from world import World

import browser as browsers  # tests/support


def pytest_collection_modifyitems(config, items):
    """$SEALGATE_SHARE, such as 1/2: every second file by size, from the first on, since long files take long. Each share has a
    process and a world of its own."""
    number, _, shares = os.environ.get("SEALGATE_SHARE", "1/1").partition("/")
    by_size = sorted({item.path for item in items}, key=lambda path: (path.stat().st_size, path))
    mine = set(by_size[int(number) - 1::int(shares)])
    config.hook.pytest_deselected(items=[item for item in items if item.path not in mine])
    items[:] = [item for item in items if item.path in mine]


@pytest.fixture(scope="session")
def bare_world():
    """The world before its gateway is started."""
    with World() as world:
        yield world


@pytest.fixture(scope="session")
def opened_world(bare_world):
    bare_world.open()
    return bare_world


@pytest.fixture
def world(opened_world, request):
    """The world with the gateway running as usual, nothing at the sink, and nothing in the queue."""
    failures = request.session.testsfailed
    if not opened_world.gateway.running:
        opened_world.gateway.start()
    yield opened_world
    if request.session.testsfailed > failures:
        opened_world.gateway.kill()  # whatever state it is in now, the next test shall not fail for it
    if opened_world.postfix.has_files_in("maildrop", "incoming", "active", "deferred", "hold"):
        for entry in opened_world.postfix.queue():
            opened_world.postfix.drop(entry["queue_id"])
    opened_world.sink.forget()


@pytest.fixture
def held(world):
    """`sealgate held`, and nothing that is begun when the test ends."""
    held = HeldMail(world)
    yield held
    for name in held.left() if held.directory.exists() else []:
        (held.directory / name).unlink()


@pytest.fixture
def faults(world, tmp_path_factory):
    """Fault points in the gateway, which runs with them until the test ends. gpg seals, so that sealing has effects too."""
    faults = FaultPoints(tmp_path_factory.mktemp("faults") / "points", world.gateway.state)
    world.gateway.kill()
    world.gateway.write_policy(world.gateway.usual_policy(engine="gpg"))
    world.gateway.start(faults.environment)
    yield faults
    faults.disarm()
    world.gateway.configure()
    world.gateway.restart()


@pytest.fixture(scope="session")
def browser():
    """One headless Chromium for the whole run."""
    if missing := browsers.browser_missing():
        pytest.skip(missing)
    with browsers.Browser() as browser:
        yield browser


@pytest.fixture(scope="session")
def check_page(browser):
    """check_page(path_or_text, name): fails for everything that a reader of that page could stumble over.

    $SEALGATE_PICTURES names a directory that gets screenshots and PDFs, to be looked at.
    """
    return functools.partial(browsers.check_page, browser, pictures=os.environ.get("SEALGATE_PICTURES"))
