"""A DKIM signer behind the gateway: opendkim signs what arrives, sealed, passed or copied, and the signature is good."""

import subprocess

import dkim
import pytest
from expect import sealed, unchanged
from leaks import holds
from mails import Mail
from ports import free_ports, wait_for_port

BOB, MAX = "bob@partner.example", "max@example.org"
OPENDKIM_CONF = """\
Mode s
Domain example.org
Selector test
KeyFile {root}/key.pem
Socket inet:{port}@127.0.0.1
Canonicalization relaxed/simple
InternalHosts 127.0.0.0/8
Background no
Syslog no
UserID opendkim
PidFile {root}/pid
OversignHeaders From,Subject
RequireSafeKeys no
"""


class Signer:
    """`with Signer(root) as signer:` runs opendkim for example.org."""

    def __init__(self, root):
        self.root = root
        self.port, = free_ports(1)
        self.milter = f"inet:127.0.0.1:{self.port}"

    def __enter__(self):
        key = self.root / "key.pem"
        subprocess.run(["openssl", "genrsa", "-out", key, "2048"], capture_output=True, check=True)
        public = subprocess.run(["openssl", "rsa", "-in", key, "-pubout"], capture_output=True, text=True, check=True).stdout
        self._record = b"v=DKIM1; k=rsa; p=" + "".join(public.splitlines()[1:-1]).encode()
        subprocess.run(["chown", "-R", "opendkim", self.root], check=True)
        key.chmod(0o600)
        configuration = self.root / "opendkim.conf"
        configuration.write_text(OPENDKIM_CONF.format(root=self.root, port=self.port))
        self._process = subprocess.Popen(["opendkim", "-f", "-x", configuration], stdin=subprocess.DEVNULL)
        wait_for_port(self.port)
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait(10)

    def is_good(self, delivery):
        """Whether it has one signature, and that verifies."""
        assert len(delivery.fields("DKIM-Signature")) == 1
        return dkim.verify(delivery.data, dnsfunc=lambda name, timeout=5: self._record)


@pytest.fixture(scope="module")
def signer(opened_world):
    root = opened_world.root / "opendkim"
    root.mkdir(mode=0o755)
    with Signer(root) as signer:
        signer.submit = opened_world.postfix.open_door(smtpd_milters=signer.milter)
        signer.port_behind_gateway = opened_world.postfix.open_door(
            smtpd_milters=f"{opened_world.gateway.unix_endpoint}, {signer.milter}")
        yield signer


def test_what_passes_is_signed_as_it_passes(world, signer):
    mail = Mail([BOB], "[public] News")
    assert world.send(mail, port=signer.port_behind_gateway).code == 250
    delivery, = world.arrived(mail)
    assert delivery.body() == mail.body() and signer.is_good(delivery)
    delivery.data = delivery.data.replace(mail.marker.encode(), b"changed")
    assert not signer.is_good(delivery)


@pytest.mark.parametrize("protect", ["false", "true"])
def test_what_is_sealed_is_signed_as_it_arrives(world, signer, protect):
    with world.gateway_with(policy=world.gateway.usual_policy(protect_subject=protect)):
        mail = Mail([BOB], "[confidential] Offer", extra=["DKIM-Signature: v=1; a=rsa-sha256; d=example.org; s=old; h=From; bh=x; b=x"])
        delivery = sealed(world, mail, world.send(mail, port=signer.port_behind_gateway))
    assert signer.is_good(delivery), "the client's own signature is gone, the signer's is good"


def test_copies_are_signed_at_the_submit_port(world, signer):
    mail = Mail([BOB, MAX], "[confidential] Offer", bcc=["carol@partner.example"])
    with world.gateway_with(submit=signer.submit):
        assert world.send(mail, port=signer.port_behind_gateway).code == 250
        world.wait_until(lambda: len(world.arrived(mail)) == 3)
    for delivery in world.arrived(mail):
        assert signer.is_good(delivery)
        assert holds(delivery.data, mail.marker) == (delivery.recipients == [MAX])
