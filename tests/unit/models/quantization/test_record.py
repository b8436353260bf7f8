"""quantize.json is believed only where it names this checkpoint and the files that lie beside it."""

import json
from pathlib import Path
from typing import Any

import pytest
from fer_models.quantization.record import RECORD, STATIC, QuantizationFigures, QuantizationRecord, read_record, sha256
from fer_wire.manifest import PRECISIONS

CHECKPOINT = "a" * 64


@pytest.fixture
def record(tmp_path: Path) -> QuantizationRecord:
    for precision in PRECISIONS:
        (tmp_path / f"{precision}.onnx").write_text(precision)
    record = QuantizationRecord(
        checkpoint_sha256=CHECKPOINT,
        command="fer-models quantize",
        method=STATIC,
        calibration_faces=400,
        seed=0,
        held_out_images=100,
        machine="a machine",
        files={precision: QuantizationFigures(0.66, 0.0, 100, 1.5) for precision in PRECISIONS},
        sha256={precision: sha256(tmp_path / f"{precision}.onnx") for precision in PRECISIONS},
        experiments={"int4_weights": QuantizationFigures(0.6, 6.0, 100, None, 50)},
    )
    record.write(tmp_path)
    return record


def test_what_was_written_is_read(record: QuantizationRecord, tmp_path: Path) -> None:
    assert read_record(tmp_path, CHECKPOINT) == record


@pytest.mark.usefixtures("record")
def test_the_record_of_another_checkpoint_is_none(tmp_path: Path) -> None:
    assert read_record(tmp_path, "b" * 64) is None


def test_without_a_record_there_is_none(tmp_path: Path) -> None:
    assert read_record(tmp_path / "absent", CHECKPOINT) is None


@pytest.mark.usefixtures("record")
def test_a_file_that_was_changed_since_makes_it_none(tmp_path: Path) -> None:
    (tmp_path / "int8.onnx").write_text("another")
    assert read_record(tmp_path, CHECKPOINT) is None


@pytest.mark.usefixtures("record")
@pytest.mark.parametrize("content", ["", "[]", "{}", '"text"', '{"files": 3}'])
def test_a_damaged_record_is_none(content: str, tmp_path: Path) -> None:
    (tmp_path / RECORD).write_text(content)
    assert read_record(tmp_path, CHECKPOINT) is None


@pytest.mark.parametrize("change", [{"schema": 2}, {"unknown": 1}, {"files": {"fp32": {"other": 1}}}, {"sha256": {}}])
def test_a_record_of_another_shape_is_none(change: dict[str, Any], record: QuantizationRecord, tmp_path: Path) -> None:
    (tmp_path / RECORD).write_text(json.dumps({**record.as_dict(), **change}))
    assert read_record(tmp_path, CHECKPOINT) is None
