"""Two sites with a broker, its ingests and a device each, over one PostgreSQL, and Ansible that sets them up."""

from pathlib import Path

from fleet.console import Console
from fleet.nspawn import Host, Network, database_root, host_root
from fleet.playbooks import Playbooks, addressed
from fleet.site import CAMERAS, EVERY_SECOND

NAMES = ("centre", "lab", "lab-2", "shop", "nano-11", "nano-12")
DATABASE = "db-1"
DEVICES = ("nano-11", "nano-12")
MQTT_PORT = 8883
IMPATIENT = {**EVERY_SECOND, "broker": {"patience_s": 10.0}}

LAST_NUMBER = (
    "SELECT (SELECT value FROM meta WHERE key = 'epoch'), (SELECT seq FROM sqlite_sequence WHERE name = 'events')"
)
READ_SPOOL = """python3 -c "import sqlite3; print(*sqlite3.connect('{path}').execute(\\"{query}\\").fetchone())" """


class Cells:
    """The hosts: HTTP at the centre; two ingests beside the lab's broker and one elsewhere; one beside the shop's; and
    beside the database what leads rollouts and retention.
    """

    def __init__(self, repository: Path, folder: Path, network: Network) -> None:
        root = host_root()
        self.hosts = {name: Host(name, number, root, folder, network) for number, name in enumerate(NAMES, 31)}
        self.hosts[DATABASE] = Host(DATABASE, 31 + len(NAMES), database_root(), folder, network)
        self.console = Console(self.hosts["centre"])
        self.ansible = Playbooks(repository, folder, network)
        address = self.hosts["centre"].address
        told = {"fer_address": address, "fer_cameras": CAMERAS, "fer_agent_settings": IMPATIENT}
        self.ansible.know(self._groups(), told)

    def broker(self, name: str) -> str:
        """The URL by which devices reach it."""
        return f"mqtts://{self.hosts[name].address}:{MQTT_PORT}"

    def broker_of(self, device: str) -> str:
        """Where the device says that it is connected."""
        return str(self.console.reported().get(device, {}).get("broker", ""))

    def sent(self, device: str) -> tuple[str, int]:
        """The stream of a device that is at rest, and how many events it has begun so far."""
        path = f"/var/lib/fer-agent/{device}/spool.db"
        epoch, number = self.hosts[device].ssh(READ_SPOOL.format(path=path, query=LAST_NUMBER)).split()
        return epoch, int(number)

    def remove(self) -> None:
        """Take the hosts away."""
        for host in self.hosts.values():
            host.remove()

    def _groups(self) -> dict[str, dict[str, dict[str, object]]]:
        hosts = self.hosts
        brokers = {"lab": addressed(hosts["lab"], fer_ingests=2), "shop": addressed(hosts["shop"])}
        return {
            "broker": brokers,
            "controller": {
                "centre": addressed(hosts["centre"], fer_role="http"),
                DATABASE: addressed(hosts[DATABASE], fer_role="rollouts,retention"),
                **brokers,
                "lab-2": addressed(hosts["lab-2"], fer_role="ingest", fer_broker="lab"),
            },
            "postgresql": {DATABASE: addressed(hosts[DATABASE])},
            "devices": {
                "nano-11": addressed(hosts["nano-11"], fer_brokers=["lab", "shop"]),
                "nano-12": addressed(hosts["nano-12"], fer_brokers=["shop", "lab"]),
            },
        }
