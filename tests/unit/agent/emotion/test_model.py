import json
from pathlib import Path
from typing import Any, Callable, Dict

import pytest
from fer_agent.emotion.model import golden_faces, read_model
from fer_agent.emotion.zoo import PREFERRED, default_model
from fer_agent.errors import ModelError
from tiny_onnx import golden_inputs, network, write_model


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_model(tmp_path / "tiny" / "1.0.0", {"fp32": network(), "int8": network()})


def edit(folder: Path, change: Callable[[Dict[str, Any]], object]) -> None:
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    change(manifest)
    path.write_text(json.dumps(manifest))


def test_a_folder_offers_all_its_variants_and_a_file_only_itself(folder: Path) -> None:
    assert [v.precision for v in read_model(folder).variants] == ["fp32", "int8"]
    assert [v.precision for v in read_model(folder / "int8.onnx").variants] == ["int8"]


def test_the_golden_batch_is_made_from_its_formula(folder: Path) -> None:
    assert (golden_faces(read_model(folder).manifest.golden) == golden_inputs()).all()


def test_a_folder_without_a_manifest_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"There is no model in .*: manifest\.json is missing"):
        read_model(tmp_path)


def test_a_manifest_that_cannot_be_read_is_named(folder: Path) -> None:
    (folder / "manifest.json").write_text("{")
    with pytest.raises(ModelError, match=r"manifest\.json cannot be used \(ModelManifest: .*reinstall the model"):
        read_model(folder)


def test_labels_in_another_order_break_the_contract(folder: Path) -> None:
    edit(folder, lambda manifest: manifest["labels"].reverse())
    with pytest.raises(ModelError, match="breaks the contract"):
        read_model(folder)


def test_a_precision_that_is_not_there_is_refused_with_those_that_are(folder: Path) -> None:
    with pytest.raises(ModelError, match="has no variant fp16; it has fp32, int8"):
        read_model(folder).variant("fp16")


def test_a_file_that_the_manifest_does_not_name_is_refused(folder: Path) -> None:
    with pytest.raises(ModelError, match=r"does not name other\.onnx"):
        read_model(folder / "other.onnx")


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        (lambda path: path.unlink(), r"fp32\.onnx is missing"),
        (lambda path: path.write_bytes(b""), r"fp32\.onnx has 0 bytes, its manifest says \d+"),
        (lambda path: path.write_bytes(b"x" * path.stat().st_size), r"fp32\.onnx is damaged: its sha256"),
    ],
    ids=["missing", "short", "changed"],
)
def test_a_damaged_model_file_is_named(folder: Path, harm: Callable[[Path], object], sentence: str) -> None:
    harm(folder / "fp32.onnx")
    model = read_model(folder)
    with pytest.raises(ModelError, match=sentence):
        model.file(model.variant("fp32"))


def test_the_model_made_last_is_the_default_whatever_its_number(tmp_path: Path) -> None:
    write_model(tmp_path / "tiny" / "10.0.0", {"fp32": network()}, created="2026-02-01")
    newest = write_model(tmp_path / "tiny" / "9.0.0", {"fp32": network()}, created="2026-03-01")
    assert default_model(tmp_path / "none", tmp_path) == newest


def test_of_several_models_the_preferred_one_is_the_default_though_another_was_made_later(tmp_path: Path) -> None:
    light = write_model(tmp_path / PREFERRED / "1.0.0", {"fp32": network()}, created="2026-02-01")
    write_model(tmp_path / "nano" / "1.0.0", {"fp32": network()}, created="2026-03-01")
    assert default_model(tmp_path) == light


def test_without_any_model_it_says_where_it_looked(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"No model is installed \(looked in .*zoo"):
        default_model(tmp_path / "zoo")
