"""Older versions of the milter protocol, as Postfix itself speaks them (milter_protocol)."""

import pytest

from expect import armor, refused, sealed, unchanged
from mails import Mail


@pytest.fixture(params=[2, 3, 4])
def port(world, request):
    return world.postfix.speaking[request.param]


def test_old_versions_seal(world, port):
    mail = Mail(["bob@partner.example"], "[confidential] Offer")
    delivery = sealed(world, mail, world.send(mail, port=port))
    assert world.keys.bob.decrypt(armor(delivery)) == mail.entity()


def test_old_versions_refuse(world, port):
    mail = Mail(["bob@yahoo.com"], "[confidential] Offer")
    refused(world, mail, world.send(mail, port=port), "no-key")


def test_old_versions_pass_what_is_allowed(world, port):
    mail = Mail(["max@example.org"], "[internal] Minutes")
    unchanged(world, mail, world.send(mail, port=port))
