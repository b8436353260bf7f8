"""The card says what the manifest and the evaluation say."""

from pathlib import Path

import numpy as np
import pytest
from fer_models.evaluation import score
from fer_models.quantization.record import STATIC, QuantizationFigures, QuantizationRecord
from fer_models.zoo.card import write_card
from fer_wire import ModelManifest
from fer_wire.manifest import Accuracy, Compression, Latency
from made_models import write_entry

ANGRY, FEAR = 0, 2


@pytest.fixture
def card(tmp_path: Path) -> str:
    return _card(_measured(write_entry(tmp_path)), tmp_path)


def test_the_card_opens_with_the_models_name(card: str) -> None:
    assert card.startswith("# small 1.0.0\n")


@pytest.mark.parametrize(
    ("network", "said"), [("", "A small Xception"), ("xception", "A small Xception"), ("resnet50", "A ResNet-50")]
)
def test_the_card_says_which_network_it_is(network: str, said: str, tmp_path: Path) -> None:
    manifest = _measured(write_entry(tmp_path)).model_copy(update={"network": network})
    assert f"{said} that reads one of seven expressions" in _card(manifest, tmp_path)


def test_the_card_lists_each_variant_with_its_figures(card: str) -> None:
    assert "| fp32 | 0.00 | 66.7 | 50.0 | 40.0 | 1.23 |" in card
    assert "on a machine, CPUExecutionProvider, 2 threads." in card


def test_the_card_says_that_latency_was_not_measured(tmp_path: Path) -> None:
    manifest = _measured(write_entry(tmp_path))
    untimed = manifest.variants[0].model_copy(update={"latency": ()})
    card = _card(manifest.model_copy(update={"variants": (untimed,)}), tmp_path)
    assert "| fp32 | 0.00 | 66.7 | 50.0 | 40.0 | – |" in card
    assert "Latency was not measured." in card


def test_the_card_has_figures_and_confusion_for_each_emotion(card: str) -> None:
    assert "| angry | 2 | 100.0 | 50.0 | 66.7 |" in card
    assert "| angry | 1 | 0 | 1 | 0 | 0 | 0 | 0 |" in card


def test_the_card_states_limits_data_licence_and_origin(card: str) -> None:
    for part in ("no\n  medical device", "consent", "Faces of nobody", "Free for all", "`abc123`", "fer-models train"):
        assert part in card


def test_the_card_says_that_nothing_was_pruned(card: str) -> None:
    assert "Nothing was pruned." in card


def test_the_card_says_how_much_was_pruned(tmp_path: Path) -> None:
    manifest = _measured(write_entry(tmp_path))
    pruned = Compression(weights=4, filters=2.5, channels=2)
    variants = tuple(v.model_copy(update={"compression": pruned}) for v in manifest.variants)
    card = _card(manifest.model_copy(update={"variants": variants}), tmp_path)
    assert "Nothing was pruned" not in card
    assert "of 4.00 by weights, 2.50 by filters and 2.00 by channels; 136 of its parameters are not zero." in card


def test_the_card_says_what_quantization_cost(card: str) -> None:
    assert "Eqs. 2–4, a scale for each output channel, without fine-tuning." in card
    assert "accuracy is 0.25 points below that of `fp32`, and `fp16`'s is 0.01 points above it." in card


def test_the_card_says_how_a_smaller_fp32_file_is_stored(card: str, tmp_path: Path) -> None:
    manifest = _measured(write_entry(tmp_path))
    halved = manifest.variants[0].model_copy(update={"size_bytes": 300})
    stored = "its weights are stored in float16"
    assert stored not in card
    assert stored in _card(manifest.model_copy(update={"variants": (halved,)}), tmp_path)


def test_the_card_does_not_call_held_out_what_was_learned(card: str, tmp_path: Path) -> None:
    assert "training images that were held out" in card
    whole = _card(_measured(write_entry(tmp_path)), tmp_path, learned=True)
    assert "training images that are among those it learned from" in whole
    assert "held out" not in whole


def _card(manifest: ModelManifest, folder: Path, *, learned: bool = False) -> str:
    losses = {"fp32": 0.0, "fp16": -0.01, "int8": 0.25}
    record = QuantizationRecord(
        checkpoint_sha256="",
        command="",
        method=STATIC,
        calibration_faces=400,
        seed=0,
        held_out_images=2913,
        machine="",
        files={precision: QuantizationFigures(0.66, loss, 100) for precision, loss in losses.items()},
        sha256={},
        learned=learned,
    )
    write_card(manifest, score(np.array([ANGRY, ANGRY, FEAR]), np.array([ANGRY, FEAR, FEAR])), record, folder)
    return (folder / "card.md").read_text(encoding="utf-8")


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
