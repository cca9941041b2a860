"""`sealgate keys publish`: our own people's certificates as a Web Key Directory, as GnuPG's own tool makes it and as everybody looks into it."""

import json
import os
import shutil
import stat
import subprocess
import time
from contextlib import contextmanager

import pytest
from discovery_lab import NETWORK, DiscoveryLab, address
from gateway import Gateway
from wkd_sites import Site, WkdSites, found_by_gnupg

ADVANCED, DIRECT = map(address, range(1, 3))
NAMES = {"openpgpkey.zoo.test": ADVANCED, "direct.test": DIRECT}


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    with DiscoveryLab(tmp_path_factory.mktemp("lab")) as lab:
        lab.set_names(NAMES)
        lab.sites = sites = WkdSites(lab)
        try:
            lab.zoe = sites.make_person("zoe@zoo.test")
            lab.amy = sites.make_person("Amy <amy@zoo.test>", "amy@elsewhere.test", "Amy B. <Amy.B@direct.test>")
            lab.old = sites.make_person("old@zoo.test")
            sites.revoke(lab.old)
            lab.eva = sites.make_person("Eva <eva@zoo.test>")
            lab.before = sites.gpg("--export", lab.eva)
            time.sleep(1.1)  # what is signed in the same second is not newer
            sites.gpg("--passphrase", "", "--quick-set-expire", lab.eva, "2y")
            lab.past = sites.make_person("past@zoo.test")
            lab.bob = sites.make_person("bob@partner.test")
            sites.gpg("--quick-sign-key", "--local-user", lab.bob, lab.zoe)
            lab.addresses = {"zoe@zoo.test": lab.zoe, "amy@zoo.test": lab.amy, "Amy.B@direct.test": lab.amy, "old@zoo.test": lab.old,
                             "eva@zoo.test": lab.eva}
            yield lab
        finally:
            sites.close()


def gateway_in(lab, root, domains="zoo.test, .direct.test", keys=""):
    """One that does not run, with the certificates of all."""
    gateway = Gateway(root, 1, 2)
    gateway.configure(keys=keys, policy=gateway.usual_policy().replace("domains: [example.org]", f"domains: [{domains}]"))
    return gateway


@pytest.fixture
def gateway(lab, tmp_path):
    gateway = gateway_in(lab, tmp_path / "gateway")
    everybody, before = tmp_path / "everybody.pgp", tmp_path / "before.pgp"
    before.write_bytes(lab.before)
    gateway.run("keys", "import", str(before)).check_returncode()
    everybody.write_bytes(lab.sites.gpg("--export", *{*lab.addresses.values(), lab.past, lab.bob}))
    gateway.run("keys", "import", str(everybody)).check_returncode()
    gateway.run("keys", "disable", lab.past).check_returncode()
    return gateway


@pytest.fixture
def tree(tmp_path):
    tree = tmp_path / "wkd"
    tree.mkdir(mode=0o755)
    return tree


@contextmanager
def umask(value):
    before = os.umask(value)
    try:
        yield
    finally:
        os.umask(before)


def published(gateway, tree, status=0):
    """What changed: [(change, path or fingerprint)]."""
    run = gateway.run("keys", "publish", "--wkd", str(tree), "--json")
    assert run.returncode == status, run.stderr
    told = map(json.loads, run.stdout.splitlines())
    return [(one["change"], one.get("file") or one["fingerprint"]) for one in told]


def file_of(lab, who):
    return str(lab.sites.file_of(who).relative_to(lab.sites.tree))


def snapshot(tree):
    """Each file with what tells whether it was written."""
    return {str(path.relative_to(tree)): (path.stat().st_ino, path.stat().st_mtime_ns, path.stat().st_ctime_ns)
            for path in tree.rglob("*") if path.is_file()}


def test_the_tree_is_that_of_gnupg(lab, gateway, tree):
    assert sorted(published(gateway, tree)) == sorted(
        [("added", file_of(lab, who)) for who in lab.addresses] +
        [("added", "direct.test/policy"), ("added", "zoo.test/policy"), ("left-out", lab.past)])
    for who, fingerprint in lab.addresses.items():
        lab.sites.publish(who, fingerprint)
    theirs = lab.root / "theirs"
    shutil.copytree(lab.sites.tree, theirs)
    compared = subprocess.run(["diff", "-r", "-x", "policy", theirs, tree], capture_output=True, text=True)
    assert (compared.returncode, compared.stdout) == (0, "")
    assert (tree / "zoo.test" / "policy").read_text().startswith("#")


def test_a_file_tells_of_nobody_else(lab, gateway, tree):
    published(gateway, tree)
    for file, there, absent in ((file_of(lab, "amy@zoo.test"), b"<amy@zoo.test>", (b"elsewhere.test", b"Amy.B@")),
                                (file_of(lab, "Amy.B@direct.test"), b"<Amy.B@direct.test>", (b"elsewhere.test", b"zoo.test"))):
        octets = (tree / file).read_bytes()
        assert there in octets and not any(one in octets for one in absent)
    listed = subprocess.run(["gpg", "--batch", "--list-packets", tree / file_of(lab, "zoe@zoo.test")], capture_output=True, text=True)
    assert lab.zoe[-16:] in listed.stdout and lab.bob[-16:] not in listed.stdout, "no signature of others"
    assert not (tree / "partner.test").exists() and not (tree / "elsewhere.test").exists()


def test_everybody_can_look_into_it(lab, gateway, tree, tmp_path):
    published(gateway, tree)
    lab.root.chmod(0o755)
    served = lab.root / "served"
    shutil.copytree(tree, served)
    lab.sites.tree, theirs = served, lab.sites.tree
    try:
        lab.sites.serve({ADVANCED: Site(lab.tls("openpgpkey.zoo.test"), "advanced"), DIRECT: Site(lab.tls("direct.test"), "direct")})
    finally:
        lab.sites.tree = theirs
    for who, fingerprint in lab.addresses.items():
        assert found_by_gnupg(lab, who) == fingerprint, who
    stranger = gateway_in(lab, tmp_path / "stranger", "example.org",
                          keys=f"{{discover: {{wait: 5s, ca: {lab.authority}, allow: ['{NETWORK}']}}}}")
    stranger.within = lab.command()
    run = stranger.run("keys", "find", "--json", "zoe@zoo.test", "amy.b@direct.test", "old@zoo.test", "past@zoo.test")
    told = {one["address"]: (one["outcome"], one["fingerprints"]) for one in map(json.loads, run.stdout.splitlines())}
    assert told == {"zoe@zoo.test": ("found", [lab.zoe]), "amy.b@direct.test": ("found", [lab.amy]), "old@zoo.test": ("found", [lab.old]),
                    "past@zoo.test": ("none", [])}, run.stderr
    shown = json.loads(stranger.run("keys", "show", "--json", "old@zoo.test").stdout)
    assert shown["state"] == "revoked", "others learn of it"


def test_all_may_read_whatever_the_umask(lab, gateway, tree):
    with umask(0o077):
        published(gateway, tree)
    for path in tree.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o755 if path.is_dir() else 0o644), path
    hidden = tree / file_of(lab, "zoe@zoo.test")
    hidden.chmod(0o600)
    assert published(gateway, tree) == [("changed", file_of(lab, "zoe@zoo.test")), ("left-out", lab.past)]
    assert stat.S_IMODE(hidden.stat().st_mode) == 0o644


def test_what_is_as_it_should_be_is_not_touched(lab, gateway, tree):
    published(gateway, tree)
    before = snapshot(tree)
    assert published(gateway, tree) == [("left-out", lab.past)]
    assert snapshot(tree) == before
    zoes = file_of(lab, "zoe@zoo.test")
    (tree / zoes).write_bytes(b"something else")
    assert published(gateway, tree) == [("changed", zoes), ("left-out", lab.past)]
    after = snapshot(tree)
    assert {path for path in after if after[path] != before[path]} == {zoes}


def test_files_of_people_who_are_gone_are_taken_away_and_nothing_else(lab, gateway, tree):
    published(gateway, tree)
    hash_of_nobody = "y" * 32
    kept = ["zoo.test/submission-address", "zoo.test/pending/" + hash_of_nobody, "zoo.test/hu/index.html", "zoo.test/hu/" + "v" * 32,
            "partner.test/hu/" + hash_of_nobody, "Zoo.test/hu/" + hash_of_nobody, "sub.zoo.test/hu/" + hash_of_nobody, "zoo.test/" + hash_of_nobody]
    (tree / "zoo.test" / "policy").write_text("mailbox-only\n")
    for path in (*kept, "zoo.test/hu/" + hash_of_nobody, "sub.direct.test/hu/" + hash_of_nobody):
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_text("x")
    gateway.run("keys", "remove", lab.zoe).check_returncode()
    gateway.run("keys", "disable", lab.amy).check_returncode()
    assert set(published(gateway, tree)) == {
        ("removed", file_of(lab, "zoe@zoo.test")), ("removed", file_of(lab, "amy@zoo.test")), ("removed", file_of(lab, "Amy.B@direct.test")),
        ("removed", "zoo.test/hu/" + hash_of_nobody), ("removed", "sub.direct.test/hu/" + hash_of_nobody), ("left-out", lab.past),
        ("left-out", lab.amy)}
    assert set(snapshot(tree)) == {*kept, "zoo.test/policy", "direct.test/policy", file_of(lab, "old@zoo.test"),
                                   file_of(lab, "eva@zoo.test")}
    assert (tree / "zoo.test" / "policy").read_text() == "mailbox-only\n"


def test_nothing_is_taken_away_while_certificates_cannot_be_read(lab, gateway, tree):
    published(gateway, tree)
    gateway.run("keys", "remove", lab.zoe).check_returncode()
    (gateway.state / "keys" / f"{'A' * 40}.pgp").write_bytes(b"")
    run = gateway.run("keys", "publish", "--wkd", str(tree))
    assert run.returncode == 1 and "A" * 40 in run.stderr and "no file was taken away" in run.stderr
    assert (tree / file_of(lab, "zoe@zoo.test")).exists()
    (gateway.state / "keys" / f"{'A' * 40}.pgp").unlink()
    assert ("removed", file_of(lab, "zoe@zoo.test")) in published(gateway, tree)


def test_several_certificates_of_an_address_stand_in_one_file(lab, gateway, tree):
    lab.sites.gpg("--passphrase", "", "--quick-generate-key", "Zoe again <zoe@zoo.test>", "future-default", "default", "1y")
    listed = lab.sites.gpg("--with-colons", "--list-keys", "=Zoe again <zoe@zoo.test>").decode().splitlines()
    another = next(line.split(":")[9] for line in listed if line.startswith("fpr"))
    new = gateway.root / "another.pgp"
    new.write_bytes(lab.sites.gpg("--export", another))
    published(gateway, tree)
    alone = (tree / file_of(lab, "zoe@zoo.test")).read_bytes()
    gateway.run("keys", "import", str(new)).check_returncode()
    run = gateway.run("keys", "publish", "--wkd", str(tree))
    assert run.stdout.splitlines() == [f"changed  {file_of(lab, 'zoe@zoo.test')}  zoe@zoo.test  {another}, {lab.zoe}",
                                       f"left out  {lab.past}  disabled  past@zoo.test"]
    both = (tree / file_of(lab, "zoe@zoo.test")).read_bytes()
    assert both.endswith(alone) and len(both) > len(alone), "the newest first"


def test_one_that_is_revoked_elsewhere_is_not_published_as_if_it_were_not(lab, gateway, tree, tmp_path):
    published(gateway, tree)
    certificate, revocation = tmp_path / "zoe.pgp", tmp_path / "zoe.rev"
    certificate.write_bytes(lab.sites.gpg("--export", lab.zoe))
    revocation.write_bytes((lab.sites.home / "openpgp-revocs.d" / f"{lab.zoe}.rev").read_bytes().replace(b":-----BEGIN", b"-----BEGIN"))
    other = Gateway(tmp_path / "other", 1, 2)
    other.run("keys", "import", str(certificate), str(revocation))
    found = gateway.state / "found" / "wkd"
    found.mkdir(mode=0o700, parents=True)
    shutil.copy(other.state / "keys" / f"{lab.zoe}.pgp", found)
    assert set(published(gateway, tree)) == {("removed", file_of(lab, "zoe@zoo.test")), ("left-out", lab.zoe), ("left-out", lab.past)}


@pytest.mark.parametrize("arguments, said", [
    ([], "--wkd says into which directory"),
    (["--wkd", "{root}/nowhere"], "nowhere is no directory; make it first"),
    (["--wkd", "{root}/policy.yaml"], "policy.yaml is no directory"),
    (["--wkd", "{root}", "more"], "is too much"),
])
def test_called_wrongly(gateway, arguments, said):
    run = gateway.run("keys", "publish", *(one.format(root=gateway.root) for one in arguments))
    assert run.returncode == 2 and run.stdout == "" and said in run.stderr and run.stderr.count("\n") == 1


def test_a_policy_with_errors_publishes_nothing(gateway, tree):
    gateway.write_policy("organisation: {}\n")
    run = gateway.run("keys", "publish", "--wkd", str(tree))
    assert run.returncode == 2 and "which domains are the organisation's cannot be told: " in run.stderr
    assert list(tree.iterdir()) == []
