"""What a simulated device tells of itself when it is asked: that it is simulated, and what it models."""

import platform
from collections.abc import Callable, Iterator

from fer_wire import Telemetry
from fer_wire import __version__ as wire_version
from fer_wire.commands import OK, WARNING, Finding
from fer_wire.device.deeds import Sources
from fer_wire.tuning import typed

from fer_simulator import __version__
from fer_simulator.devices.disk import Disk
from fer_simulator.traits.identity import Identity

SETTINGS_HEAD = "# Those that were set from afar; a simulated device has no others."


def sources(identity: Identity, disk: Disk, telemetry: Callable[[], Telemetry | None]) -> Sources:
    """Where its diagnosis comes from; telemetry returns what was sent last."""
    return Sources(
        examine=lambda: list(_findings(identity, disk)),
        settings=lambda: _settings(disk),
        versions=_versions,
        telemetry=telemetry,
        log=disk.journal.hour_before,
        hide=str,
    )


def _findings(identity: Identity, disk: Disk) -> Iterator[Finding]:
    record, spool, faults = disk.record, disk.spool, ", ".join(sorted(identity.faults))
    modelled = f"It is simulated as {identity.kind.name}: it has no camera, and its figures are modelled."
    yield _found("device", modelled)
    yield _found("faults", f"It was drawn to be {faults}." if faults else "It was drawn to have none.", doubtful=faults)
    yield _found("models", ", ".join(disk.serving))
    yield _found("update", " ".join(filter(None, (f"It is {record.state}.", record.reason))), doubtful=record.reason)
    said = f"{len(spool)} events wait for their ack; {spool.dropped} were dropped."
    yield _found("spool", said, doubtful=spool.dropped)


def _found(check: str, found: str, *, doubtful: object = "") -> Finding:
    return Finding(check=check, state=WARNING if doubtful else OK, found=found)


def _settings(disk: Disk) -> str:
    told = disk.tuned.in_force.values
    return "\n".join([SETTINGS_HEAD, *(f"{name} = {typed(value)}" for name, value in sorted(told.items()))])


def _versions() -> dict[str, str]:
    return {"fer-simulator": __version__, "fer-wire": wire_version, "Python": platform.python_version()}
