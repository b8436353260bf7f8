"""Counts read off a file, against the small network's own dimensions."""

from pathlib import Path

from fer_models.model_files.counts import count
from fer_models.model_files.float16 import store_weights_in_half, to_fp16
from made_models import FILTERS, write_network

PARAMETERS = FILTERS * 9 + FILTERS + 7 * FILTERS + 7
ZERO_OFFSETS = 7
MACS = 48 * 48 * FILTERS * 9 + 7 * FILTERS


def test_parameters_zeros_and_multiply_accumulates_are_counted(tmp_path: Path) -> None:
    counts = count(write_network(tmp_path / "small.onnx"))
    assert counts.parameters == PARAMETERS
    assert counts.nonzero_parameters == PARAMETERS - ZERO_OFFSETS
    assert counts.macs == MACS


def test_weights_stored_in_half_count_the_same(tmp_path: Path) -> None:
    path = write_network(tmp_path / "small.onnx")
    to_fp16(path, tmp_path / "fp16.onnx")
    store_weights_in_half(path, tmp_path / "stored.onnx")
    assert count(tmp_path / "fp16.onnx") == count(tmp_path / "stored.onnx") == count(path)
