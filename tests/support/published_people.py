"""People with certificates in the Web Key Directories of a small Internet, and a gateway that may ask there.

    with published_people(directory) as lab:   # zoe@zoo.test (advanced), dan@direct.test (direct), old@zoo.test (revoked)
        with gateway_in(lab, world, "wait: 2s") as gateway:
"""

import contextlib
import shutil
import socket

import pytest
from discovery_lab import NETWORK, DiscoveryLab, address
from mails import Mail
from wkd_sites import Site, WkdSites

ADVANCED, DIRECT, CLOSED, SLOW = map(address, range(1, 5))
NAMES = {"openpgpkey.zoo.test": ADVANCED, "direct.test": DIRECT, "openpgpkey.closed.test": CLOSED, "openpgpkey.slow.test": SLOW}


@contextlib.contextmanager
def published_people(root, servers={}):
    """`servers`: {address: (name, place)}: nginx with TLS in front of further servers."""
    with DiscoveryLab(root) as lab:
        lab.set_names(NAMES)
        lab.sites = WkdSites(lab)
        try:
            lab.zoe = lab.sites.publish("zoe@zoo.test")
            lab.dan = lab.sites.publish("dan@direct.test")
            lab.old = lab.sites.make_person("old@zoo.test")
            lab.sites.publish("old@zoo.test", lab.old)
            lab.sites.revoke(lab.old)
            lab.sites.publish("old@zoo.test", lab.old)
            lab.sites.serve({ADVANCED: Site(lab.tls("openpgpkey.zoo.test"), "advanced"), DIRECT: Site(lab.tls("direct.test"), "direct")}
                            | {where: Site(lab.tls(name), behind=place) for where, (name, place) in servers.items()})
            lab.silent = lab.socket(socket.SOCK_STREAM, SLOW, 443)
            yield lab
        finally:
            lab.sites.close()


@contextlib.contextmanager
def gateway_in(lab, world, discover):
    """In the lab's network, without anything found before. `discover` is what keys.discover says besides."""
    gateway = world.gateway
    gateway.stop()
    gateway.within = lab.command()
    gateway.configure(keys=f"{{discover: {{{discover}, ca: {lab.authority}, allow: ['{NETWORK}']}}}}")
    gateway.start()
    lab.forget_queries()
    try:
        yield gateway
    finally:
        gateway.stop()
        gateway.within = []
        for directory in ("found", "trust"):
            shutil.rmtree(gateway.state / directory)
        gateway.configure()
        gateway.start()
        gateway.run("outbox", "retry")  # warnings: from the lab's network nothing reaches Postfix's submit port
        world.wait_until(lambda: gateway.outbox() == [])


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    with published_people(tmp_path_factory.mktemp("lab")) as lab:
        yield lab


def confidential(*to, **more):
    return Mail(list(to), "[confidential] Offer", **more)


def sealed_to(world, gateway, who, what=("fingerprint", "standing")):
    """What the record says of the key that a mail to them was sealed to; or the refusal."""
    mail = confidential(who)
    reply = world.send(mail)
    if reply.code != 250:
        return str(reply)
    key = gateway.records_of(mail.message_id)[0]["recipients"][0]["key"]
    return tuple(key[one] for one in what)


def revocation_of(world, gateway, fingerprint):
    """The event that tells of it: a revocation is in force before it is a record."""
    told = lambda: [one for one in gateway.events("key-revoked") if one["fingerprint"] == fingerprint]
    world.wait_until(told)
    return told()[-1]
