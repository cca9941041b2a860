"""audit.sinks and a PostgreSQL that is not as it should be: its certificate, its password, its disk, its line; and several gateways at once."""

import json
import subprocess
import threading

from gateway import Gateway
from mails import Mail
from ports import free_ports
from shipped_log import (ZOE, alone, another_name, count_in, database, gateway, names, settings, wait_for,  # noqa: F401
                         wait_until_all_is_there, with_records)

from authority import Authority  # tests/support
from postgresql import Cluster


def problem_of(gateway):
    one, = json.loads(gateway.run("status", "--json").stdout)["sinks"]
    return one["problem"] or ""


def test_over_tls_the_server_is_held_against_its_certificate(tmp_path, gateway):
    authority = Authority(tmp_path / "ca.pem", "the test's authority")
    with Cluster(free_ports(1)[0], tls=authority.sign("localhost")) as database:
        name = another_name()
        role = name.split(".")[0]
        database.add_gateway(name, role)
        database.sql(f"ALTER ROLE {role} PASSWORD 'correct horse'")
        passwords = tmp_path / "pgpass"
        passwords.write_text(f"*:*:audit:{role}:wrong\n")
        passwords.chmod(0o600)
        other = Authority(tmp_path / "other.pem", "another").file

        def ask(host, authority_file, more=""):
            url = f"postgresql://{role}@{host}:{database.port}/audit?sslmode=verify-full&sslrootcert={authority_file}&passfile={passwords}{more}"
            gateway.configure(**settings(url, name))
            gateway.restart() if gateway.running else gateway.start()

        with_records(gateway, 100)
        for host, file, more, why in (("db.example.org", authority.file, "&hostaddr=127.0.0.1", "does not match host name"),
                                      ("localhost", other, "", "certificate verify failed"),
                                      ("localhost", authority.file, "", "password authentication failed")):
            ask(host, file, more)
            wait_for(lambda: why in problem_of(gateway))
            assert count_in(database, name) == 0
        passwords.write_text(f"*:*:audit:{role}:correct horse\n")
        wait_until_all_is_there(database, name, gateway)
        assert problem_of(gateway) == ""


def test_a_full_disk_loses_nothing_and_holds_up_no_mail(world, tmp_path):
    small = tmp_path / "small"
    small.mkdir()
    name = another_name()
    role = name.split(".")[0]
    with Cluster(free_ports(1)[0]) as database:
        tmp_path.chmod(0o755)
        uid = database._owner()[0]
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size=12m,mode=700,uid={uid}", "tmpfs", small], check=True)
        try:
            for parent in small.parents[:3]:
                parent.chmod(parent.stat().st_mode | 0o011)
            database.sql(f"CREATE TABLESPACE small LOCATION '{small}'")
            database.sql("ALTER DATABASE audit SET default_tablespace = small")
            database.add_gateway(name, role)
            gateway = world.gateway
            with world.gateway_with(**settings(database.url(role), name)):
                fill = small / "base"
                subprocess.run(["fallocate", "-l", "20m", fill], check=False)
                subprocess.run(f"cat /dev/zero > {fill} 2> /dev/null", shell=True, check=False)
                assert world.send(Mail([ZOE], "[public] News", sender="ann@example.org")).code == 250
                wait_for(lambda: "No space left on device" in problem_of(gateway))
                assert world.send(Mail([ZOE], "[public] More news", sender="ann@example.org")).code == 250
                fill.unlink()
                wait_until_all_is_there(database, name, gateway, 90)
                assert problem_of(gateway) == ""
        finally:
            database.stop("immediate")
            subprocess.run(["umount", small], check=True)


def test_a_slow_line_delivers_all(alone, database):
    """Some 40 kB in a second."""
    def slowly(data):
        threading.Event().wait(len(data) / 40_000)
        return False

    alone.relay.before = slowly
    with_records(alone, 300)
    alone.start()
    wait_until_all_is_there(database, alone.name, alone)


def test_three_gateways_at_once_while_the_server_is_killed(database, tmp_path):
    gateways = []
    try:
        for _ in range(3):
            name = another_name()
            database.add_gateway(name, name.split(".")[0])
            gateway = Gateway(tmp_path / name, *free_ports(2))
            gateway.name = name
            gateway.configure(**settings(database.url(name.split(".")[0]), name))
            with_records(gateway, 5000)
            gateways.append(gateway)
        for gateway in gateways:
            gateway.start()
        for _ in range(3):
            counted = sum(count_in(database, gateway.name) for gateway in gateways)
            wait_for(lambda: sum(count_in(database, gateway.name) for gateway in gateways) > min(counted, 14_000))
            database.kill()
            database.start()
        for gateway in gateways:
            wait_until_all_is_there(database, gateway.name, gateway, 120)
    finally:
        for gateway in gateways:
            if gateway.running:
                gateway.kill()
