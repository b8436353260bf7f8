"""Finds the model of a task that runs when the settings name none."""

from pathlib import Path
from typing import Dict, Tuple

from fer_wire import ModelManifest
from fer_wire.contracts import CLASSIFIER

from fer_agent.errors import ModelError
from fer_agent.inference.model import MANIFEST, SETTINGS, read_manifest

PACKAGED = Path(__file__).resolve().parents[1] / "zoo"
"""In an installed wheel."""

CHECKED_OUT = Path(__file__).resolve().parents[4] / "models" / "zoo"
"""In a checkout of the repository."""

PREFERRED = "light"
"""The classifier that runs when the settings name none: the most accurate, and fast enough for every device."""


def default_model(task: str, *zoos: Path) -> Path:
    """The folder NAME/VERSION of the preferred model of a task or, without it, of the newest one.

    Raises ModelError if no zoo holds a model of the task, or one that cannot be read.
    """
    zoos = zoos or (PACKAGED, CHECKED_OUT)
    for zoo in zoos:
        read = {manifest.parent: read_manifest(manifest.parent, task) for manifest in zoo.glob(f"*/*/{MANIFEST}")}
        fit = {folder: manifest for folder, manifest in read.items() if manifest.task == task}
        if fit:
            return max(fit, key=lambda folder: _rank(folder, fit))
    where = " and ".join(str(zoo) for zoo in zoos)
    if task == CLASSIFIER:
        remedy = "reinstall fer-agent, or name a model's folder with --model"
        raise ModelError(f"No model is installed (looked in {where}); {remedy}.")
    raise ModelError(
        f"No {task} is installed (looked in {where}); reinstall fer-agent, or name one in {SETTINGS[task]}."
    )


def _rank(folder: Path, manifests: Dict[Path, ModelManifest]) -> Tuple[bool, float, str]:
    return folder.parent.name == PREFERRED, manifests[folder].created.timestamp(), str(folder)
