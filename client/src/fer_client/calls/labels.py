"""Labels. Written by `make docs` from controller/src/fer_controller/operations; edit that instead."""

from __future__ import annotations

from typing import Dict, List, Sequence, TypedDict, cast

from fer_client.connection import Connection


class LabelsAnswer(TypedDict):
    """How a device stands."""

    device: str
    labels: Dict[str, str]
    quarantined: str | None


class Labels:
    """Calls of the API."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self, *, devices: Sequence[str] | None = None) -> List[LabelsAnswer]:
        """Labels and quarantine of these devices, or of all that have any, as `label --json`.

        devices: Only these devices; by default all that have labels.
        """
        return cast("List[LabelsAnswer]", self._connection.get("/v1/labels", {}, {"device": devices}))

    def relabel(
        self,
        devices: Sequence[str],
        *,
        labels: Sequence[str] | None = None,
        remove: Sequence[str] | None = None,
        release: bool | None = None,
    ) -> List[LabelsAnswer]:
        """Change the labels of devices, or release them from quarantine; answers how they stand then.

        devices: The devices.
        labels: KEY=VALUE to put on them.
        remove: Keys to take off them.
        release: Release them from quarantine.
        """
        return cast(
            "List[LabelsAnswer]",
            self._connection.post(
                "/v1/labels", {}, {"devices": devices, "labels": labels, "remove": remove, "release": release}
            ),
        )
