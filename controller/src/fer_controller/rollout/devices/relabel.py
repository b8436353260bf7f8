"""A request to change labels."""

from pydantic import BaseModel, ConfigDict, Field

from fer_controller.rollout.audit import Reason


class Relabel(BaseModel):
    """What to change, as it is typed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    devices: tuple[str, ...] = Field(min_length=1, description="The devices.")
    labels: tuple[str, ...] = Field(default=(), description="KEY=VALUE to put on them.")
    remove: tuple[str, ...] = Field(default=(), description="Keys to take off them.")
    release: bool = Field(default=False, description="Release them from quarantine.")
    quarantine: bool = Field(default=False, description="Put them into quarantine: rollouts leave them out.")
    reason: Reason = ""
