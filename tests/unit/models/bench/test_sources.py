"""The light model is measured as it is shipped, and must keep the contract."""

from pathlib import Path

import pytest
from fer_models.bench.benchmark import newest
from fer_models.bench.sources import LightModel
from fer_models.errors import BenchError, ContractError
from made_models import write_entry


@pytest.fixture
def entry(tmp_path: Path) -> Path:
    write_entry(tmp_path / "small" / "1.0.0")
    return tmp_path / "small" / "1.0.0"


def test_the_light_model_is_measured_as_it_is_shipped(entry: Path, tmp_path: Path) -> None:
    source = LightModel(entry, tmp_path)
    assert source.onnx("fp32") == entry / "fp32.onnx"
    assert source.weights() == tmp_path / "light.npz"


def test_a_precision_that_is_not_shipped_is_a_reason(entry: Path, tmp_path: Path) -> None:
    with pytest.raises(BenchError, match=r"small@1\.0\.0 has no variant in int8"):
        LightModel(entry, tmp_path).onnx("int8")


def test_a_missing_file_is_told_before_anything_is_measured(entry: Path, tmp_path: Path) -> None:
    (entry / "fp32.onnx").unlink()
    with pytest.raises(ContractError, match=r"fp32\.onnx is missing"):
        LightModel(entry, tmp_path)


def test_the_newest_version_is_the_greatest_number_not_the_last_word(tmp_path: Path) -> None:
    for version in ("0.9.0", "0.10.0", "0.2.1"):
        (tmp_path / version).mkdir()
    assert newest(tmp_path) == tmp_path / "0.10.0"


def test_a_zoo_without_versions_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match="holds no version of a model; give the folder NAME/VERSION of one"):
        newest(tmp_path)
