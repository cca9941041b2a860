"""Headless Chromium, driven over a pipe by the DevTools protocol: how people see a page that the product made.

    with Browser() as browser:
        check_page(browser, Path("report.html"), "report")          # or the page's text
        browser.open(path, width=390, theme="dark").screenshot()

In tests the fixtures `browser` and `check_page` are there: check_page(path_or_text, name).

check_page() looks at the page on a desk and on a phone, in light and dark, and on paper, and fails if it has a script, fetches
anything, says anything on the console, is wider than its window, or if axe-core finds fault with it.

Debian's chromium is all it takes. axe-core comes from npm, of one version and one digest, into build/; where there is no npm,
or no registry, the rest is checked and axe_missing() says why.
"""

import base64
import functools
import hashlib
import json
import os
import select
import shutil
import signal
import subprocess
import tarfile
import tempfile
import time
from contextlib import ExitStack, suppress
from html.parser import HTMLParser
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
AXE = "axe-core@4.14.1"
AXE_SHA512 = ("1477dafa598d8d065f273d6af302aa203c02e83131707b7fa648cd41bd3d6b73"
              "4f8c22a0dab86ee6a6f64b8afbe804b214d36db85a2826965edfb3a0b9d546b5")
# What is looked at: everything that axe-core counts to WCAG 2.2 A and AA, and its good habits.
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
MOST_PAPER = 2_000_000  # octets of a PDF; one that is larger has pictures that were drawn as pixels
SIGHTS = [(1200, "light"), (1200, "dark"), (390, "light"), (390, "dark")]


class Browser:
    """One Chromium with a profile that is gone afterwards. Pages come from files; it has no network to speak of."""

    def __enter__(self):
        with ExitStack() as stack:
            profile = stack.enter_context(tempfile.TemporaryDirectory(prefix="sealgate-browser-", ignore_cleanup_errors=True))
            self._directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sealgate-pages-")))
            their_in, self._out = os.pipe()
            self._in, their_out = os.pipe()
            self._process = subprocess.Popen(
                # Chromium reads from 3 and writes to 4.
                ["bash", "-c", f'exec chromium "$@" 3<&{their_in} 4>&{their_out}', "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
                 "--disable-background-networking", "--disable-component-update", "--disable-extensions", "--hide-scrollbars",
                 "--disable-dev-shm-usage", "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={profile}",
                 "--remote-debugging-pipe", "about:blank"],
                pass_fds=(their_in, their_out), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                env=os.environ | {"HOME": profile}, start_new_session=True)
            os.close(their_in), os.close(their_out)
            stack.callback(self._end)
            self._buffer, self._last_id, self._session, self.events = b"", 0, None, []
            target = self._call("Target.createTarget", url="about:blank")["targetId"]
            self._session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
            for domain in "Page", "Runtime", "Network", "Log", "Audits":
                self._call(f"{domain}.enable")
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self._stack.close()

    def _end(self):
        try:
            self._session = None
            self._call("Browser.close")
            self._process.wait(10)
        except (OSError, RuntimeError, subprocess.TimeoutExpired):
            pass
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)  # it and its helpers, which would still write into the profile
        self._process.wait()
        os.close(self._in), os.close(self._out)

    # The protocol: JSON texts, each with a NUL behind it.

    def _call(self, method, **parameters):
        self._last_id += 1
        message = {"id": self._last_id, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._out, data):]
        while True:
            answer = self._receive(60)
            if answer is None:
                raise TimeoutError(f"chromium does not answer {method}")
            if answer.get("id") == self._last_id:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]

    def _receive(self, timeout):
        """The next message; events are kept. None where there is none in time."""
        deadline = time.monotonic() + timeout
        while b"\0" not in self._buffer:
            if not select.select([self._in], [], [], max(0, deadline - time.monotonic()))[0]:
                return None
            read = os.read(self._in, 1 << 20)
            if not read:
                raise RuntimeError("chromium has ended")
            self._buffer += read
        line, _, self._buffer = self._buffer.partition(b"\0")
        message = json.loads(line)
        if "method" in message:
            self.events.append(message)
        return message

    def _wait_for(self, method):
        deadline = time.monotonic() + 60
        while not any(event["method"] == method for event in self.events):
            if time.monotonic() > deadline or self._receive(5) is None and time.monotonic() > deadline:
                raise TimeoutError(f"no {method}")

    # Pages.

    def open(self, page, width=1200, theme="light"):
        """A file, or a page's text, in a window of that width. `events` are those since then."""
        if not isinstance(page, Path):
            (self._directory / "page.html").write_text(page)
            page = self._directory / "page.html"
        self._call("Emulation.setEmulatedMedia", media="screen", features=[{"name": "prefers-color-scheme", "value": theme}])
        self._call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 600)
        self.events = []
        self._call("Page.navigate", url=page.resolve().as_uri())
        self._wait_for("Page.loadEventFired")
        self.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        return self

    def evaluate(self, expression):
        """The value of a JavaScript expression, which runs beside the page, whatever the page's own policy forbids."""
        result = self._call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in result:
            raise RuntimeError(str(result["exceptionDetails"]))
        return result["result"].get("value")

    def screenshot(self):
        """The whole page as PNG."""
        return base64.b64decode(self._call("Page.captureScreenshot", captureBeyondViewport=True)["data"])

    def pdf(self):
        """The page as it is printed on A4, whatever it was looked at with."""
        self._call("Emulation.setEmulatedMedia", media="", features=[])
        return base64.b64decode(self._call("Page.printToPDF", paperWidth=8.27, paperHeight=11.69, printBackground=False,
                                           preferCSSPageSize=True)["data"])

    def complaints(self):
        """What the console, the log or the network says against the page since it was opened."""
        out = []
        for event in self.events:
            method, told = event["method"], event["params"]
            if method in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded", "Audits.issueAdded"):
                out.append(f"{method}: {json.dumps(told)[:500]}")
            elif method == "Network.requestWillBeSent" and told["type"] != "Document":
                out.append(f"it fetches {told['request']['url']}")
        return out


def browser_missing():
    """Why pages cannot be looked at, for pytest.skip(); None where they can."""
    return None if shutil.which("chromium") else "there is no chromium; contrib/packages.sh installs it (install_missing browser)"


@functools.cache
def _axe():
    """axe-core's source, or why there is none."""
    kept = ROOT / "build" / f"{AXE}.tgz".replace("@", "-")
    if not kept.exists() or hashlib.sha512(kept.read_bytes()).hexdigest() != AXE_SHA512:
        if not shutil.which("npm"):
            return None, "there is no npm to fetch axe-core with"
        kept.parent.mkdir(exist_ok=True)
        try:
            run = subprocess.run(["npm", "pack", "--loglevel=error", "--fetch-retries=1", "--fetch-timeout=30000", AXE], cwd=kept.parent,
                                 stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=180)
        except subprocess.TimeoutExpired:
            return None, f"npm could not fetch {AXE} in three minutes"
        if run.returncode != 0 or not kept.exists():
            return None, f"npm could not fetch {AXE}: {(run.stderr or run.stdout).strip()[:200]}"
        if hashlib.sha512(kept.read_bytes()).hexdigest() != AXE_SHA512:
            kept.unlink()
            raise RuntimeError(f"{AXE} from npm is not what it was when it was chosen")
    with tarfile.open(kept) as archive:
        return archive.extractfile("package/axe.min.js").read().decode(), None


def axe_missing():
    """Why axe-core cannot be had, for pytest.skip(); None where it is there."""
    return _axe()[1]


def axe_violations(browser):
    """What axe-core finds in the open page: one text each."""
    source, missing = _axe()
    assert not missing, missing
    browser.evaluate(source + ";0")
    found = browser.evaluate(f"axe.run({{runOnly: {json.dumps(AXE_TAGS)}, resultTypes: ['violations']}})"
                             ".then(result => result.violations.map(one => ({id: one.id, help: one.help, nodes: one.nodes.map("
                             "node => node.html.slice(0, 300) + ' ' + node.failureSummary)})))")
    return [f"{one['id']}: {one['help']}: {node}" for one in found for node in one["nodes"]]


def too_wide(browser):
    """The elements that make the page wider than its window."""
    return browser.evaluate("""(() => {
        const root = document.scrollingElement;
        if (root.scrollWidth <= root.clientWidth) return [];
        return [...document.body.querySelectorAll('*')].filter(one => one.getBoundingClientRect().right > root.clientWidth + 1)
            .slice(0, 10).map(one => one.outerHTML.slice(0, 120));
    })()""")


class _ActiveContent(HTMLParser):
    """Collects what could run or fetch, wherever a browser would look for it."""

    def __init__(self, source):
        super().__init__()
        self.found = []
        self.feed(source)

    def handle_starttag(self, tag, attributes):
        if tag in ("script", "iframe", "object", "embed", "base", "form", "link", "img"):
            self.found.append(f"<{tag}>")
        for name, value in attributes:
            if name.startswith("on") or "javascript:" in (value or "").lower():
                self.found.append(f"{name}={value}")


def paper_text(paper):
    """What stands on the printed pages, line by line as it is laid out."""
    return subprocess.run(["pdftotext", "-layout", "-", "-"], input=paper, capture_output=True, check=True).stdout.decode()


def check_page(browser, page, name, pictures=None):
    """Fails for everything that a reader could stumble over. `pictures`: a directory that gets the screenshots and the PDF."""
    source = page.read_text() if isinstance(page, Path) else page
    assert (found := _ActiveContent(source).found) == [], f"{name}: active content: {found}"
    for width, theme in SIGHTS:
        sight = f"{name}, {width} wide, {theme}"
        browser.open(page, width, theme)
        if pictures:
            (Path(pictures) / f"{name}-{width}-{theme}.png").write_bytes(browser.screenshot())
        assert (wide := too_wide(browser)) == [], f"{sight}: wider than the window: {wide}"
        assert (complaints := browser.complaints()) == [], f"{sight}: {complaints}"
        if not axe_missing():
            assert (violations := axe_violations(browser)) == [], f"{sight}:\n" + "\n".join(violations)
    paper = browser.open(page).pdf()
    assert paper.startswith(b"%PDF") and len(paper) < MOST_PAPER, f"{name}: printed it takes {len(paper)} octets"
    if pictures:
        (Path(pictures) / f"{name}.pdf").write_bytes(paper)
    return paper
