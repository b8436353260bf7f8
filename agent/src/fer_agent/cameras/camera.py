"""The Camera contract: what the capture loop needs of a source of frames."""

from dataclasses import dataclass
from typing import Optional

import numpy as np
import numpy.typing as npt
from typing_extensions import Protocol

Image = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Frame:
    """One picture: image is uint8, height × width × 3, BGR."""

    camera: str
    index: int
    image: Image
    captured_at_s: float
    """Unix time."""
    captured_ns: int
    """Monotonic clock, for latencies."""
    position_s: float
    """On the source's own timeline, for intervals; it never runs backwards, whatever the wall clock does."""


class Camera(Protocol):
    """A source of frames, used by one thread at a time; once closed, it may be opened again."""

    live: bool
    """Only the newest frame counts; otherwise every frame is read to the end."""

    stills: bool
    """Each image stands alone: faces are not followed from one to the next."""

    length_s: float
    """About how long the recording is, once it is open; 0 where that is not known."""

    position_s: Optional[float]
    """Where the last image is on the source's own timeline, in seconds; None means now."""

    def open(self) -> None:
        """Get ready to read; raises CameraError that names the source and the remedy."""

    def read(self) -> Optional[Image]:
        """The next image, or None at the end; raises CameraError if the source fails or stalls."""

    def close(self) -> None:
        """Release the source; may be called at any time, and twice."""
