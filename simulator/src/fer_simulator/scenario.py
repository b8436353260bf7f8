"""What is asked of a simulation: how many devices, of which kind, with what wrong, against which broker."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fer_wire import MessageError, ModelManifest, checked_name, parse
from fer_wire.broker import BrokerConnection
from fer_wire.contracts import CLASSIFIER, FINDER, LANDMARKER
from fer_wire.tls import NO_FILES, ClientFiles

from fer_simulator.errors import ScenarioError
from fer_simulator.model import Model
from fer_simulator.traits.device_classes import MIX, DeviceClass
from fer_simulator.traits.effects import Effect
from fer_simulator.traits.faults import Fault
from fer_simulator.traits.logins import ALIKE, Logins

INVENTED = {
    CLASSIFIER: "factory@1.0.0", FINDER: "factory-finder@1.0.0", LANDMARKER: "factory-landmarker@1.0.0"
}  # fmt: skip
"""The models that devices run at first, by task."""
AGENTS_MAX = 50_000
TOKEN, PASSWORD = "token", "password"


@dataclass(frozen=True)
class Scenario:
    """Everything that decides how a simulation goes."""

    broker: BrokerConnection
    agents: int
    name: str = "sim"
    seconds: float | None = None
    controller_url: str | None = None
    controller_files: ClientFiles = NO_FILES
    logins: Logins = ALIKE
    tokens: Mapping[str, str] = field(default_factory=dict)
    token: str = ""
    events_per_s: float = 1.0
    telemetry_s: float = 10.0
    fps: float = 15.0
    device_class: str = MIX
    faults: Sequence[Fault] = ()
    effects: Sequence[tuple[str, Effect]] = ()
    first_model: ModelManifest | None = None
    seed: int = 0
    downloads: int = 8
    flush_s: float = 30.0

    @property
    def devices(self) -> list[str]:
        """The names of all devices."""
        return [f"{self.name}-{number:04d}" for number in range(1, self.agents + 1)]

    def factory_model(self, kind: DeviceClass, task: str = CLASSIFIER) -> Model:
        """What a device of this kind runs at first for a task."""
        if self.first_model is None or self.first_model.task != task:
            name = f"{INVENTED[task]}/{kind.precision}"
            return Model(name, hashlib.sha256(name.encode()).hexdigest())
        by_precision = {variant.precision: variant for variant in self.first_model.variants}
        chosen = by_precision.get(kind.precision) or self.first_model.variants[0]
        return Model(self.first_model.reference(chosen.precision), chosen.sha256)


def manifest(file: Path) -> ModelManifest:
    """The manifest of the model that devices run at first; raises ScenarioError."""
    try:
        return parse(ModelManifest, file.read_bytes())
    except OSError as error:
        raise ScenarioError(f"--first-model {file} cannot be read: {error.strerror}.") from error
    except MessageError as error:
        raise ScenarioError(f"--first-model {file} is not the manifest of a model: {error}.") from error


def tokens(file: Path, option: str = "--tokens-file", kind: str = TOKEN) -> dict[str, str]:
    """Tokens, or passwords, by device: lines of `DEVICE TOKEN`, or of JSON as `enroll --json` prints them.

    Raises ScenarioError.
    """
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ScenarioError(f"{option} {file} cannot be read: {error}.") from error
    found = {}
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                device, token = _pair(line, kind)
                found[checked_name(device)] = token
            except (ValueError, KeyError, TypeError) as error:
                raise ScenarioError(
                    f"{option} {file}, line {number}: expected 'DEVICE {kind.upper()}', or JSON with device and {kind}."
                ) from error
    return found


def _pair(line: str, kind: str) -> tuple[str, str]:
    if line.lstrip().startswith("{"):
        document = json.loads(line)
        return str(document["device"]), str(document[kind])
    words = line.split(maxsplit=1) if kind == PASSWORD else line.replace(",", " ").split()
    device, secret = words
    return device, secret.rstrip()
