"""The card says what the manifest and the evaluation say."""

from pathlib import Path

import numpy as np
import pytest
from fer_models.card import write_card
from fer_models.evaluate import score
from fer_wire import ModelManifest
from fer_wire.manifest import Accuracy, Latency
from made_models import write_entry

ANGRY, FEAR = 0, 2


@pytest.fixture
def card(tmp_path: Path) -> str:
    write_card(
        _measured(write_entry(tmp_path)), score(np.array([ANGRY, ANGRY, FEAR]), np.array([ANGRY, FEAR, FEAR])), tmp_path
    )
    return (tmp_path / "card.md").read_text(encoding="utf-8")


def test_the_card_opens_with_the_models_name(card: str) -> None:
    assert card.startswith("# small 1.0.0\n")


def test_the_card_lists_each_variant_with_its_figures(card: str) -> None:
    assert "| fp32 | 0.00 | 66.7 | 50.0 | 40.0 | 1.23 |" in card
    assert "on a machine, CPUExecutionProvider, 2 threads." in card


def test_the_card_has_figures_and_confusion_for_each_emotion(card: str) -> None:
    assert "| angry | 2 | 100.0 | 50.0 | 66.7 |" in card
    assert "| angry | 1 | 0 | 1 | 0 | 0 | 0 | 0 |" in card


def test_the_card_states_limits_data_licence_and_origin(card: str) -> None:
    for part in ("no\n  medical device", "consent", "Faces of nobody", "Free for all", "`abc123`", "fer-models train"):
        assert part in card


def _measured(manifest: ModelManifest) -> ModelManifest:
    variant = manifest.variants[0].model_copy(
        update={
            "accuracy": (
                Accuracy(dataset="FER2013", split="PublicTest", images=3, accuracy=2 / 3, macro_f1=0.5),
                Accuracy(dataset="FER2013", split="unseen", images=2, accuracy=0.4, macro_f1=0.4),
            ),
            "latency": (
                Latency(machine="a machine", provider="CPUExecutionProvider", threads=2, p50_ms=1.234, p95_ms=2),
            ),
        }
    )
    return manifest.model_copy(
        update={
            "variants": (variant,),
            "dataset": "Faces of nobody",
            "licence": "Free for all",
            "commit": "abc123",
            "command": "fer-models train",
        }
    )
