"""The documentation: it builds without a network, fetches nothing, its links lead somewhere, and what it says to type exists."""

import itertools
import re
import shutil
import subprocess
from html.parser import HTMLParser

import pytest
from gateway import HERE, PROGRAM

ROOT = HERE.parent.parent
PAGES = sorted((ROOT / "contrib/doc/pages").glob("*.md"))


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    root = tmp_path_factory.mktemp("doc")
    shutil.copytree(ROOT / "contrib/doc", root / "contrib/doc")
    ran = subprocess.run(["unshare", "-n", root / "contrib/doc/build"], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return root / "build/doc"


class Page(HTMLParser):
    def __init__(self, path):
        super().__init__()
        self.links, self.ids, self.fetched = [], set(), []
        self.feed(path.read_text())

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.ids |= {attributes.get("id"), attributes.get("name")}
        if tag == "a" and "href" in attributes:
            self.links.append(attributes["href"])
        elif tag != "a":
            self.fetched += [attributes[name] for name in ("src", "href") if attributes.get(name)]


def test_it_fetches_nothing_and_its_links_lead_somewhere(site):
    pages = {path.name: Page(path) for path in site.glob("*.html")}
    assert len(pages) == len(PAGES) + 1, "and one for what is not found"
    for name, page in pages.items():
        assert [one for one in page.fetched if re.match("(https?:)?//", one)] == [], name
        if name == "404.html":
            continue
        for link in page.links:
            file, _, anchor = link.partition("#")
            if re.match("https?:|mailto:", link) or file in (".", ""):
                file = name if file == "" else None
            if file:
                assert file in pages, f"{name}: {link}"
                assert not anchor or anchor in pages[file].ids, f"{name}: {link}"


def commands():
    """What the pages say to type: the words of the command, such as ["keys", "due"], and the options."""
    for page in PAGES:
        typed = "\n".join(re.findall(r"`[^`\n]+`|```sh\n.*?```", page.read_text(), re.S))
        for line in re.findall(r"(?<![/\w])sealgate ([a-z][^`\n#]*)", typed):
            words = list(itertools.takewhile(re.compile("[a-z]+").fullmatch, line.split()))
            yield page.name, words[:2] if words[0] in ("keys", "held", "audit", "outbox") else words[:1], re.findall("--[a-z-]+", line)


def test_what_it_says_to_type_exists():
    found = list(commands())
    assert len(found) > 30
    for page, words, options in found:
        ran = subprocess.run([PROGRAM, *words, "--help"], capture_output=True, text=True)
        assert ran.returncode == 0, f"{page}: sealgate {' '.join(words)}: {ran.stderr}"
        for option in options:
            assert option in ran.stdout, f"{page}: sealgate {' '.join(words)} {option}"
