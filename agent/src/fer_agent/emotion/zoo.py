"""Where the model lies that runs when none is set."""

from pathlib import Path
from typing import List

from fer_agent.emotion.model import MANIFEST, read_model
from fer_agent.errors import ModelError

PACKAGED = Path(__file__).resolve().parents[1] / "zoo"
"""In an installed wheel."""

CHECKED_OUT = Path(__file__).resolve().parents[4] / "models" / "zoo"
"""In a checkout of the repository."""


def default_model(*zoos: Path) -> Path:
    """The folder of the model that was made last (NAME/VERSION); raises ModelError when no zoo holds one."""
    zoos = zoos or (PACKAGED, CHECKED_OUT)
    for zoo in zoos:
        folders: List[Path] = [manifest.parent for manifest in zoo.glob(f"*/*/{MANIFEST}")]
        if folders:
            return max(folders, key=lambda folder: (read_model(folder).manifest.created, str(folder)))
    raise ModelError(
        f"No model is installed (looked in {' and '.join(str(zoo) for zoo in zoos)}); "
        "install fer-agent anew, or name a model's folder with --model."
    )
