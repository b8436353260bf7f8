"""An evaluation as one JSON document, and its pictures."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fer_wire.emotions import EMOTIONS

from fer_models.evaluation.across import Answers, answers, figures
from fer_models.evaluation.files import ModelFile
from fer_models.evaluation.images import EvaluationImages
from fer_models.evaluation.scores import score_probabilities
from fer_models.evaluation.sets import FaceSet
from fer_models.evaluation.views import CROP_PX, FLIP, SINGLE, TEN_CROP, OnBatch, probabilities
from fer_models.model_files.runtime import Classifier, machine

EXPLAINED = {
    SINGLE: "the image as it is",
    FLIP: "the mean over the image and its mirror image",
    TEN_CROP: f"the mean over four corners and the centre, {CROP_PX} px wide, enlarged to 48, and their mirror images",
}
INNERMOST = re.compile(r"([\[{])\n\s*([^\[\]{}]*?)\n\s*([\]}])")


@dataclass(frozen=True)
class Comparison:
    """sets: what is measured beside the split; against: another model's title, and its answers to them, if any."""

    sets: Sequence[FaceSet] = ()
    against: str | None = None
    answers: Answers | None = None


def evaluate_file(
    file: ModelFile,
    images: EvaluationImages,
    views: Sequence[str],
    threads: int,
    on_batch: OnBatch,
    beside: Comparison | None = None,
) -> dict[str, Any]:
    """One file: its facts, its figures in the first view, and those in every view, with and without known images.

    beside: the sets to measure as well, in one view.
    """
    classifier = Classifier(file.path, threads)
    whole, unseen = {}, {}
    for view in views:
        found = probabilities(classifier, images.faces, view, on_batch)
        whole[view] = score_probabilities(images.faces.labels, found).as_dict()
        if images.unseen is not None:
            unseen[view] = score_probabilities(images.faces.labels[images.unseen], found[images.unseen]).as_dict()
    told = {**file.facts(), **whole[views[0]], "views": whole, "deduplicated": unseen or None}
    if beside is None:
        return told
    sets = figures(beside.sets, answers(classifier, beside.sets, on_batch), beside.answers)
    return {**told, "sets": sets, "against": beside.against}


def document(
    command: str, data: Path, split: str, views: Sequence[str], images: EvaluationImages, files: Mapping[str, Any]
) -> dict[str, Any]:
    """What was evaluated on what, with which results; figures are shares, 0–1, except confusion_percent."""
    kept = None if images.unseen is None else len(images.unseen)
    return {
        "command": command,
        "data": data.name,
        "split": split,
        "images": len(images.faces),
        "labels": list(EMOTIONS),
        "views": {view: EXPLAINED[view] for view in views},
        "deduplicated": None if kept is None else {"images": kept, "removed": len(images.faces) - kept},
        "deduplicated_reason": images.reason,
        "machine": machine(),
        "files": dict(files),
    }


def as_text(found: Mapping[str, Any]) -> str:
    """The document as a file that people can read: a list or object without nested ones takes one line."""
    return INNERMOST.sub(_on_one_line, json.dumps(found, indent=1, ensure_ascii=False)) + "\n"


def write(found: Mapping[str, Any], files: Mapping[str, ModelFile], folder: Path) -> list[Path]:
    """Write evaluate-GROUP.json for each model, and two pictures a file; returns the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for group in dict.fromkeys(file.group for file in files.values()):
        path = folder / f"evaluate-{group}.json"
        own = {name: found["files"][name] for name, file in files.items() if file.group == group}
        path.write_text(as_text({**found, "files": own}), encoding="utf-8")
        written.append(path)
    for name, file in files.items():
        written += draw(found["files"][name], file.title, folder)
    return written


def draw(evaluation: Mapping[str, Any], title: str, folder: Path) -> list[Path]:
    """Draw confusion-TITLE.png and reliability-TITLE.png of one file's figures; returns the paths."""
    from fer_models import plots

    confusion, reliability = (folder / f"{kind}-{slug(title)}.png" for kind in ("confusion", "reliability"))
    accuracy, ece = 100 * evaluation["accuracy"], 100 * evaluation["calibration"]["ece"]
    plots.confusion_matrix(evaluation["confusion"], EMOTIONS, confusion, f"{title}: accuracy {accuracy:.2f} %")
    plots.reliability(evaluation["calibration"]["bins"], reliability, f"{title}: calibration error {ece:.2f} points")
    return [confusion, reliability]


def slug(title: str) -> str:
    """A title as part of a file name: light-0.1.0-fp32."""
    return title.replace(" ", "-")


def _on_one_line(match: re.Match[str]) -> str:
    opening, inside, closing = match.groups()
    return opening + re.sub(r"\n\s*", " ", inside) + closing
