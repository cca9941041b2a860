"""Which engine seals: the gateway itself once gpg has opened what it makes, gpg where that fails, and whichever the policy names."""

from pathlib import Path

import pytest
from expect import armor, sealed
from mails import Mail

CERTIFICATES = Path(__file__).resolve().parent.parent / "certificates"
PROVED = "sealing in process: proved, and in use"
OUT_OF_USE = "sealing in process is out of use until the next start, and gpg seals instead: "


def gpg_but_for(operation, script):
    return f'case " $* " in *" --{operation} "*) ;; *) exec /usr/bin/gpg "$@" ;; esac\n{script}\n'


@pytest.fixture
def gateway(world, faults):
    """engine: auto, not started; `faults` can put something in gpg's place."""
    world.gateway.kill()
    world.gateway.write_policy(world.gateway.usual_policy(engine="auto"))
    return world.gateway


def start(gateway, faults):
    """What it says from this start on."""
    before = len(gateway.log())
    gateway.start(faults.environment)
    return lambda: gateway.log()[before:]


def offer():
    return Mail(["bob@partner.example"], "[confidential] Offer")


def test_once_it_is_proved_mail_is_sealed_without_gpg(world, gateway, faults):
    said = start(gateway, faults)
    world.wait_until(lambda: PROVED in said())
    faults.put_in_place_of_gpg(gpg_but_for("version", "exit 2"))
    mails = [offer() for _ in range(3)]
    for mail in mails:
        delivery = sealed(world, mail, world.send(mail))
        assert world.keys.bob.decrypt(armor(delivery)) == mail.entity()
    assert not list((gateway.state / "gpg").rglob("*")), "a gpg home was made, or one of the proof was left"


def test_where_the_proof_fails_gpg_seals_and_the_journal_says_why(world, gateway, faults):
    faults.put_in_place_of_gpg(gpg_but_for("decrypt", '/usr/bin/gpg "$@"; echo "and a word more"'))
    said = start(gateway, faults)
    world.wait_until(lambda: OUT_OF_USE + "gpg opened something else than librnp sealed" in said())
    mail = offer()
    delivery = sealed(world, mail, world.send(mail))
    assert world.keys.bob.decrypt(armor(delivery)) == mail.entity()
    faults.put_in_place_of_gpg(gpg_but_for("encrypt", "exit 2"))
    assert world.send(offer()).code // 100 == 4, "gpg does seal"
    faults.put_in_place_of_gpg(None)


def test_a_gpg_that_opens_nothing_proves_nothing_and_seals(world, gateway, faults):
    faults.put_in_place_of_gpg(gpg_but_for("decrypt", "exit 2"))
    said = start(gateway, faults)
    world.wait_until(lambda: "could not be proved just now, and gpg seals until it is: gpg does not open what it sealed itself" in said())
    faults.put_in_place_of_gpg(None)
    mail = offer()
    sealed(world, mail, world.send(mail))
    world.wait_until(lambda: PROVED in said())


def test_the_policy_in_force_says_which(world, gateway, faults):
    said = start(gateway, faults)
    world.wait_until(lambda: PROVED in said())
    for engine in "auto", "gpg", "auto":
        gateway.write_policy(gateway.usual_policy(engine=engine))
        assert " reloaded: " in gateway.reload()
        faults.put_in_place_of_gpg(gpg_but_for("encrypt", "exit 2"))
        assert world.send(offer()).code // 100 == (4 if engine == "gpg" else 2)
        faults.put_in_place_of_gpg(None)


def test_a_certificate_that_only_gpg_takes_is_sealed_to_all_the_same(world, gateway, faults):
    """Signed with SHA-1 after librnp stopped to believe that."""
    said = start(gateway, faults)
    world.wait_until(lambda: PROVED in said())
    with world.keys_imported(CERTIFICATES / "sha1new.asc"):
        mail = Mail(["sha1new@partner.example"], "[confidential] Offer")
        sealed(world, mail, world.send(mail))
        faults.put_in_place_of_gpg(gpg_but_for("encrypt", "exit 2"))
        assert world.send(Mail(["sha1new@partner.example"], "[confidential] Offer")).code // 100 == 4
        faults.put_in_place_of_gpg(None)
        assert OUT_OF_USE not in said()
