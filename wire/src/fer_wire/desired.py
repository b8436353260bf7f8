"""What a device should run."""

from pydantic import Field

from fer_wire.message import Message, PositiveCount, UtcTime
from fer_wire.names import Name

SHA256_PATTERN = r"^[0-9a-f]{64}$"


class Desired(Message):
    """Retained; keyed by (rollout, device, attempt, sha256): the same twice does nothing."""

    device: Name = Field(description="the device that should run it")
    rollout: str = Field(min_length=1, max_length=64, description="id of the rollout")
    attempt: PositiveCount = Field(default=1, description="number of the try within the rollout")
    time: UtcTime = Field(description="when it was decided")
    model: str = Field(max_length=200, description="NAME@VERSION/PRECISION")
    sha256: str = Field(pattern=SHA256_PATTERN, description="of the .onnx file")
    size_bytes: PositiveCount = Field(description="of the .onnx file")
    url: str = Field(max_length=2000, description="where the .onnx file can be had")
    manifest_url: str = Field(default="", max_length=2000, description="where the signed manifest can be had")
