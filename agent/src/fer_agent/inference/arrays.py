"""The arrays that networks take and give."""

import numpy as np
import numpy.typing as npt

Batch = npt.NDArray[np.float32]
"""N pictures or N answers."""

Faces = npt.NDArray[np.float32]
"""N × 1 × 48 × 48, grey, 0–255: what a classifier takes."""

Probabilities = npt.NDArray[np.float32]
"""N × 7, in the order of fer_wire.EMOTIONS."""
