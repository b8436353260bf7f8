"""A fleet of three hosts: a hub with broker and controller, and two devices."""

from pathlib import Path

from fleet.console import Console
from fleet.nspawn import Host, Network
from fleet.playbooks import Playbooks, addressed

DB = "/var/lib/fer-controller/fleet.db"
AWKWARD = """ a "b" 'c' \\d $HOME `e` #f %n """
"""A password."""
CAMERAS = [{"name": "door", "source": "demo:", "fps": 10}]
EVERY_SECOND = {"telemetry": {"interval_s": 1.0}, "events": {"heartbeat_s": 1.0}}
"""Settings of the agents."""


class Fleet:
    """The hosts, and Ansible on this machine."""

    def __init__(self, repository: Path, folder: Path, root: Path, network: Network) -> None:
        names = ("hub", "nano-01", "nano-02")
        self.hosts = {name: Host(name, number, root, folder, network) for number, name in enumerate(names, 11)}
        self.hub, *self.devices = self.hosts.values()
        self.console = Console(self.hub, f"export FER_CONTROLLER_DB={DB}")
        self.ansible = Playbooks(repository, folder, network)
        hub = {"hub": addressed(self.hub)}
        first, second = self.devices
        devices = {first.name: addressed(first), second.name: addressed(second, fer_mqtt_password=AWKWARD)}
        told = {"fer_address": self.hub.address, "fer_cameras": CAMERAS, "fer_agent_settings": EVERY_SECOND}
        self.ansible.know({"broker": hub, "controller": hub, "devices": devices}, told)

    def ca_file(self, *, certified: bool) -> Path:
        """Whom everybody trusts, on this machine."""
        return self.ansible.secrets / "tls" / ("fleet-ca.crt" if certified else "ca.crt")

    def all_online(self) -> bool:
        """Whether the controller sees every device online."""
        return self.console.online() == {device.name for device in self.devices}

    def remove(self) -> None:
        """Take the hosts away."""
        for host in self.hosts.values():
            host.remove()
