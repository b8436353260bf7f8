"""Makes a useless model that keeps the contract: it gives every face the same answer. For trying how a rollout stops.

python scripts/spoil_model.py models/zoo/light/VERSION FOLDER [EMOTION] writes FOLDER/NAME/VERSION+1; happy by default.
"""

import hashlib
import shutil
import sys
from pathlib import Path

import numpy as np
import onnx
from fer_models.errors import ModelsError
from fer_models.model_files.golden import make_golden
from fer_models.model_files.manifest import read_manifest, write_manifest
from fer_wire import EMOTIONS, ModelManifest
from onnx import numpy_helper

PUSH = 6.0
DEFAULT_EMOTION = "happy"


def spoil(source: Path, target: Path, emotion: str) -> ModelManifest:
    """Write the model as the next version, with one emotion pushed up before the softmax; its golden batch matches."""
    manifest = read_manifest(source)
    major, minor, patch = manifest.version.split(".")
    folder = target / manifest.name / f"{major}.{minor}.{int(patch) + 1}"
    folder.mkdir(parents=True)
    files = {v.precision: folder / v.file for v in manifest.variants}
    variants = []
    for variant in manifest.variants:
        file = files[variant.precision]
        shutil.copy(source / variant.file, file)
        _push(file, EMOTIONS.index(emotion))
        data = file.read_bytes()
        changed = {"sha256": hashlib.sha256(data).hexdigest(), "size_bytes": len(data), "accuracy": ()}
        variants.append(variant.model_copy(update=changed))
    spoilt = manifest.model_copy(
        update={"version": folder.name, "variants": tuple(variants), "golden": make_golden(files), "signature": ""}
    )
    write_manifest(spoilt, folder)
    return spoilt


def _push(file: Path, emotion: int) -> None:
    """An Add before the softmax, which works however the weights are stored."""
    model = onnx.load(file)
    nodes = list(model.graph.node)
    (softmax,) = (node for node in nodes if node.op_type == "Softmax")
    logits, pushed = softmax.input[0], "logits.pushed"
    push = np.eye(len(EMOTIONS), dtype=np.float32)[emotion] * PUSH
    model.graph.initializer.append(numpy_helper.from_array(push, "push"))
    softmax.input[0] = pushed
    nodes.insert(nodes.index(softmax), onnx.helper.make_node("Add", [logits, "push"], [pushed], name="Add.push"))
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    onnx.save(model, file)


if __name__ == "__main__":
    source, target, emotion = [*sys.argv[1:], DEFAULT_EMOTION][:3] if len(sys.argv) in (3, 4) else ("", "", "")
    if emotion not in EMOTIONS:
        sys.exit(
            f"Give a model's folder, the folder to write to, and one of {', '.join(EMOTIONS)}: "
            "spoil_model.py models/zoo/light/VERSION FOLDER happy"
        )
    try:
        made = spoil(Path(source), Path(target), emotion)
    except (ModelsError, OSError) as error:
        sys.exit(f"error: {error}")
    print(Path(target) / made.name / made.version)
