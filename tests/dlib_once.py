"""dlib's detector and landmarks, read once by a process.

Reading them costs two seconds of a processor, and neither ever changes.
"""

import copy
from functools import lru_cache
from pathlib import Path
from typing import Any

import dlib

read_detector, read_landmarks = dlib.get_frontal_face_detector, dlib.shape_predictor


def share() -> None:
    """From now on an agent of this process gets a copy of the one detector, and the landmarks as they were read."""
    dlib.get_frontal_face_detector, dlib.shape_predictor = _detector, _landmarks


def _detector() -> Any:
    return copy.copy(_first_detector())


@lru_cache(maxsize=1)
def _first_detector() -> Any:
    return read_detector()


def _landmarks(path: str) -> Any:
    """Raises RuntimeError, as dlib does."""
    try:
        found = Path(path).stat()
    except OSError:
        return read_landmarks(path)
    return _landmarks_of(path, found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=1)
def _landmarks_of(path: str, _mtime_ns: int, _size_bytes: int) -> Any:
    return read_landmarks(path)
