"""A device that a rollout may choose: its name, whether it is online, what it is, what it runs."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from fer_wire import MessageError, Reported, parse
from fer_wire.contracts import CLASSIFIER, SETTINGS, TASKS
from fer_wire.presence import ONLINE
from fer_wire.reported import Capabilities, RunningModel, SettingsInForce, Trusted

from fer_controller.rollout.devices import selector
from fer_controller.store.devices.records import Device, Label
from fer_controller.store.devices.reports import EqualParts, NewestReports
from fer_controller.store.rollouts.records import Failures


@dataclass(frozen=True, slots=True)
class Candidate:
    """Everything about a device that a plan depends on."""

    device: str
    online: bool = False
    capabilities: Capabilities | None = None
    serving: Mapping[str, RunningModel] = field(default_factory=dict)
    """The model that it runs, by task."""
    trust: Trusted | None = None
    """What it said of its keys and its order."""
    settings: SettingsInForce | None = None
    """What it said of its settings; None where its agent is too old to be told any."""
    labels: Mapping[str, str] = field(default_factory=dict)
    quarantined: str = ""
    revoked: bool = False
    """Taken out of the fleet, until it is enrolled again."""
    busy_with: Mapping[str, str] = field(default_factory=dict)
    """The unfinished rollout that it is in, by task."""

    @property
    def device_class(self) -> str:
        """nano, tx2, …; empty when unknown."""
        return self.capabilities.device_class if self.capabilities else ""

    def running(self, task: str) -> str:
        """NAME@VERSION/PRECISION of the model that it runs for a task; empty when it never said."""
        serves = self.serving.get(task)
        return serves.model if serves else ""

    def facts(self, task: str) -> dict[str, str]:
        """What a selector of a rollout is compared with: labels and built-in keys; for settings, the classifier's."""
        name, _, rest = self.running(CLASSIFIER if task == SETTINGS else task).partition("@")
        built_in = {
            selector.CLASS: self.device_class,
            selector.DEVICE: self.device,
            selector.MODEL: name,
            selector.VERSION: rest.partition("/")[0],
        }
        return {**self.labels, **built_in}


def candidates(
    devices: Iterable[Device],
    labels: Iterable[Label],
    failures: Mapping[str, Failures],
    busy: Mapping[str, Mapping[str, str]],
    revoked: Collection[str] = (),
) -> list[Candidate]:
    """Every device that was ever heard of or has a label."""
    by_device: dict[str, dict[str, str]] = {}
    for label in labels:
        by_device.setdefault(label.device, {})[label.key] = label.value
    heard = {device.device: device for device in devices}
    found = [
        _candidate(heard.get(name) or Device(name), by_device.get(name, {}), failures.get(name), busy.get(name, {}))
        for name in sorted({*heard, *by_device})
    ]
    return [replace(each, revoked=each.device in revoked) for each in found]


def report(device: str, text: str) -> Reported | None:
    """What a device reported, as it is stored; None when there is nothing, or it cannot be read."""
    return _reports.of(device, text)


def _parsed(text: str) -> Reported | None:
    try:
        return _lean(parse(Reported, text)) if text else None
    except MessageError:
        return None


def _lean(said: Reported) -> Reported:
    """The same report, which shares what other devices say, too: a quarter of the memory."""
    eyes = {task: _parts.kept(model) for task, model in said.eyes.items()}
    parts = {"capabilities": _parts.kept(said.capabilities), "running": _parts.kept(said.running), "eyes": eyes}
    return said.model_copy(update=parts)


_parts = EqualParts()
_reports = NewestReports(_parsed)


def _candidate(device: Device, labels: dict[str, str], failures: Failures | None, busy: Mapping[str, str]) -> Candidate:
    said = report(device.device, device.reported)
    return Candidate(
        device=device.device,
        online=device.state == ONLINE,
        capabilities=said.capabilities if said else None,
        trust=said.trust if said else None,
        settings=said.settings if said else None,
        serving={task: serves for task in TASKS if said and (serves := said.serving(task))},
        labels=labels,
        quarantined=(failures.reason or "it failed too often") if failures and failures.quarantined_at else "",
        busy_with=busy,
    )
