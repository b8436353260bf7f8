"""Labels. Written by `make docs` from controller/src/fer_controller/operations; edit that instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Dict, List, Sequence, TypedDict, cast

from fer_client.connection import Connection

if TYPE_CHECKING:
    from typing_extensions import Unpack


class LabelsAnswer(TypedDict):
    """How a device stands."""

    device: str
    labels: Dict[str, str]
    quarantined: str | None


class LabelsQuery(TypedDict, total=False):
    """What may be left out.

    devices: Only these devices; by default all that have labels.
    """

    devices: Sequence[str]


class Relabel(TypedDict, total=False):
    """What may be left out.

    labels: KEY=VALUE to put on them.
    remove: Keys to take off them.
    release: Release them from quarantine.
    quarantine: Put them into quarantine: rollouts leave them out.
    reason: Why; the audit log keeps it.
    """

    labels: Sequence[str]
    remove: Sequence[str]
    release: bool
    quarantine: bool
    reason: str


class Labels:
    """Calls of the API."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self, **options: Unpack[LabelsQuery]) -> List[LabelsAnswer]:
        """Labels and quarantine of these devices, or of all that have any, as `label --json`."""
        return cast("List[LabelsAnswer]", self._connection.get("/v1/labels", {}, {**options}, {"devices": "device"}))

    def relabel(self, devices: Sequence[str], **options: Unpack[Relabel]) -> List[LabelsAnswer]:
        """Change the labels of devices, put them into quarantine or release them; answers how they stand then.

        devices: The devices.
        """
        return cast("List[LabelsAnswer]", self._connection.post("/v1/labels", {}, {"devices": devices, **options}))
