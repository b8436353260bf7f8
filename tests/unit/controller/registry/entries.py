"""A model's folder before it is added, and the files that a catalogue keeps."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fer_controller.registry.catalogue import Catalogue
from tiny_onnx import network

OTHER_NETWORK = network().replace(b"tiny", b"tinY")


def changed(entry: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    path = entry / "manifest.json"
    document = json.loads(path.read_text())
    change(document)
    path.write_text(json.dumps(document))
    return entry


def kept(catalogue: Catalogue) -> set[str]:
    folder = catalogue.artifacts.path("x").parent
    return {path.name for path in folder.iterdir()} if folder.exists() else set()
