"""The quickstart of the documentation: its commands, as they are written there."""

import re

from making import expect
from roots import TREE

PAGE = TREE / "contrib/doc/pages/quickstart.md"
ITS_DOMAIN = "example.org"  # which the page tells the reader to replace


def commands(section, domain):
    """Those under "## SECTION. …", in order, for an organisation of that domain."""
    text = PAGE.read_text().replace(ITS_DOMAIN, domain)
    found = re.search(rf"^## {section}\. .*?(?=^## |\Z)", text, re.S | re.M)
    expect(found, f"{PAGE.name} has no section {section}")
    lines = [line for block in re.findall(r"```sh\n(.*?)```", found.group(), re.S) for line in block.splitlines()]
    expect(lines, f"{PAGE.name}: section {section} has no commands")
    return lines
