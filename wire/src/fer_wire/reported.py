"""What a device can do, what it runs, and how far an update has come."""

from typing import Optional, Tuple

from pydantic import Field

from fer_wire.message import Message, Part, UtcTime
from fer_wire.names import Name

IDLE = "idle"
DOWNLOADING = "downloading"
VERIFIED = "verified"
STAGED = "staged"
PROBATION = "probation"
COMMITTED = "committed"
REJECTED = "rejected"
FAILED = "failed"
ROLLED_BACK = "rolled_back"
CANCELED = "canceled"
SUPERSEDED = "superseded"
UPDATE_STATES: Tuple[str, ...] = (
    IDLE, DOWNLOADING, VERIFIED, STAGED, PROBATION, COMMITTED, REJECTED, FAILED, ROLLED_BACK, CANCELED, SUPERSEDED,
)  # fmt: skip


class Capabilities(Part):
    """What the device is made of."""

    device_class: str = Field(default="", max_length=64, description="nano, tx2, xavier, orin, x86 or arm")
    architecture: str = Field(default="", max_length=64, description="x86_64 or aarch64")
    cpu: str = Field(default="", max_length=200)
    cpu_count: Optional[int] = Field(default=None, ge=1)
    memory_total_mb: Optional[float] = Field(default=None, ge=0)
    jetpack: Optional[str] = Field(default=None, max_length=64)
    l4t: Optional[str] = Field(default=None, max_length=64)
    runtime: str = Field(default="", max_length=64, description="version of ONNX Runtime")
    providers: Tuple[str, ...] = Field(default=(), description="execution providers that are installed")


class RunningModel(Part):
    """The model that serves."""

    model: str = Field(default="", max_length=200, description="NAME@VERSION/PRECISION")
    sha256: str = Field(default="", max_length=64)
    provider: str = Field(default="", max_length=100, description="execution provider that really runs")
    provider_fallback: bool = Field(default=False, description="a GPU is there, yet the CPU runs the model")


class Update(Part):
    """How far the device has come with one rollout."""

    rollout: str = Field(max_length=64)
    attempt: int = Field(default=1, ge=1)
    sha256: str = Field(default="", max_length=64)
    state: str = Field(default=IDLE, max_length=32, description=f"one of {', '.join(UPDATE_STATES)}; others may come")
    reason: str = Field(default="", max_length=500)


class Reported(Message):
    """Retained; the device's side of desired and reported."""

    device: Name
    run: str = Field(min_length=1, max_length=64)
    time: UtcTime
    agent_version: str = Field(default="", max_length=64)
    capabilities: Capabilities = Capabilities()
    running: Optional[RunningModel] = None
    update: Optional[Update] = None
