"""The network of all hosts, and the fleet that all tests of it share: set up once, by Ansible."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from fleet.certified import CERTIFICATES
from fleet.nspawn import Network, host_root, missing
from fleet.site import Fleet


@pytest.fixture(scope="session")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    """What connects the hosts of all tests with this machine."""
    if os.geteuid() != 0 or missing():
        pytest.skip(f"Hosts need root and these programs: {', '.join(missing()) or 'all there'}.")
    made = Network(tmp_path_factory.mktemp("network"))
    try:
        yield made
    finally:
        made.remove()


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory, root: Path, network: Network) -> Iterator[Fleet]:
    """Three hosts, up; with nothing of ours on them at first."""
    made = Fleet(root, tmp_path_factory.mktemp("fleet"), host_root(), network)
    try:
        for host in made.hosts.values():
            host.boot()
        yield made
    finally:
        made.remove()


@pytest.fixture
def fleet(bare: Fleet) -> Fleet:
    """The same, set up: by an earlier test, or here."""
    if not (bare.hub.disk / "opt/fer-controller.d/proven/sums").exists():
        bare.ansible.run()
    return bare


@pytest.fixture
def certified(fleet: Fleet) -> Fleet:
    """The fleet, with certificates: since an earlier test, or from here on."""
    if not (fleet.hub.disk / "etc/mosquitto/certs/revoked.crl").exists():
        streams = {device.name: fleet.console.epochs(device.name) for device in fleet.devices}
        fleet.ansible.run(*CERTIFICATES)
        assert {device.name: fleet.console.epochs(device.name) for device in fleet.devices} == streams
    return fleet
