"""`sealgate handbook`: the shipped policy as a sheet that everybody can read, in each language, on each screen, and on two sides of paper."""

import json
import re
import shutil
import subprocess

import pytest
from gateway import Gateway

import browser as browsers  # tests/support

POLICIES = browsers.ROOT / "contrib" / "policies"
LANGUAGES = ["en", "de", "fr", "es"]
HEADINGS = {"en": "What happens to which mail", "de": "Was mit welcher E-Mail geschieht", "fr": "Ce que devient chaque message",
            "es": "Qué pasa con cada mensaje"}


@pytest.fixture
def gateway(tmp_path):
    """One with the policy that ships."""
    made = Gateway(tmp_path / "gateway", 1, 2)
    for file in POLICIES.glob("*.txt"):
        shutil.copy(file, made.policy.parent)
    made.write_policy((POLICIES / "policy.yaml").read_text())
    return made


def handbook(gateway, *arguments):
    run = gateway.run("handbook", *arguments)
    assert (run.returncode, run.stderr) == (0, ""), run.stderr
    return run.stdout


def pages(paper):
    told = subprocess.run(["pdfinfo", "-"], input=paper, capture_output=True, check=True).stdout.decode()
    return int(re.search(r"^Pages:\s*(\d+)", told, re.M)[1]), re.search(r"^Page size:.*", told, re.M)[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_everybody_can_read_it(gateway, browser, check_page, language, tmp_path):
    page = handbook(gateway, "--language", language)
    assert f'<html lang="{language}">' in page and HEADINGS[language] in page
    paper = check_page(page, f"handbook-{language}")
    count, size = pages(paper)
    assert count == 2 and "A4" in size, f"{language}: {count} pages, {size}"
    assert all(heading in browsers.paper_text(paper) for heading in [HEADINGS[language]])
    for theme in "light", "dark":
        browser.open(page, 360, theme)
        assert browsers.too_wide(browser) == [], f"{language}, {theme}: a phone would scroll sideways"
        assert browser.complaints() == []
        if not browsers.axe_missing():
            assert browsers.axe_violations(browser) == []


def test_matrix_of_five_classifications_fits_a_phone(gateway, browser):
    text = gateway.policy.read_text()
    more = "".join(f"  - {{name: level-{i}-of-the-house, tags: [level-{i}-of-the-house]}}\n" for i in range(3))
    text = text.replace("\nuntagged: internal", f"{more}\nuntagged: internal", 1).replace(
        "  confidential:\n    organisation: deliver", "".join(f"  level-{i}-of-the-house: {{default: require}}\n" for i in range(3)) + "  confidential:\n    organisation: hold", 1)
    gateway.write_policy(text)
    page = handbook(gateway)
    for width in 360, 800, 1200:
        browser.open(page, width)
        assert browsers.too_wide(browser) == [], width
        if not browsers.axe_missing():
            assert browsers.axe_violations(browser) == [], width


def test_each_form_and_language(gateway):
    assert handbook(gateway) == handbook(gateway, "--format", "html", "--language", "en"), "what is usual"
    for language in LANGUAGES:
        assert HEADINGS[language] in handbook(gateway, "--format", "text", "--language", language)
        assert f"\n## {HEADINGS[language]}\n" in handbook(gateway, "--format", "markdown", "--language", language)
    told = json.loads(handbook(gateway, "--json", "--format", "text", "--language", "fr"))
    assert told["page"] == handbook(gateway, "--format", "text", "--language", "fr")
    assert (told["language"], told["format"]) == ("fr", "text") and told["policy"].startswith("sha256:")
    gateway.write_policy(gateway.policy.read_text().replace("  language: en ", "  language: es ", 1))
    assert HEADINGS["es"] in handbook(gateway), "the language of notices"


@pytest.mark.parametrize("arguments, said", [(["--format", "pdf"], "--format is one of html, markdown, text"),
                                             (["--language", "fi"], 'there are no texts in "fi"; there are: en, de, fr, es'),
                                             (["x"], "too much")])
def test_called_wrongly(gateway, arguments, said):
    run = gateway.run("handbook", *arguments)
    assert run.returncode == 2 and said in run.stderr and run.stdout == "" and run.stderr.count("\n") == 1


def test_policy_with_errors_is_told_like_check_tells_it(gateway):
    gateway.write_policy(gateway.policy.read_text().replace("untagged: internal", "untagged: intrnal", 1))
    run = gateway.run("handbook")
    assert run.returncode == 2 and "policy.yaml:" in run.stderr and 'did you mean "internal"' in run.stderr and run.stdout == ""
