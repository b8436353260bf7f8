"""What of a device's settings can be changed from afar: the one list that agent, simulator and controller share.

Nothing in it is a secret, an address or a folder, and nothing can keep a device from hearing its next order. The list
is only added to, for a stored rollout names what it set.
"""

import hashlib
import json
from typing import Any, Dict, Iterator, Mapping, NamedTuple, Optional, Tuple, Type, Union

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from typing_extensions import Annotated

from fer_wire.errors import SettingsRefusedError
from fer_wire.message import MAX_COUNT

SettingValue = Union[bool, Annotated[int, Field(ge=-MAX_COUNT, le=MAX_COUNT)], float, str]
SettingValues = Dict[str, SettingValue]
"""By name, as in events.heartbeat_s."""
Values = Mapping[str, object]

CAMERAS = "cameras"
"""The section whose settings hold for every camera of a device."""
UNKNOWN = "no such setting can be changed from afar"
MOST_SETTINGS = 64


class Tunable(BaseModel):
    """A part of a section of settings; an unknown key is an error, and no number is without bounds."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=(), allow_inf_nan=False)


class CameraTuning(Tunable):
    """What can be changed of every camera."""

    width_px: int = Field(default=640, ge=16, le=7680, description="frames are scaled to this width for the faces")
    fps: Optional[float] = Field(
        default=None,
        gt=0,
        le=240,
        description="frames per second requested from a camera, or at which pictures and videos are played; by default "
        "30, or a video's own rate",
    )
    blind_after_s: float = Field(
        default=20.0,
        ge=0,
        le=86_400,
        description="a picture that never changes, or is black or covered, for this long is told as frozen or dark; "
        "0 turns that off",
    )


class FaceTuning(Tunable):
    """What can be changed of finding and following faces."""

    detect_every_frames: int = Field(
        default=10, ge=1, le=10_000, description="one frame in this many is scanned for faces"
    )
    confirm_detections: int = Field(
        default=2, ge=1, le=1000, description="scans that must find a new face before it counts"
    )
    max_missed_detections: int = Field(
        default=3, ge=1, le=1000, description="scans in a row without the face that end a track"
    )
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


class EmotionTuning(Tunable):
    """What can be changed of classifying and smoothing."""

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
        default=0.35,
        ge=0,
        le=3600,
        description="time constant of the smoothing per track, seconds; 0 means no smoothing",
    )


class EventTuning(Tunable):
    """What can be changed of when a face's emotion becomes an event."""

    heartbeat_s: float = Field(
        default=5.0, gt=0, le=86_400, description="a face that stays is reported again after this time"
    )
    change_margin: float = Field(
        default=0.1, ge=0, le=1, description="a new emotion counts once it leads the old one by this much (hysteresis)"
    )
    change_hold_s: float = Field(default=0.3, ge=0, le=3600, description="and has led for this long, seconds")
    uncertain_below: float = Field(
        default=0.4, ge=0, le=1, description="an emotion with a lower confidence is marked as uncertain; 0: none is"
    )
    uncertain_yaw_degrees: float = Field(
        default=45.0, ge=0, le=180, description="as is that of a head turned further to a side than this; 180: none is"
    )


class TelemetryTuning(Tunable):
    """What can be changed of the device's reports about its own health."""

    interval_s: float = Field(default=10.0, ge=0.05, le=3600, description="seconds between two messages")


SECTIONS: Mapping[str, Type[Tunable]] = {
    CAMERAS: CameraTuning,
    "faces": FaceTuning,
    "emotion": EmotionTuning,
    "events": EventTuning,
    "telemetry": TelemetryTuning,
}
"""By the name of the section, as in a settings file."""


class Setting(NamedTuple):
    """A setting that can be changed from afar."""

    name: str
    kind: str
    """bool, int or float."""
    default: Optional[SettingValue]
    """None where it differs from camera to camera."""
    bounds: str
    """As in > 0, ≤ 240; empty where there are none."""
    meaning: str


SIGNS = {"gt": ">", "ge": "≥", "lt": "<", "le": "≤"}


def _each() -> Iterator[Tuple[str, FieldInfo]]:
    for section, part in SECTIONS.items():
        for name, field in part.model_fields.items():
            yield f"{section}.{name}", field


def _described(name: str, field: FieldInfo) -> Setting:
    kind = "bool" if field.annotation is bool else "int" if field.annotation is int else "float"
    bounds = [
        f"{SIGNS[sign]} {getattr(each, sign):g}" for each in field.metadata for sign in SIGNS if hasattr(each, sign)
    ]
    return Setting(name, kind, field.default, ", ".join(bounds), field.description or "")


def _annotated(field: FieldInfo) -> Any:
    return Annotated[field.annotation, field]


SETTINGS_FROM_AFAR: Mapping[str, Setting] = {name: _described(name, field) for name, field in _each()}
"""Every setting that a device may be told, by its name."""
_READERS: Mapping[str, "TypeAdapter[Any]"] = {
    name: TypeAdapter(_annotated(field), config=ConfigDict(allow_inf_nan=False)) for name, field in _each()
}


def checked(values: Values) -> SettingValues:
    """The values as they are meant, in the order of their names; raises SettingsRefusedError, which has every reason.

    A value may also be the text of one, as people type it.
    """
    read = {name: _read(name, values[name]) for name in sorted(values)}
    reasons = {name: why_not for name, (_, why_not) in read.items() if why_not}
    if reasons:
        raise SettingsRefusedError(reasons)
    return {name: value for name, (value, _) in read.items() if value is not None}


def canonical(values: SettingValues) -> str:
    """The one JSON of these values."""
    return json.dumps(values, sort_keys=True, separators=(",", ":"))


def digest(values: SettingValues) -> str:
    """The SHA-256 of their canonical JSON, by which an order and a report name them."""
    return hashlib.sha256(canonical(values).encode()).hexdigest()


def _read(name: str, value: object) -> Tuple[Optional[SettingValue], str]:
    """The value as it is meant, or why it cannot be had."""
    if name not in _READERS:
        return None, UNKNOWN
    if value is None:
        return None, "no value is given"
    try:
        taken: SettingValue = _READERS[name].validate_python(value)
    except ValidationError as error:
        return None, str(error.errors(include_url=False)[0]["msg"])
    return taken, ""


def spelled(values: SettingValues) -> str:
    """NAME=VALUE of each, as people type them; `none` where there are none."""
    return " ".join(f"{name}={typed(value)}" for name, value in sorted(values.items())) or "none"


def typed(value: SettingValue) -> str:
    """The value as people type it: true, 10 or 0.25, with every digit that it has."""
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    return text[:-2] if isinstance(value, float) and text.endswith(".0") else text
