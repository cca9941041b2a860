"""What ends next: `sealgate keys due`, and what the report and `check` say of it."""

import json
import subprocess
from datetime import datetime, timedelta, timezone

import pytest
from gateway import Gateway
from keys import Person
from logs import NOON, chained, decision

PAST = {"expires": "20210101T000000", "at": "20200101T000000"}


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    root = tmp_path_factory.mktemp("people")
    made = {name: Person(root, f"{name}@partner.example", **how) for name, how in
            {"five": {"expires": "5d"}, "forty": {"expires": "40d"}, "never": {}, "past": PAST, "vault": {"expires": "20d"}, "safe": PAST,
             "revoked": {"expires": "5d"}}.items()}
    made["revoked"].revoke()
    yield made
    for person in made.values():
        subprocess.run(["gpgconf", "--homedir", person.home, "--kill", "all"], capture_output=True)


def gateway_with(root, people, names, **policy):
    gateway = Gateway(root, 1, 2)
    gateway.configure(policy=gateway.usual_policy(**policy))
    if names:
        gateway.run("keys", "import", *(str(people[name].certificate) for name in names))
    (gateway.state / "audit").mkdir(parents=True)
    (gateway.state / "audit" / "audit.jsonl").write_text("".join(chained([decision(NOON)])))
    return gateway


@pytest.fixture
def gateway(people, tmp_path):
    return gateway_with(tmp_path / "gateway", people, people, always_to="[vault@partner.example, safe@partner.example]")


def due(gateway, *arguments):
    run = gateway.run("keys", "due", "--json", *arguments)
    told = list(map(json.loads, run.stdout.splitlines()))
    assert run.returncode == (1 if told else 0) and run.stderr == "", run.stderr
    return told


def names(told):
    return [one["addresses"][0].partition("@")[0] for one in told]


def test_what_ends_soon_or_ended_is_listed(people, gateway):
    told = due(gateway)
    assert names(told) == ["safe", "vault", "past", "five"]
    assert [one["always_to"] for one in told] == [True, True, False, False]
    assert [one["ended"] for one in told] == [True, False, True, False]
    five = told[-1]
    assert (five["fingerprint"], five["source"]) == (people["five"].fingerprint, "own")
    ahead = datetime.fromisoformat(five["end"].replace("Z", "+00:00")) - datetime.now(timezone.utc)
    assert timedelta(days=4) < ahead < timedelta(days=6)
    assert names(due(gateway, "--within", "45d")) == ["safe", "vault", "past", "five", "forty"]
    assert names(due(gateway, "--within", "0s")) == ["safe", "past"]


def test_people_see_a_table(people, gateway):
    run = gateway.run("keys", "due")
    heading, *rows = run.stdout.splitlines()
    assert run.returncode == 1 and heading.split() == ["END", "(UTC)", "FINGERPRINT", "SOURCE", "ADDRESSES"]
    assert rows[0].split() == ["2021-01-01T00:00Z", "ended", people["safe"].fingerprint, "own", "safe@partner.example", "(encryption.always_to)"]
    assert rows[-1].split()[1:] == ["ends", people["five"].fingerprint, "own", "five@partner.example"]


def test_nothing_is_due(people, tmp_path):
    gateway = gateway_with(tmp_path / "gateway", people, ["never", "forty", "revoked"])
    run = gateway.run("keys", "due")
    assert (run.returncode, run.stdout) == (0, "")
    assert gateway.run("keys", "due", "--within", "50d").returncode == 1


def test_what_is_replaced_is_not_due(people, tmp_path, tmp_path_factory):
    gateway = gateway_with(tmp_path / "gateway", people, ["five"])
    another = Person(tmp_path_factory.mktemp("more"), "five@partner.example")
    subprocess.run(["gpgconf", "--homedir", another.home, "--kill", "all"], capture_output=True)
    assert names(due(gateway)) == ["five"]
    gateway.run("keys", "import", str(another.certificate)).check_returncode()
    assert due(gateway) == []


@pytest.mark.parametrize("given", ["30", "soon", "-3d", "2026-12-01", "999999999d"])
def test_a_time_that_is_none_is_told(gateway, given):
    run = gateway.run("keys", "due", f"--within={given}")
    assert run.returncode == 2 and run.stdout == ""
    assert run.stderr == f'sealgate: --within: "{given}" is no time such as 30d, 12h or 90s\n'


def test_check_counts_them_and_names_those_of_the_organisation(people, gateway):
    line = next(line for line in gateway.run("check").stdout.splitlines() if "end within 30 days" in line)
    assert line.startswith("  end within 30 days: 2; ended: 2; of encryption.always_to: safe@partner.example ended 2021-01-01, vault@partner.example ends ")
    told = json.loads(gateway.run("check", "--json").stdout)["ending"]
    assert (told["days"], told["count"], told["ended"], len(told["always_to"])) == (30, 2, 2, 2)


def test_the_report_has_them(people, gateway):
    told = json.loads(gateway.run("report", "--json").stdout)["ending_keys"]
    assert told["problem"] is None and told["days"] == 30
    assert [(one["addresses"][0].partition("@")[0], one["ended"], one["always_to"]) for one in told["rows"]] == [
        ("safe", True, True), ("vault", False, True), ("five", False, False)], "what ended long ago is no news, but where mail waits for it"
    page = gateway.run("report", "--output", "-").stdout
    assert "Keys about to end" in page and people["five"].fingerprint in page and people["past"].fingerprint not in page


def test_a_report_without_the_keys_says_so(people, gateway):
    gateway.write_policy("organisation: {}\n")
    run = gateway.run("report", "--json")
    assert run.returncode == 0 and json.loads(run.stdout)["ending_keys"]["problem"] == "the policy has errors; sealgate check lists them"
    assert "They are not known: the policy has errors" in gateway.run("report", "--output", "-").stdout
