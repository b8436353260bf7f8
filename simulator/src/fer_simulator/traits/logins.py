"""How devices log in: all alike, or each by a certificate or a password of its own."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fer_wire.broker import BrokerConnection
from fer_wire.tls import NO_FILES, ClientFiles
from pydantic import SecretStr

from fer_simulator.errors import ScenarioError

SHARED = (
    "All {agents} devices share the login {login}. A broker that gives each login one session (Mosquitto: "
    "use_username_as_clientid) lets in one at a time; give each its own with --certificates or --logins-file."
)


@dataclass(frozen=True)
class Logins:
    """A folder with NAME.crt and NAME.key of each device, or passwords by device; the rest is the same for all."""

    certificates: Path | None = None
    passwords: Mapping[str, str] = field(default_factory=dict)

    def check(self, devices: Collection[str]) -> None:
        """Raises ScenarioError for a device that cannot log in."""
        for device in devices:
            missing = [file for file in self.files(device) if file is not None and not file.is_file()]
            if missing:
                enroll = f"fer-controller enroll {device} --out {self.certificates}"
                raise ScenarioError(f"There is no {missing[0]}; make it with `{enroll}`.")
            if self.passwords and device not in self.passwords:
                raise ScenarioError(f"{device} has no line in --logins-file; give it one, or lower --agents.")

    def warning(self, shared: BrokerConnection, agents: int) -> str:
        """What to expect where several devices have one login; empty where each has its own, or none."""
        login = shared.username or shared.cert_file
        if self.certificates or self.passwords or login is None or agents == 1:
            return ""
        return SHARED.format(agents=agents, login=login)

    def files(self, device: str) -> ClientFiles:
        """Its certificate and its key, where each has its own."""
        if self.certificates is None:
            return NO_FILES
        return ClientFiles(None, self.certificates / f"{device}.crt", self.certificates / f"{device}.key")

    def settings(self, shared: BrokerConnection, device: str) -> BrokerConnection:
        """The connection of one device."""
        if device in self.passwords:
            return shared.model_copy(update={"username": device, "password": SecretStr(self.passwords[device])})
        _, cert_file, key_file = self.files(device)
        return shared if cert_file is None else shared.model_copy(update={"cert_file": cert_file, "key_file": key_file})


ALIKE = Logins()
"""All devices log in as the broker's settings say."""
