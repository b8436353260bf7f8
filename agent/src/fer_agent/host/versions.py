"""What runs here: Python, the system, and the packages by which devices differ."""

import platform
from contextlib import suppress
from importlib import metadata
from typing import Dict, Iterator, Tuple

PACKAGES = (
    "fer-agent", "fer-wire", "cryptography", "dlib-bin", "jetson-stats", "numpy", "onnxruntime", "onnxruntime-gpu",
    "opencv-python-headless", "paho-mqtt", "pydantic", "requests", "urllib3",
)  # fmt: skip
CHARACTERS = 200


def versions() -> Dict[str, str]:
    """By name; a package that is not installed is left out."""
    found = {"python": platform.python_version(), "system": platform.platform(), **dict(_installed())}
    return {name: version[:CHARACTERS] for name, version in found.items()}


def _installed() -> Iterator[Tuple[str, str]]:
    for package in PACKAGES:
        with suppress(metadata.PackageNotFoundError):
            yield package, metadata.version(package)
