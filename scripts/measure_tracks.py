"""Measures what the agent publishes of faces in motion whose emotion is known, and fits the temperatures for them.

    python scripts/measure_tracks.py models/zoo/light/0.7.0 --expw expw.zip --clip portrait_sad_to_happy.mp4 \
        --record docs/results/tracks-light-0.7.0.json

The temperatures are fitted on a part of ExpW's training photographs and on the clip, and judged on ExpW's test
photographs, of which nothing was fitted. With one source left out, the other is judged by what was fitted without it.
With --write they are written into the model's manifest.
"""

import argparse
import sys
import zipfile
from pathlib import Path
from typing import Any

import crop_faces
from fer_agent.emotion.classify import Classifier
from fer_agent.emotion.temperature import NONE
from fer_agent.inference.model import read_model
from fer_agent.inference.network import Network
from fer_agent.inference.session import ENGINES
from fer_agent.settings import EventSettings, Settings
from fer_models.evaluation.document import as_text
from fer_models.model_files.manifest import read_manifest, write_manifest
from fer_models.model_files.runtime import machine
from fer_models.staging import write_whole
from fer_wire import EMOTIONS
from fer_wire.contracts import CLASSIFIER
from tracks import calibration, conditions, policy, visits
from tracks.answers import Series, answered
from tracks.published import repeated

TEST_SHARE, EVERY = 0.2, 4
"""Of the training photographs one in so many is looked at."""
LONG_S, PAIRS = 5.0, 200
BOUNDS = (0.3, 0.4, 0.45, 0.5, 0.6)


def main() -> None:
    """Measure, print what was fitted, and write the record."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("--expw", type=Path, required=True)
    parser.add_argument("--clip", type=Path, required=True)
    parser.add_argument("--precision", default="fp32")
    parser.add_argument("--record", type=Path, required=True)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    learned, held, clip = seen(arguments)
    document = found(learned, held, clip, arguments)
    write_whole(arguments.record, as_text(document))
    print(document["temperatures"])
    if arguments.write:
        manifest = read_manifest(arguments.model)
        kept = manifest.model_copy(update={"track_temperatures": document["temperatures"], "signature": ""})
        write_manifest(kept, arguments.model)


def seen(arguments: argparse.Namespace) -> tuple[list[Series], ...]:
    """ExpW's training faces, its test faces, and the clip's stretches, as the agent's model reads them."""
    settings, model = Settings(), read_model(arguments.model, CLASSIFIER)
    network = Network(model, model.variant(arguments.precision), settings.emotion, settings.state_dir / ENGINES)
    eyes, classifier = crop_faces.eyes(), Classifier(network)
    with zipfile.ZipFile(arguments.expw) as archive:
        names = sorted(name for name in archive.namelist() if name.endswith(crop_faces.SUFFIXES))
    parts = {part: [n for n in names if crop_faces.part(n, TEST_SHARE) == part] for part in ("train", "test")}
    pictures = (parts["train"][::EVERY], parts["test"])
    return (
        *(list(answered(visits.of_pictures(arguments.expw, each), eyes, classifier, settings)) for each in pictures),
        list(answered(visits.of_the_clip(arguments.clip), eyes, classifier, settings)),
    )


def found(
    learned: list[Series], held: list[Series], clip: list[Series], arguments: argparse.Namespace
) -> dict[str, Any]:
    """The record."""
    manifest, smoothing_s = read_manifest(arguments.model), Settings().emotion.smoothing_s
    long = {"train": [repeated(each, LONG_S) for each in learned], "test": [repeated(each, LONG_S) for each in held]}
    both = calibration.fitted([long["train"], clip], smoothing_s)
    tried = {
        "none": NONE,
        "both": both,
        "ExpW alone": calibration.fitted([long["train"]], smoothing_s),
        "clip alone": calibration.fitted([clip], smoothing_s),
    }
    turning = {"train": list(policy.changing(learned, PAIRS)), "test": list(policy.changing(held, PAIRS)), "clip": clip}
    return {
        "command": " ".join(["python", *sys.argv]),
        "machine": machine(),
        "model": manifest.reference(arguments.precision),
        "pairs": PAIRS,
        "faces": {"train": len(learned), "test": len(held), "clip": len(clip)},
        "temperatures": dict(zip(EMOTIONS, both, strict=True)),
        "calibration": [
            {"fitted": name, "temperatures": list(them)}
            | {"test": calibration.judged(long["test"], smoothing_s, them)}
            | {"clip": calibration.judged(clip, smoothing_s, them)}
            for name, them in tried.items()
        ],
        "uncertain": [
            {"below": bound}
            | {
                name: calibration.certainty(source, smoothing_s, both, EventSettings(uncertain_below=bound))
                for name, source in (("train", long["train"]), ("test", long["test"]), ("clip", clip))
            }
            for bound in BOUNDS
        ],
        "policy": [
            {name: policy.measured(source, choice, both) for name, source in turning.items()}
            for choice in policy.CHOICES
        ],
        "conditions": list(conditions.by_condition(held)),
    }


if __name__ == "__main__":
    main()
