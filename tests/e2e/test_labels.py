"""Labels of other programs: each family, through the real Postfix, classifies a mail, is named in the log, and stays inside."""

import base64
import json

import pytest
from expect import armor, refused, results, sealed, unchanged
from mails import Mail

BOB = "bob@partner.example"
GUID = "11111111-2222-3333-4444-555555555555"
TENANT = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"

LABELS = f"""
  labels:
    msip: {{tenant: {TENANT}, values: {{{GUID}: confidential}}}}
    epms: {{values: {{PROTECTED: confidential, "OFFICIAL:Sensitive": confidential, OFFICIAL: internal, UNOFFICIAL: public}}}}
    tlp: {{values: {{RED: confidential, AMBER+STRICT: confidential, AMBER: internal, GREEN: internal, CLEAR: public}}}}
    sio: {{values: {{ACME CONFIDENTIAL: confidential}}, unknown: ignore}}
    titus: {{field: Classification, values: {{Secret: confidential}}}}
    boldon-james: {{values: {{id_secret: confidential}}}}
    janusseal: {{namespace: 2022.1.example-defence.com, values: {{D04FB6C2: confidential}}}}
    nextcloud: {{instance: oc1abcde2fgh, values: {{"1234567890123456789": confidential}}}}
    keywords: {{values: {{Project X: confidential}}}}
    calendar: {{values: {{CONFIDENTIAL: confidential, PRIVATE: confidential, PUBLIC: public}}}}"""


def msip(**attributes):
    pairs = {"Enabled": "true", "Name": "AMD General\r\n v26", "SiteId": TENANT} | attributes
    return "msip_labels: " + ";\r\n ".join(f"MSIP_Label_{GUID}_{name}={value}" for name, value in pairs.items())


def titus(value):
    coded = base64.b64encode(json.dumps({"Metadata": {"ns": "http://www.titus.com/ns/Example", "props": [
        {"n": "Classification", "vals": [{"value": value}]}]}, "SubjectLabels": []}).encode()).decode()
    return f"x-titus-metadata-40: {coded[:60]}\r\n {coded[60:]}"


def boldon_james(uid):
    return ('x-bjprotectivemarking: <?xml version="1.0" encoding="us-ascii"?><sisl\r\n sislVersion="0" origin="userSelected"\r\n '
            f'xmlns="http://www.boldonjames.com/2008/01/sie/internal/label"><element\r\n uid="{uid}" value="" /></sisl>')


def with_fields(*fields, subject="Offer"):
    return Mail([BOB], subject, extra=list(fields))


def invitation(line):
    return Mail([BOB], "merger", content=["Content-Type: text/calendar; method=REQUEST"],
                text=f"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:{{marker}}\r\n{line}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n".encode())


# What the log says was found, and the mail.
CONFIDENTIAL = [
    ("msip", GUID, with_fields(msip())),
    ("epms", "PROTECTED", with_fields("X-Protective-Marking: VER=2018.4, NS=gov.au, SEC=PROTECTED,\r\n ACCESS=Legal-Privilege")),
    ("epms", "OFFICIAL:Sensitive", with_fields(subject="plan [SEC=OFFICIAL: Sensitive, ACCESS=Legal-Privilege]")),
    ("tlp", "AMBER+STRICT", with_fields(subject="[TLP:AMBER+STRICT] Feed")),
    ("tlp", "RED", with_fields("X-TLP: TLP:RED")),
    ("sio", "ACME CONFIDENTIAL", with_fields("SIO-Label: marking*0=\"ACME \";\r\n marking*1=\"CONFIDENTIAL\"; fgcolor=white")),
    ("titus", "Secret", with_fields(titus("Secret"), "X-Titus-Classification: none")),
    ("boldon-james", "id_secret", with_fields(boldon_james("id_secret"), "x-bj-acme-isms: Offen")),
    ("janusseal", "D04FB6C2", with_fields("x-protective-marking: VER=2021.0, NS=2022.1.example-defence.com, SEC=D04FB6C2,\r\n "
                                          "ORIGIN=ann@example.org", "x-janusnet-pm-uuid: 1")),
    ("nextcloud", "1234567890123456789", with_fields("X-NC-Governance-Label: id=1234567890123456789; origin=oc1abcde2fgh")),
    ("keywords", "Project X", with_fields("Keywords: budget, =?utf-8?Q?Project_X?=")),
    ("calendar", "CONFIDENTIAL", invitation("CLASS:CONFIDENTIAL")),
]
PROGRAMS = {"msip": "Microsoft Purview", "epms": "Australian protective markings", "tlp": "TLP", "sio": "SIO labels", "titus": "Titus",
            "boldon-james": "Boldon James", "nextcloud": "Nextcloud Mail", "calendar": "class of an invitation"}
IDS = [f"{family} {value}" for family, value, _ in CONFIDENTIAL]


# Before the gateway has them named.
def test_labels_say_nothing_where_no_family_is_named(world):
    for family, _, labelled_mail in CONFIDENTIAL:
        if labelled_mail.extra or family == "calendar":
            mail = Mail([BOB], "Offer", extra=labelled_mail.extra, content=labelled_mail.content, text=labelled_mail.text)
            unchanged(world, mail, world.send(mail))
            assert world.record(mail)["tags"] == []


@pytest.mark.parametrize("word", ["Vertraulich", "Confidential"])
def test_a_sensitivity_that_is_a_tag_is_that_tag(world, word):
    mail = with_fields(f"Sensitivity: {word}")
    sealed(world, mail, world.send(mail))
    record = world.record(mail)
    assert record["tags"] == [{"tag": word.lower(), "carrier": "sensitivity"}]
    assert results(record) == {BOB: ("seal", "sealed")}


@pytest.fixture(scope="module")
def labelled(opened_world):
    """The world with all families named."""
    line = "{Company-Confidential: confidential, Private: confidential, Personal: internal}"
    policy = opened_world.gateway.usual_policy(sensitivity=line + LABELS, protect_subject="true")
    with opened_world.gateway_with(policy=policy):
        yield opened_world


@pytest.mark.parametrize("family, value, mail", CONFIDENTIAL, ids=IDS)
def test_a_label_classifies_the_mail_and_stays_inside(labelled, family, value, mail):
    delivery = sealed(labelled, mail, labelled.send(mail))
    record = labelled.record(mail)
    assert record["classification"] == "confidential"
    assert record["tags"] == [{"tag": value, "carrier": family}]
    assert record["near_misses"] == []
    outside = {line.partition(b":")[0].lower() for line in delivery.header().split(b"\r\n") if line[:1] not in (b" ", b"\t")}
    for line in mail.extra:
        name = line.partition(":")[0].encode()
        assert name.lower() not in outside, "what says the label is inside only"
        assert name in labelled.keys.bob.decrypt(armor(delivery))


@pytest.mark.parametrize("family, value, mail", CONFIDENTIAL, ids=IDS)
def test_explain_says_what_was_read(labelled, tmp_path, family, value, mail):
    file = tmp_path / "mail.eml"
    file.write_bytes(mail.data())
    explained = labelled.gateway.explain(file, mail.sender, mail.to)
    assert explained["tags"] == [{"tag": value, "carrier": family}]
    assert (explained["classification"], explained["outcome"]) == ("confidential", "seal")


@pytest.mark.parametrize("family, mail", [
    ("msip", with_fields("msip_labels: confidential")), ("epms", with_fields("X-Protective-Marking: PROTECTED")),
    ("epms", with_fields(subject="plan [SEC=PROTECTED")), ("tlp", with_fields(subject="TLP AMBER plan")),
    ("sio", with_fields("SIO-Label: ACME")), ("titus", with_fields("x-titus-metadata-40: eyJNZXR")),
    ("boldon-james", with_fields("x-bjprotectivemarking: <sisl>")), ("nextcloud", with_fields("X-NC-Governance-Label: id=1")),
    ("calendar", invitation("CLASS:")),
])
def test_a_malformed_label_is_a_near_miss(labelled, family, mail):
    reply = labelled.send(mail)
    record = refused(labelled, mail, reply, "near-miss")
    assert [one["carrier"] for one in record["near_misses"]] == [family]
    assert f"its label ({PROGRAMS[family]}) could not be read" in reply.text
    assert "Choose another label in your mail program" in reply.text


def test_an_unknown_value_is_a_near_miss_or_nothing_as_the_policy_says(labelled):
    mail = with_fields("X-Protective-Marking: VER=2025.1, NS=gov.au, SEC=TOP-SECRET")
    record = refused(labelled, mail, labelled.send(mail), "near-miss")
    assert [one["carrier"] for one in record["near_misses"]] == ["epms"]
    ignored = with_fields("SIO-Label: marking=UNMARKED")
    unchanged(labelled, ignored, labelled.send(ignored))


def test_labels_of_other_tenants_and_removed_ones_say_nothing(labelled):
    for attributes in ({"SiteId": "72f988bf-86f1-41af-91ab-2d7cd011db47"}, {"Enabled": "false"}):
        mail = with_fields(msip(**attributes))
        unchanged(labelled, mail, labelled.send(mail))
        assert labelled.record(mail)["tags"] == []


def test_a_label_raises_and_never_lowers(labelled):
    mail = with_fields("X-Protective-Marking: VER=2018.4, NS=gov.au, SEC=UNOFFICIAL", subject="[confidential] plan [SEC=UNOFFICIAL]")
    sealed(labelled, mail, labelled.send(mail))
    disagreeing = with_fields("X-Protective-Marking: VER=2018.4, NS=gov.au, SEC=OFFICIAL", subject="plan [SEC=PROTECTED]")
    sealed(labelled, disagreeing, labelled.send(disagreeing))
    lower = with_fields(subject="RE: lunch [SEC=UNOFFICIAL]")
    unchanged(labelled, lower, labelled.send(lower), recipients=[BOB, "archive@example.org"])
    assert labelled.record(lower)["classification"] == "public"


def test_check_prints_what_is_read(labelled):
    printed = labelled.gateway.run("check").stdout
    assert f"label msip of {TENANT}: {GUID} is confidential, unknown: near-miss" in printed
    assert "label sio: ACME CONFIDENTIAL is confidential, unknown: ignore" in printed
    labels = json.loads(labelled.gateway.run("check", "--json").stdout)["carriers"]["labels"]
    assert labels["boldon-james"] == {"of": [], "values": {"id_secret": "confidential"}, "unknown": "near-miss"}
