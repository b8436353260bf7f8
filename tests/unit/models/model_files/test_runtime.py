"""Measuring on this machine names its kind, and nobody's name."""

import platform
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from fer_models.errors import ContractError
from fer_models.model_files.runtime import Classifier, machine
from made_models import write_network


def test_a_latency_is_a_time_with_the_machine_and_the_threads(tmp_path: Path) -> None:
    found = Classifier(write_network(tmp_path / "small.onnx"), threads=2).latency(
        np.zeros((1, 1, 48, 48), np.float32), 20
    )
    assert 0 < found.p50_ms <= found.p95_ms
    assert (found.machine, found.threads) == (machine(), 2)


def test_the_machine_is_named_by_its_kind_and_its_runtime() -> None:
    assert onnxruntime.__version__ in machine()
    assert platform.node() not in machine()


def test_input_of_another_shape_is_refused_with_a_sentence(tmp_path: Path) -> None:
    classifier = Classifier(write_network(tmp_path / "small.onnx"))
    with pytest.raises(ContractError, match=r"small\.onnx cannot take face \(2, "):
        classifier.predict(np.zeros((2, 3, 48, 48), np.float32))
