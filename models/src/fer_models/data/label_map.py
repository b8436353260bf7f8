"""Label maps: which emotions the class folders of another data set stand for."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

from fer_wire.emotions import EMOTIONS
from fer_wire.settings_text import settings_text

from fer_models.errors import DatasetError

LEFT_OUT = ""
TOML_SUFFIX = ".toml"

LabelMap: TypeAlias = Mapping[str, str]


def read_label_map(path: Path) -> LabelMap:
    """Class folder to emotion, or to LEFT_OUT, from JSON or TOML; raises DatasetError when it is not a label map."""
    try:
        text = settings_text(path)
        found: Any = tomllib.loads(text) if path.suffix.lower() == TOML_SUFFIX else json.loads(text)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise DatasetError(
            f"Cannot read the label map {path} ({reason}); write JSON or TOML from class folders to emotions."
        ) from error
    if not isinstance(found, dict):
        raise DatasetError(f"The label map {path} is not a table; write JSON or TOML from class folders to emotions.")
    return {folder: _emotion(path, folder, emotion) for folder, emotion in found.items()}


def emotion_index(where: str, folder: str, label_map: LabelMap | None) -> int | None:
    """The index of a class folder's emotion, None when the class is left out; without a map it is the emotion's name.

    Raises DatasetError when the map does not name the folder, or there is no map and the folder is not an emotion.
    """
    emotion = folder.lower() if label_map is None else label_map.get(folder)
    if emotion is None:
        raise DatasetError(
            f"{where}: the label map does not name the class folder {folder!r}; "
            f'add it with one of {", ".join(EMOTIONS)}, or "" to leave it out.'
        )
    if emotion == LEFT_OUT:
        return None
    if emotion not in EMOTIONS:
        raise DatasetError(
            f"{where}: the class folder {folder!r} is not an emotion; give a label map that names it with one of "
            f'{", ".join(EMOTIONS)}, or "" to leave it out.'
        )
    return EMOTIONS.index(emotion)


def _emotion(path: Path, folder: str, emotion: Any) -> str:
    if emotion is None or emotion == LEFT_OUT:
        return LEFT_OUT
    if not isinstance(emotion, str) or emotion.lower() not in EMOTIONS:
        raise DatasetError(
            f"The label map {path} names {emotion!r} for the class folder {folder!r}; "
            f'expected one of {", ".join(EMOTIONS)}, or "" to leave it out.'
        )
    return emotion.lower()
