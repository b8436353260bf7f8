"""Operations on the labels of devices."""

from pydantic import Field

from fer_controller.operations.operation import GET, POST, Answer, Operation, Parameters
from fer_controller.rollout.devices.relabel import Relabel
from fer_controller.store.credentials.records import OPERATOR, VIEWER


class LabelsQuery(Parameters):
    """Whose labels."""

    devices: tuple[str, ...] = Field(default=(), description="Only these devices; by default all that have labels.")


class LabelsAnswer(Answer):
    """How a device stands."""

    device: str = Field(description="Its name.")
    labels: dict[str, str] = Field(description="Its labels.")
    quarantined: str | None = Field(description="Why it is in quarantine; null when it is not.")


LABELS = Operation(
    "labels", GET, "/v1/labels", VIEWER, LabelsQuery, list[LabelsAnswer],
    "Labels and quarantine of these devices, or of all that have any, as `label --json`.",
)  # fmt: skip
RELABEL = Operation(
    "relabel", POST, "/v1/labels", OPERATOR, Relabel, list[LabelsAnswer],
    "Change the labels of devices, put them into quarantine or release them; answers how they stand then.",
)  # fmt: skip

OPERATIONS = (LABELS, RELABEL)
