"""What a device can do, what it runs, and how far an update has come."""

from typing import Dict, Optional, Tuple

from pydantic import Field

from fer_wire.contracts import CLASSIFIER, FINDER, LANDMARKER, SETTINGS, TASKS
from fer_wire.message import Count, Message, Part, PositiveCount, UtcTime
from fer_wire.names import Name
from fer_wire.tuning import MOST_SETTINGS, SettingValue, SettingValues

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
UNFINISHED_STATES: Tuple[str, ...] = (DOWNLOADING, VERIFIED, STAGED, PROBATION)
"""In these states an update is under way; in all others it has ended or not begun."""


REASON_CHARACTERS = 500

IN_FILE, IN_ENVIRONMENT = "file", "environment"
SOURCES: Tuple[str, ...] = (IN_FILE, IN_ENVIRONMENT)
"""Where a device's own settings are set."""


class Capabilities(Part):
    """The device's hardware and system."""

    device_class: str = Field(default="", max_length=64, description="nano, tx2, xavier, orin, x86 or arm")
    architecture: str = Field(default="", max_length=64, description="x86_64 or aarch64")
    cpu: str = Field(default="", max_length=200, description="the processor's name")
    cpu_count: Optional[PositiveCount] = Field(default=None, description="cores, as the system counts them")
    memory_total_mb: Optional[float] = Field(default=None, ge=0, description="shared with the GPU on a Jetson")
    jetpack: Optional[str] = Field(default=None, max_length=64, description="version of JetPack; null off a Jetson")
    l4t: Optional[str] = Field(default=None, max_length=64, description="version of Linux for Tegra")
    runtime: str = Field(default="", max_length=64, description="version of ONNX Runtime")
    providers: Tuple[str, ...] = Field(default=(), description="execution providers that are installed")
    precisions: Tuple[str, ...] = Field(
        default=(), max_length=16, description="precisions that suit the device, the likeliest first"
    )
    tasks: Tuple[str, ...] = Field(
        default=(CLASSIFIER,),
        max_length=16,
        description=f"what rollouts can change: the models for {', '.join(TASKS)}, and {SETTINGS}",
    )
    has_key: Optional[bool] = Field(
        default=None, description="whether it has a key that proves updates; without one it refuses them"
    )


class RunningModel(Part):
    """A model that serves."""

    model: str = Field(default="", max_length=200, description="NAME@VERSION/PRECISION")
    sha256: str = Field(default="", max_length=64, description="of the .onnx file")
    provider: str = Field(default="", max_length=100, description="execution provider that really runs")
    provider_fallback: bool = Field(default=False, description="there is a GPU, yet the CPU runs the model")
    previous: str = Field(
        default="", max_length=200, description="NAME@VERSION/PRECISION that the device can return to by itself"
    )


class Update(Part):
    """How far the device has come with one rollout."""

    rollout: str = Field(max_length=64, description="id of the rollout, as in the desired state")
    attempt: PositiveCount = Field(default=1, description="number of the attempt, as in the desired state")
    task: str = Field(default=CLASSIFIER, max_length=32, description="which model it replaces, as in the desired state")
    sha256: str = Field(default="", max_length=64, description="of the .onnx file, as in the desired state")
    state: str = Field(default=IDLE, max_length=32, description=f"one of {', '.join(UPDATE_STATES)}; others may follow")
    reason: str = Field(
        default="", max_length=REASON_CHARACTERS, description="why it failed, was rejected or rolled back"
    )
    model: str = Field(default="", max_length=200, description="NAME@VERSION/PRECISION that is being installed")
    downloaded_bytes: Count = Field(default=0, description="of its files, so far")
    size_bytes: Count = Field(default=0, description="of its files")
    measured_ms: Dict[str, float] = Field(
        default={},
        description="by NAME@VERSION/PRECISION: median time of one picture, if there were several to choose from",
    )


class OwnSetting(Part):
    """A setting that is set on the device itself, which nothing from afar changes."""

    value: SettingValue = Field(description="what holds")
    source: str = Field(max_length=64, description=f"where it is set: {', '.join(SOURCES)}; others may follow")


class SettingsInForce(Part):
    """Which of the settings that can be changed from afar are set, and where; all others have their defaults."""

    afar: SettingValues = Field(
        default={}, max_length=MOST_SETTINGS, description="by name: what came from afar, and holds but for `own`"
    )
    rollout: str = Field(default="", max_length=64, description="id of the rollout that brought it")
    own: Dict[str, OwnSetting] = Field(
        default={}, max_length=MOST_SETTINGS, description="by name: what is set on the device itself"
    )


class Trusted(Part):
    """Which signatures the device trusts, and how its orders stand."""

    keys_version: Count = Field(default=0, description="of its list of keys; 0 is the one key of its settings")
    signed_orders_alone: bool = Field(default=False, description="whether it passes over orders that nobody signed")
    order_expires: Optional[UtcTime] = Field(
        default=None, description="until when its last signed order holds; null before the first"
    )
    order_expired: bool = Field(
        default=False, description="nobody has renewed it: newer orders may be kept from this device"
    )
    refusal: str = Field(
        default="", max_length=REASON_CHARACTERS, description="why what arrived last as an order was not trusted"
    )


class Reported(Message):
    """Retained; the device's side of desired and reported state."""

    device: Name = Field(description="the device that reports")
    run: str = Field(min_length=1, max_length=64, description="id of this run of the agent")
    time: UtcTime = Field(description="when it was sent")
    agent_version: str = Field(default="", max_length=64, description="of fer-agent")
    broker: str = Field(
        default="", max_length=300, description="URL of the broker that it is connected to, of those it has"
    )
    capabilities: Capabilities = Field(default=Capabilities(), description="the device's hardware and system")
    running: Optional[RunningModel] = Field(
        default=None, description="the classifier that serves; null before the first"
    )
    previous: str = Field(
        default="", max_length=200, description="NAME@VERSION/PRECISION that the device can return to by itself"
    )
    eyes: Dict[str, RunningModel] = Field(
        default={},
        description=f"the models that find faces, by task ({FINDER}, {LANDMARKER}); dlib's have no file",
    )
    update: Optional[Update] = Field(default=None, description="the last rollout; null before the first")
    trust: Optional[Trusted] = Field(default=None, description="null where it has no key")
    settings: Optional[SettingsInForce] = Field(
        default=None, description="null where the agent is too old to be told any"
    )

    def serving(self, task: str) -> Optional[RunningModel]:
        """The model that serves for a task; None when the device has none, or says nothing of it."""
        return self.running if task == CLASSIFIER else self.eyes.get(task)

    def returns_to(self, task: str) -> str:
        """NAME@VERSION/PRECISION that the device can return to by itself for a task; empty when there is none."""
        if task == CLASSIFIER:
            return self.previous
        serves = self.eyes.get(task)
        return serves.previous if serves else ""
