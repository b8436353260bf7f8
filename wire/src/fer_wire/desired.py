"""What a device should run."""

from typing import Any, Dict, Optional, Tuple

from pydantic import Field
from typing_extensions import Annotated

from fer_wire.contracts import CLASSIFIER, SETTINGS, TASKS
from fer_wire.message import Count, Message, Part, PositiveCount, UtcTime
from fer_wire.names import Name
from fer_wire.tuning import MOST_SETTINGS, SettingValues, canonical, digest

SHA256_PATTERN = r"^[0-9a-f]{64}$"
PROBATION_S = 60.0
DAY_S = 86_400


Expiry = Annotated[
    Optional[UtcTime], Field(description="a signed one is not begun after this time; the controller renews it before")
]
OrderSignature = Annotated[
    str,
    Field(max_length=200, description="Ed25519 (RFC 8032) over the order's signed bytes, base64; empty if unsigned"),
]


class Artifact(Part):
    """One .onnx file that a device can download."""

    model: str = Field(max_length=200, description="NAME@VERSION/PRECISION")
    sha256: str = Field(pattern=SHA256_PATTERN, description="of the .onnx file")
    size_bytes: PositiveCount = Field(description="of the .onnx file")
    url: str = Field(default="", max_length=2000, description="where it can be downloaded, as in the desired state")


class Desired(Message):
    """Retained; keyed by (rollout, device, attempt, sha256), so that sending it twice does nothing.

    An empty payload withdraws it, which cancels an update that has not committed yet. A device that takes signed
    orders alone is told so by a Withdrawal.
    """

    device: Name = Field(description="the device that should run it")
    rollout: str = Field(min_length=1, max_length=64, description="id of the rollout")
    attempt: PositiveCount = Field(default=1, description="number of the attempt within the rollout")
    sequence: Count = Field(
        default=0,
        description="grows with each desired state of a device; a lower one than the last is outdated and ignored",
    )
    time: UtcTime = Field(description="when it was decided")
    task: str = Field(
        default=CLASSIFIER,
        max_length=32,
        description=f"which model of the device it replaces: {', '.join(TASKS)}; {SETTINGS}: none, it brings settings "
        "alone; others may follow",
    )
    model: str = Field(max_length=200, description=f"NAME@VERSION/PRECISION; {SETTINGS}/… for settings alone")
    sha256: str = Field(pattern=SHA256_PATTERN, description="of the .onnx file, or of the settings that come alone")
    size_bytes: PositiveCount = Field(description="of the .onnx file, or of those settings")
    url: str = Field(
        default="",
        max_length=2000,
        description="where to download the .onnx file; a path is one at the controller; empty if the device has it",
    )
    manifest_url: str = Field(
        default="", max_length=2000, description="where to download the signed manifest, likewise"
    )
    alternatives: Tuple[Artifact, ...] = Field(
        default=(), max_length=8, description="other variants; the device chooses the one that it runs fastest"
    )
    settings: Optional[SettingValues] = Field(
        default=None,
        max_length=MOST_SETTINGS,
        description="all settings from afar that the device is to have, by name, beside the model or instead of one; "
        "null leaves them as they are",
    )
    probation_s: float = Field(
        default=PROBATION_S, ge=0, le=DAY_S, description="how long the model must serve well before it commits"
    )

    expires: Expiry = None
    signature: OrderSignature = ""

    @property
    def artifacts(self) -> Tuple[Artifact, ...]:
        """The .onnx files to choose from, the first choice first."""
        first = Artifact(model=self.model, sha256=self.sha256, size_bytes=self.size_bytes, url=self.url)
        return (first, *self.alternatives)

    @property
    def key(self) -> Tuple[str, int, str]:
        """(rollout, attempt, sha256), which identifies one update of the device."""
        return self.rollout, self.attempt, self.sha256


def settings_alone(values: SettingValues) -> Dict[str, Any]:
    """The fields of a desired state that brings these settings and no model; an older agent refuses its task."""
    sha256 = digest(values)
    return {
        "task": SETTINGS, "model": f"{SETTINGS}/{sha256[:12]}", "sha256": sha256,
        "size_bytes": len(canonical(values)), "settings": values,
    }  # fmt: skip


class Withdrawal(Message):
    """Stands, signed, where a desired state was taken back; cancels an update that has not committed yet."""

    device: Name = Field(description="the device of which nothing is desired now")
    withdraws: str = Field(max_length=64, description="id of the rollout that desired something")
    sequence: Count = Field(description="as in the desired state; it goes on with its numbers")
    time: UtcTime = Field(description="when it was decided")
    expires: Expiry = None
    signature: OrderSignature = ""
