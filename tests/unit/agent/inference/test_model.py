import json
from pathlib import Path
from typing import Any, Callable, Dict

import pytest
from fer_agent.errors import ModelError
from fer_agent.inference.model import golden_pictures, read_model
from fer_agent.inference.zoo import PREFERRED, default_model
from fer_wire.contracts import CLASSIFIER, FINDER, LANDMARKER
from tiny_eyes import finder, landmarker, write_eyes
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
    assert [v.precision for v in read_model(folder, CLASSIFIER).variants] == ["fp32", "int8"]
    assert [v.precision for v in read_model(folder / "int8.onnx", CLASSIFIER).variants] == ["int8"]


def test_the_golden_batch_is_made_from_its_formula(folder: Path) -> None:
    assert (golden_pictures(read_model(folder, CLASSIFIER).manifest.golden) == golden_inputs()).all()


def test_a_folder_without_a_manifest_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"There is no model in .*: manifest\.json is missing"):
        read_model(tmp_path, CLASSIFIER)


def test_a_manifest_that_cannot_be_read_is_named(folder: Path) -> None:
    (folder / "manifest.json").write_text("{")
    with pytest.raises(ModelError, match=r"manifest\.json cannot be used \(ModelManifest: .*reinstall the model"):
        read_model(folder, CLASSIFIER)


def test_labels_in_another_order_break_the_contract(folder: Path) -> None:
    edit(folder, lambda manifest: manifest["labels"].reverse())
    with pytest.raises(ModelError, match="breaks the contract"):
        read_model(folder, CLASSIFIER)


def test_a_precision_that_is_not_there_is_refused_with_those_that_are(folder: Path) -> None:
    with pytest.raises(ModelError, match="has no variant fp16; it has fp32, int8"):
        read_model(folder, CLASSIFIER).variant("fp16")


def test_a_file_that_the_manifest_does_not_name_is_refused(folder: Path) -> None:
    with pytest.raises(ModelError, match=r"does not name other\.onnx"):
        read_model(folder / "other.onnx", CLASSIFIER)


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
    model = read_model(folder, CLASSIFIER)
    with pytest.raises(ModelError, match=sentence):
        model.file(model.variant("fp32"))


def test_the_model_made_last_is_the_default_whatever_its_number(tmp_path: Path) -> None:
    write_model(tmp_path / "tiny" / "10.0.0", {"fp32": network()}, created="2026-02-01")
    newest = write_model(tmp_path / "tiny" / "9.0.0", {"fp32": network()}, created="2026-03-01")
    assert default_model(CLASSIFIER, tmp_path / "none", tmp_path) == newest


def test_of_several_models_the_preferred_one_is_the_default_though_another_was_made_later(tmp_path: Path) -> None:
    light = write_model(tmp_path / PREFERRED / "1.0.0", {"fp32": network()}, created="2026-02-01")
    write_model(tmp_path / "nano" / "1.0.0", {"fp32": network()}, created="2026-03-01")
    assert default_model(CLASSIFIER, tmp_path) == light


def test_without_any_model_it_says_where_it_looked(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"No model is installed \(looked in .*zoo"):
        default_model(CLASSIFIER, tmp_path / "zoo")


def test_each_task_has_its_default_among_models_of_other_tasks(tmp_path: Path) -> None:
    sees = write_eyes(tmp_path / "sees" / "1.0.0", FINDER, {"fp32": finder()})
    marks = write_eyes(tmp_path / "marks" / "1.0.0", LANDMARKER, {"fp32": landmarker()})
    light = write_model(tmp_path / PREFERRED / "1.0.0", {"fp32": network()}, created="2026-01-01")
    found = [default_model(task, tmp_path) for task in (FINDER, LANDMARKER, CLASSIFIER)]
    assert found == [sees, marks, light]


def test_without_a_finder_it_says_where_it_looked_and_how_to_name_one(tmp_path: Path) -> None:
    write_model(tmp_path / "zoo" / "tiny" / "1.0.0", {"fp32": network()})
    with pytest.raises(ModelError, match=r"No finder is installed \(looked in .*zoo.* name one in faces\.finder_model"):
        default_model(FINDER, tmp_path / "zoo")


def test_a_model_of_another_task_is_refused_with_the_setting_to_correct(folder: Path) -> None:
    with pytest.raises(ModelError, match=r"is a classifier, not a finder; correct faces\.finder_model"):
        read_model(folder, FINDER)


def test_a_landmarker_for_other_crops_breaks_its_contract(tmp_path: Path) -> None:
    folder = write_eyes(tmp_path / "marks", LANDMARKER, {"fp32": landmarker()})
    edit(folder, lambda manifest: manifest.update(face_px=48))
    with pytest.raises(ModelError, match="breaks the contract of a landmarker: its face_px must be 64"):
        read_model(folder, LANDMARKER)
