import json
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fer_controller.errors import RegistryError, StoreError
from fer_controller.registry.catalogue import Catalogue, Shelf
from fer_controller.registry.key_lists import KeyHistory
from fer_controller.registry.signing import make_keys
from fer_controller.store import opening
from fer_controller.store.registry.records import StoredModel
from fer_controller.store.registry.store import ModelStore
from fer_wire.contracts import FINDER, LANDMARKER
from fer_wire.keys import MODELS
from fer_wire.signed import MANIFEST
from tiny_eyes import finder, landmarker, write_eyes
from tiny_onnx import write_model
from unit.controller.registry.entries import OTHER_NETWORK, changed, kept


def test_a_model_is_kept_signed_with_its_files(catalogue: Catalogue, entry: Path) -> None:
    model, added = catalogue.add(entry)
    assert added
    assert (model.label, model.precisions) == ("tiny@1.0.0", ("fp32", "int8"))
    assert KeyHistory(catalogue.folder).trust.signer(MANIFEST, model.payload, model.manifest.signature, MODELS)
    assert MANIFEST.signed_bytes(model.payload) == MANIFEST.signed_bytes((entry / "manifest.json").read_bytes())
    assert kept(catalogue) == {variant.sha256 for variant in model.manifest.variants}
    assert catalogue.list() == [model]
    catalogue.verify(model)


def test_a_model_names_its_files_as_a_desired_state_does(catalogue: Catalogue, entry: Path) -> None:
    model, _ = catalogue.add(entry)
    sha256 = model.variant("int8").sha256
    artifact = model.artifact("int8")
    assert (artifact.model, artifact.sha256) == ("tiny@1.0.0/int8", sha256)
    assert artifact.url == f"/v1/artifacts/{sha256}"
    assert artifact.size_bytes == (entry / "int8.onnx").stat().st_size
    assert model.manifest_url == "/v1/models/tiny/1.0.0/manifest.json"
    assert catalogue.by_sha256(sha256) == (model, "int8")
    assert catalogue.by_sha256("0" * 64) is None
    with pytest.raises(RegistryError, match=r"tiny@1\.0\.0 has no variant fp16; it has fp32, int8\."):
        model.artifact("fp16")


def test_the_same_model_once_more_changes_nothing(catalogue: Catalogue, entry: Path) -> None:
    first, _ = catalogue.add(entry)
    assert catalogue.add(entry) == (first, False)
    indented = json.dumps(json.loads((entry / "manifest.json").read_text()), indent=2)
    (entry / "manifest.json").write_text(indented)
    assert catalogue.add(entry) == (first, False)
    assert catalogue.list() == [first]


def test_the_same_model_once_more_mends_a_file_that_was_damaged(catalogue: Catalogue, entry: Path) -> None:
    model, _ = catalogue.add(entry)
    catalogue.artifacts.path(model.variant("fp32").sha256).write_bytes(b"rot")
    with pytest.raises(RegistryError, match="has 3 bytes, its manifest says"):
        catalogue.verify(model)
    catalogue.add(entry)
    catalogue.verify(model)


def test_another_model_under_a_taken_version_is_refused(catalogue: Catalogue, entry: Path) -> None:
    model, _ = catalogue.add(entry)
    write_model(entry, {"fp32": OTHER_NETWORK})
    with pytest.raises(RegistryError, match=r"has another tiny@1\.0\.0 already; versions never change"):
        catalogue.add(entry)
    assert catalogue.list() == [model]


def test_without_a_version_the_one_added_last_is_meant(catalogue: Catalogue, entry: Path) -> None:
    catalogue.add(entry)
    catalogue.add(changed(entry, lambda document: document.update(version="0.9.0")))
    assert catalogue.get("tiny").version == "0.9.0"
    assert catalogue.get("tiny", "1.0.0").version == "1.0.0"
    for name, version, told in (("big", None, "big"), ("tiny", "7", "tiny@7")):
        with pytest.raises(RegistryError, match=f"The registry has no model {told}; see"):
            catalogue.get(name, version)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda m: m["labels"].reverse(), "the labels are neutral, surprise.*; the contract asks for angry, disgust"),
        (lambda m: m.update(face_px=64), "the faces have 64 pixels; the contract asks for 48"),
        (lambda m: m.pop("golden"), "is not the manifest of a model: ModelManifest: golden: Field required"),
        (lambda m: m["golden"]["outputs"].pop("int8"), "its manifest has no golden outputs for int8"),
        (lambda m: m["variants"][0].update(file="../fp32.onnx"), "variants.0.file: String should match pattern"),
        (lambda m: m["golden"]["outputs"]["fp32"].reverse(), "its golden batch differs by"),
    ],
)
def test_what_breaks_the_contract_is_refused_and_leaves_nothing(
    catalogue: Catalogue, entry: Path, change: Callable[[dict[str, Any]], object], sentence: str
) -> None:
    with pytest.raises(RegistryError, match=sentence) as caught:
        catalogue.add(changed(entry, change))
    assert str(entry) in str(caught.value)
    assert (catalogue.list(), kept(catalogue)) == ([], set())


@pytest.mark.parametrize(("task", "data"), [(FINDER, finder()), (LANDMARKER, landmarker())])
def test_models_of_every_task_are_kept_side_by_side(
    catalogue: Catalogue, entry: Path, tmp_path: Path, task: str, data: bytes
) -> None:
    classifier, _ = catalogue.add(entry)
    eyes, added = catalogue.add(write_eyes(tmp_path / "eyes", task, {"fp32": data}))
    assert (added, eyes.task, classifier.task) == (True, task, "classifier")
    assert catalogue.by_sha256(eyes.variant("fp32").sha256) == (eyes, "fp32")
    catalogue.verify(eyes)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"task": "barker"}, "there is no task 'barker' that this fer-controller knows; it takes classifier, finder"),
        ({"labels": ["face"]}, "the labels are face; the contract asks for none, in this order"),
        ({"face_px": 48}, "the faces have 48 pixels; the contract asks for 32"),
    ],
)
def test_a_manifest_that_breaks_its_tasks_contract_is_refused(
    catalogue: Catalogue, tmp_path: Path, changes: dict[str, object], sentence: str
) -> None:
    folder = write_eyes(tmp_path / "eyes", FINDER, {"fp32": finder()})
    with pytest.raises(RegistryError, match=sentence):
        catalogue.add(changed(folder, lambda manifest: manifest.update(changes)))
    assert (catalogue.list(), kept(catalogue)) == ([], set())


def test_golden_pictures_that_a_finder_cannot_take_are_refused(catalogue: Catalogue, tmp_path: Path) -> None:
    folder = write_eyes(tmp_path / "eyes", FINDER, {"fp32": finder()})
    with pytest.raises(RegistryError, match="the golden pictures have 40 pixels; the contract asks for multiples of 3"):
        catalogue.add(changed(folder, lambda manifest: manifest["golden"].update(px=40)))


def test_a_folder_without_a_manifest_is_refused(catalogue: Catalogue, tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match=r"There is no model in .*manifest\.json: No such file"):
        catalogue.add(tmp_path)


def test_without_a_key_nothing_is_added_and_the_command_is_named(
    store: ModelStore, entry: Path, tmp_path: Path
) -> None:
    with pytest.raises(RegistryError, match="make one with `fer-controller models keygen`"):
        Catalogue(store, tmp_path / "keyless").add(entry)
    assert not (tmp_path / "keyless").exists()


def test_without_onnxruntime_the_extra_is_named(
    catalogue: Catalogue, entry: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "fer_controller.registry.golden", raising=False)
    monkeypatch.delattr("fer_controller.registry.golden", raising=False)
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(RegistryError, match=r"run `pip install 'fer-controller\[registry\]'`"):
        catalogue.add(entry)


def test_after_another_key_every_model_is_signed_anew(catalogue: Catalogue, entry: Path) -> None:
    model, _ = catalogue.add(entry)
    assert catalogue.sign_anew() == []
    make_keys(catalogue.folder, force=True)
    with pytest.raises(RegistryError, match=r"tiny@1\.0\.0 is not signed by .*signing\.key; run"):
        catalogue.verify(model)
    assert catalogue.sign_anew() == [model]
    again = catalogue.get("tiny")
    assert (again.added_at, again.manifest.variants) == (model.added_at, model.manifest.variants)
    catalogue.verify(again)


def test_what_is_done_is_told_up_to_the_last_byte(catalogue: Catalogue, entry: Path) -> None:
    told: list[tuple[str, int, int]] = []
    catalogue.add(entry, lambda *step: told.append(step))
    assert {step for step, _, _ in told} == {"proving fp32", "proving int8", "copying fp32", "copying int8"}
    assert sum(more for _, more, _ in told) == told[0][2]


def test_a_shelf_only_looks(catalogue: Catalogue, entry: Path, tmp_path: Path) -> None:
    model, _ = catalogue.add(entry)
    with opening.reader(tmp_path / "fleet.db") as database:
        shelf = Shelf(ModelStore(database), catalogue.folder)
        assert shelf.list() == [model]
        shelf.verify(model)


def test_a_name_and_version_are_stored_once(store: ModelStore) -> None:
    model = StoredModel("a", "1", b"{}", "2026")
    store.add_model(model, [("fp32", "x")])
    with pytest.raises(StoreError, match="UNIQUE constraint failed"):
        store.add_model(model, [("fp32", "y")])
    assert store.kept_files() == {"x"}


def test_a_database_from_before_the_registry_is_told(tmp_path: Path) -> None:
    old = sqlite3.connect(tmp_path / "old.db")
    with old:
        old.execute("CREATE TABLE _sqlite_migrations (id INTEGER, migration_set TEXT, name TEXT, applied_at TEXT)")
    old.close()
    sentence = r"old\.db has no table models yet; start `fer-controller serve` with it once to upgrade it"
    with opening.reader(tmp_path / "old.db") as database, pytest.raises(StoreError, match=sentence):
        ModelStore(database).all()


FIGURES = [{"dataset": "FER2013", "split": "PublicTest", "images": 3589, "accuracy": 0.69, "calibration_error": 0.03}]


def test_figures_that_were_measured_later_are_taken_over_signed_and_told(store: ModelStore, entry: Path) -> None:
    told: list[tuple[str, str]] = []
    make_keys(entry.parent / "fleet.models")
    catalogue = Catalogue(store, entry.parent / "fleet.models", lambda *deed: told.append(deed))
    first, _ = catalogue.add(entry)
    model, added = catalogue.add(changed(entry, lambda m: m["variants"][0].update(accuracy=FIGURES)))
    assert not added
    assert (model.added_at, model.variant("fp32").accuracy[0].calibration_error) == (first.added_at, 0.03)
    assert told == [("adds", "tiny@1.0.0"), ("adds", "figures of tiny@1.0.0")]
    catalogue.verify(model)


def test_a_licence_never_changes_under_the_same_version(catalogue: Catalogue, entry: Path) -> None:
    catalogue.add(entry)
    with pytest.raises(RegistryError, match="versions never change"):
        catalogue.add(changed(entry, lambda manifest: manifest.update(licence="another")))
