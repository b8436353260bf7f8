"""A device's use of its resources; every measured field may be null, and its name contains its unit."""

from typing import Optional, Tuple

from pydantic import Field
from typing_extensions import Annotated

from fer_wire.message import Count, Message, Part, UtcTime
from fer_wire.names import Name

MAX_FPS, MAX_MS, MAX_FACES = 1e6, 1e9, 1e6
MAX_MB, MAX_MW, MAX_S, MAX_PERCENT_OF_A_CORE = 1e12, 1e9, 1e10, 1e6
"""More than any device has: a finite bound keeps every mean and every sum finite."""
Milliseconds = Optional[Annotated[float, Field(ge=0, le=MAX_MS)]]
Megabytes = Optional[Annotated[float, Field(ge=0, le=MAX_MB)]]


class CameraTelemetry(Part):
    """One camera since the last telemetry message."""

    camera: Name = Field(description="its name, as in events")
    state: str = Field(default="", max_length=32, description="running, reopening or ended")
    fps: Optional[float] = Field(default=None, ge=0, le=MAX_FPS, description="frames per second that were processed")
    frames: Count = Field(default=0, description="frames processed since the run began")
    skipped_frames: Count = Field(default=0, description="frames skipped because a newer one was available")
    faces: Count = Field(default=0, description="faces in sight since the run began, counted anew in each frame")
    faces_per_frame: Optional[float] = Field(
        default=None, ge=0, le=MAX_FACES, description="faces in sight in a frame, mean of the last frames"
    )
    face_share: Optional[float] = Field(
        default=None, ge=0, le=1, description="share of the last frames in which a face was classified, 0–1"
    )
    latency_p50_ms: Milliseconds = Field(default=None, description="from capture to event, median")
    latency_p95_ms: Milliseconds = Field(default=None, description="from capture to event, 95th percentile")
    reopened: Count = Field(default=0, description="how often the camera was reopened after a fault")
    frozen: Optional[bool] = Field(
        default=None, description="its picture does not change any more; null where that is not looked for"
    )
    dark: Optional[bool] = Field(
        default=None, description="it is black or covered: nothing can be told apart; null where that is not looked for"
    )
    error: str = Field(default="", max_length=500, description="the current fault; empty if there is none")


class SpoolTelemetry(Part):
    """The agent's spool of events not yet acknowledged."""

    pending_events: Count = Field(default=0, description="not yet acknowledged")
    size_bytes: Count = Field(default=0, description="of the spool's file on disk")
    dropped_events: Count = Field(default=0, description="dropped at the cap since the spool was created")
    refusal: str = Field(default="", max_length=500, description="why the broker takes no events; empty if it does")


Percent = Optional[Annotated[float, Field(ge=0, le=100)]]
Temperature = Optional[Annotated[float, Field(ge=-100, le=250)]]
"""°C; silicon works in less, and a sensor that is off reads far below."""


class HostTelemetry(Part):
    """The machine and the agent's process on it."""

    cpu_percent: Percent = Field(default=None, description="all cores, 0–100")
    cpu_temperature_c: Temperature = Field(default=None, description="the hottest sensor of the CPU")
    gpu_percent: Percent = Field(default=None, description="0–100")
    gpu_temperature_c: Temperature = Field(default=None, description="the GPU's sensor")
    memory_used_mb: Megabytes = Field(default=None, description="not available to a new program")
    memory_total_mb: Megabytes = Field(default=None, description="shared with the GPU on a Jetson")
    swap_used_mb: Megabytes = Field(default=None, description="swap space in use")
    disk_free_mb: Megabytes = Field(default=None, description="where the agent keeps its state")
    power_mw: Optional[float] = Field(default=None, ge=0, le=MAX_MW, description="the whole board")
    power_mode: Optional[str] = Field(default=None, max_length=64, description="nvpmodel's name, MAXN for example")
    fan_percent: Percent = Field(default=None, description="0–100")
    throttled: Optional[bool] = Field(
        default=None, description="the machine slows itself down because of heat or current"
    )
    agent_cpu_percent: Optional[float] = Field(
        default=None, ge=0, le=MAX_PERCENT_OF_A_CORE, description="of one core; may exceed 100"
    )
    agent_memory_mb: Megabytes = Field(default=None, description="resident")
    source: str = Field(default="", max_length=100, description="the collectors that answered, for example host+jtop")


class Telemetry(Message):
    """What a device used and did, sent every few seconds."""

    device: Name = Field(description="the device that measured itself")
    run: str = Field(min_length=1, max_length=64, description="id of this run of the agent")
    time: UtcTime = Field(description="when it was measured")
    uptime_s: float = Field(default=0, ge=0, le=MAX_S, description="of this run of the agent")
    host: HostTelemetry = Field(default=HostTelemetry(), description="the machine and the agent's process on it")
    cameras: Tuple[CameraTelemetry, ...] = Field(default=(), description="one entry per camera")
    spool: SpoolTelemetry = Field(default=SpoolTelemetry(), description="the events that wait")
    model: str = Field(default="", max_length=200, description="NAME@VERSION/PRECISION")
    provider: str = Field(default="", max_length=100, description="execution provider that really runs")
    errors: Count = Field(default=0, description="faults handled since the run began")
    order_expired: Optional[bool] = Field(
        default=None, description="its signed order was not renewed in time; null where orders are not signed"
    )
