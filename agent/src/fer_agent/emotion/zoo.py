"""Finds the model that runs when the settings name none."""

from datetime import datetime
from pathlib import Path
from typing import List, Tuple

from fer_agent.emotion.model import MANIFEST, read_model
from fer_agent.errors import ModelError

PACKAGED = Path(__file__).resolve().parents[1] / "zoo"
"""In an installed wheel."""

CHECKED_OUT = Path(__file__).resolve().parents[4] / "models" / "zoo"
"""In a checkout of the repository."""


PREFERRED = "light"
"""The model that runs when the settings name none: the most accurate, and fast enough for every device."""


def default_model(*zoos: Path) -> Path:
    """The folder NAME/VERSION of the preferred model or, without it, of the newest one.

    Raises ModelError if no zoo holds a model.
    """
    zoos = zoos or (PACKAGED, CHECKED_OUT)
    for zoo in zoos:
        folders: List[Path] = [manifest.parent for manifest in zoo.glob(f"*/*/{MANIFEST}")]
        if folders:
            return max(folders, key=_rank)
    raise ModelError(
        f"No model is installed (looked in {' and '.join(str(zoo) for zoo in zoos)}); "
        "reinstall fer-agent, or name a model's folder with --model."
    )


def _rank(folder: Path) -> Tuple[bool, datetime, str]:
    return folder.parent.name == PREFERRED, read_model(folder).manifest.created, str(folder)
