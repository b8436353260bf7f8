"""The seven emotions, in the order of every model's output."""

from typing import Tuple

EMOTIONS: Tuple[str, ...] = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
