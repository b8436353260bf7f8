"""Each picture is a PNG, the same bytes for the same figures."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fer_models import plots
from fer_wire import EMOTIONS
from PIL import Image

HISTORY = [
    {"epoch": 1, "train_loss": 1.8, "held_out_accuracy": 0.3, "learning_rate": 0.05, "px": 32, "seconds": 1.0},
    {
        "epoch": 2,
        "train_loss": 1.5,
        "held_out_accuracy": 0.4,
        "live_accuracy": 0.35,
        "held_out_loss": 1.6,
        "learning_rate": 0.1,
        "px": 48,
        "seconds": 1.0,
    },
]
BINS: list[dict[str, Any]] = [
    {"low": 0.0, "high": 0.5, "images": 0, "accuracy": None, "confidence": None},
    {"low": 0.5, "high": 0.8, "images": 3, "accuracy": 2 / 3, "confidence": 0.6},
    {"low": 0.8, "high": 1.0, "images": 3, "accuracy": 2 / 3, "confidence": 0.9},
]
SIZES = {"light 0.1.0": [("fp32", 2.8, 65.8), ("int8", 1.7, 65.6)], "light 0.2.0": [("fp32", 2.0, 67.0)]}

DRAWN: dict[str, Callable[[Path], None]] = {
    "training curves": lambda path: plots.training_curves(HISTORY, path),
    "confusion": lambda path: plots.confusion_matrix(np.eye(7, dtype=int).tolist(), EMOTIONS, path, "a model"),
    "reliability": lambda path: plots.reliability(BINS, path, "a model"),
    "bars": lambda path: plots.bars([("slow", 100.0, "100 ms"), ("fast", 1.0, "1 ms")], path, "latency", "ms"),
    "scatter": lambda path: plots.scatter(SIZES, path, "sizes", ("MB", "accuracy, %")),
}


@pytest.mark.parametrize("draw", DRAWN.values(), ids=DRAWN.keys())
def test_the_same_figures_give_the_same_picture(draw: Callable[[Path], None], tmp_path: Path) -> None:
    first, second = tmp_path / "new" / "first.png", tmp_path / "second.png"
    draw(first)
    draw(second)
    assert first.read_bytes() == second.read_bytes()
    with Image.open(first) as picture:
        assert picture.format == "PNG"
        assert picture.size[0] > 600
        assert "Software" not in picture.info


def test_a_log_of_one_epoch_with_little_in_it_is_drawn(tmp_path: Path) -> None:
    plots.training_curves([{"epoch": 1, "train_loss": 2.0}], tmp_path / "curves.png")
    assert (tmp_path / "curves.png").stat().st_size > 1000


def test_an_emotion_without_images_leaves_its_row_empty(tmp_path: Path) -> None:
    plots.confusion_matrix([[0, 0], [1, 1]], ("a", "b"), tmp_path / "confusion.png", "half empty")
    assert (tmp_path / "confusion.png").exists()
