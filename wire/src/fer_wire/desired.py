"""What a device should run."""

from pydantic import Field

from fer_wire.message import Message, UtcTime
from fer_wire.names import Name

SHA256_PATTERN = r"^[0-9a-f]{64}$"


class Desired(Message):
    """Retained; keyed by (rollout, device, attempt, sha256): the same twice does nothing."""

    device: Name
    rollout: str = Field(min_length=1, max_length=64)
    attempt: int = Field(default=1, ge=1)
    time: UtcTime
    model: str = Field(max_length=200, description="NAME@VERSION/PRECISION")
    sha256: str = Field(pattern=SHA256_PATTERN, description="of the .onnx file")
    size_bytes: int = Field(ge=1)
    url: str = Field(max_length=2000, description="where the .onnx file can be had")
    manifest_url: str = Field(default="", max_length=2000, description="where the signed manifest can be had")
