"""What one device is."""

from dataclasses import dataclass

from fer_wire.tls import NO_FILES, ClientFiles

from fer_simulator.traits.device_classes import DeviceClass


@dataclass(frozen=True)
class Identity:
    """A device's name, its class, what is wrong with it, and its token or certificate for downloads."""

    name: str
    kind: DeviceClass
    faults: frozenset[str] = frozenset()
    token: str = ""
    files: ClientFiles = NO_FILES
