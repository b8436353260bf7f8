"""Ansible sets up PostgreSQL on three hosts; the one that leads loses its power, and another takes writes."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from controller_process import eventually
from fleet.nspawn import Host, Network, database_root
from fleet.playbooks import Playbooks, addressed

pytestmark = [pytest.mark.hosts, pytest.mark.timeout(2400)]

NAMES = ("db-1", "db-2", "db-3")
PATIENCE_S = 180.0
BOOK = """
- hosts: db-1
  connection: local
  gather_facts: false
  vars: {ansible_python_interpreter: "{{ ansible_playbook_python }}"}
  roles: [certificates]
- hosts: postgresql
  roles: [postgresql]
"""
"""What site.yml does first, and then for the database."""


class Databases:
    """Hosts with PostgreSQL, and Ansible on this machine."""

    def __init__(self, repository: Path, folder: Path, network: Network, names: tuple[str, ...]) -> None:
        root = database_root()
        self.hosts = {name: Host(name, number, root, folder, network) for number, name in enumerate(names, 21)}
        self.ansible, self.book = Playbooks(repository, folder, network), folder / "database.yml"
        self.acknowledged = 0
        self.book.write_text(BOOK)
        hosts = {name: addressed(host) for name, host in self.hosts.items()}
        self.ansible.know({"postgresql": hosts}, {"fer_address": "hub.example"})

    def connected(self, **changes: str) -> "psycopg.Connection[tuple[object, ...]]":
        """As the controller connects."""
        options: dict[str, Any] = {
            "host": ",".join(host.address for host in self.hosts.values()),
            "dbname": "fleet",
            "user": "fer_controller",
            "password": (self.ansible.secrets / "postgresql" / "fer-controller").read_text().strip(),
            "target_session_attrs": "read-write",
            "sslmode": "verify-full",
            "sslrootcert": str(self.ansible.secrets / "tls" / "ca.crt"),
            "connect_timeout": "3",
        }
        return psycopg.connect(**{**options, **changes}, autocommit=True)

    def written(self) -> str:
        """Write a row as soon as somebody takes it; returns who did."""
        until_s = time.monotonic() + PATIENCE_S
        while True:
            try:
                with self.connected() as connection:
                    connection.execute("CREATE TABLE IF NOT EXISTS tried (at timestamptz DEFAULT now())")
                    connection.execute("INSERT INTO tried DEFAULT VALUES")
                    self.acknowledged += 1
                    return next(name for name, host in self.hosts.items() if host.address == connection.info.host)
            except psycopg.OperationalError:
                assert time.monotonic() < until_s, "Nobody takes writes."
                time.sleep(0.5)

    def rows(self) -> int:
        """How many rows were written, as whoever takes writes says."""
        with self.connected() as connection:
            (found,) = connection.execute("SELECT count(*) FROM tried").fetchall()
            return int(str(found[0]))

    def members(self, name: str) -> set[str]:
        """What Patroni on this host says of all, as `Leader running`."""
        said = self.hosts[name].ssh("patronictl -c /etc/patroni/config.yml list --format json", check=False)
        return {f"{each['Role']} {each['State']}" for each in json.loads(said or "[]")}

    def remove(self) -> None:
        """Take the hosts away."""
        for host in self.hosts.values():
            host.remove()


@pytest.fixture(scope="module", params=[NAMES[:1], NAMES], ids=["one host", "three hosts"])
def databases(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, root: Path, network: Network
) -> Iterator[Databases]:
    """One host, then three, set up."""
    made = Databases(root, tmp_path_factory.mktemp("databases"), network, request.param)
    try:
        for host in made.hosts.values():
            host.boot()
        made.ansible.run(book=made.book)
        yield made
    finally:
        made.remove()


def test_a_second_run_changes_nothing(databases: Databases) -> None:
    assert {numbers["changed"] for numbers in databases.ansible.run(book=databases.book).values()} == {0}


def test_nobody_comes_in_without_tls_or_the_password(databases: Databases) -> None:
    assert databases.written() in databases.hosts
    with pytest.raises(psycopg.OperationalError, match=r"no encryption"):
        databases.connected(sslmode="disable")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        databases.connected(password="guessed")  # noqa: S106 - it is wrong


@pytest.mark.parametrize("databases", [NAMES], indirect=True, ids=["three hosts"])
def test_a_leader_whose_power_is_cut_is_replaced_and_follows_when_it_is_back(databases: Databases) -> None:
    whole = {"Leader running", "Sync Standby running", "Replica running"}
    first = databases.written()
    eventually(lambda: databases.members(first) == whole, "all three are at work", PATIENCE_S)
    databases.hosts[first].cut_power()
    eventually(lambda: databases.written() != first, "another takes writes", PATIENCE_S)
    assert databases.rows() >= databases.acknowledged
    second = databases.written()
    databases.hosts[first].boot()
    eventually(lambda: databases.members(second) == whole, "all three are at work again", PATIENCE_S)
