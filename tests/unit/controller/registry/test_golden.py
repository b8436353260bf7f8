from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from fer_controller.errors import RegistryError
from fer_controller.registry.golden import golden_pictures, prove
from fer_wire import ModelManifest, parse
from fer_wire.contracts import FINDER, LANDMARKER
from tiny_eyes import finder, landmarker, write_eyes
from tiny_onnx import DOUBLE, golden_inputs, network, write_model

Change = Callable[[bytes], bytes]


def manifest_of(folder: Path) -> ModelManifest:
    return parse(ModelManifest, (folder / "manifest.json").read_bytes())


def proven(folder: Path) -> None:
    manifest = manifest_of(folder)
    for variant in manifest.variants:
        prove(folder / variant.file, variant, manifest)


def test_a_sound_model_is_proven(tmp_path: Path) -> None:
    proven(write_model(tmp_path, {"fp32": network(), "fp16": network()}))


def test_the_golden_pictures_are_those_of_the_formula(tmp_path: Path) -> None:
    golden = manifest_of(write_model(tmp_path, {"fp32": network()})).golden
    assert np.array_equal(golden_pictures(golden), golden_inputs())


def test_coefficients_of_any_size_give_the_same_pixels_as_their_remainders(tmp_path: Path) -> None:
    golden = manifest_of(write_model(tmp_path, {"fp32": network()})).golden
    large = golden.model_copy(update={"coefficients": tuple(c + 2**62 for c in golden.coefficients)})
    assert np.array_equal(golden_pictures(large), golden_inputs())


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (network(input_name="image"), r"its input is image .*; the contract asks for face tensor\(float\) N×1×48×48"),
        (network(output_name="scores"), r"its output is scores .*; the contract asks for probabilities"),
        (network(shape=(4, 1, 48, 48)), r"its input is face tensor\(float\) 4×1×48×48; the contract asks for"),
        (network(shape=("N", 48, 48, 1)), r"its input is face tensor\(float\) N×48×48×1; the contract asks for"),
        (network(classes=8), r"its output is probabilities tensor\(float\) N×8; the contract asks for"),
        (network(kind=DOUBLE), r"its input is face tensor\(double\)"),
        (network()[:-2] + b"\x10\x12", r"needs the operator sets ai\.onnx 18; the contract allows ai\.onnx 13 alone"),
        (b"\x08\x09" + network()[2:], r"has ir_version 9; the contract asks for 7"),
        (network()[:2] + network()[-6:], "does not load in ONNX Runtime"),
        (network()[:5000], "is not an .onnx file: it is truncated"),
        (b"My diary, page 1.", "is not an .onnx file"),
    ],
)
def test_what_breaks_the_contract_is_one_sentence(tmp_path: Path, data: bytes, sentence: str) -> None:
    with pytest.raises(RegistryError, match=sentence) as caught:
        proven(write_model(tmp_path, {"fp32": data}))
    assert "\n" not in str(caught.value)
    assert "fp32.onnx" in str(caught.value)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda data: data[:-1] + b"?", "is damaged: its sha256 is not that of its manifest"),
        (lambda data: data[:-100], "has .* bytes, its manifest says"),
        (lambda _data: b"", "has 0 bytes"),
    ],
)
def test_a_file_that_is_not_the_manifests_is_refused(tmp_path: Path, change: Change, sentence: str) -> None:
    file = write_model(tmp_path, {"fp32": network()}) / "fp32.onnx"
    file.write_bytes(change(file.read_bytes()))
    with pytest.raises(RegistryError, match=sentence):
        proven(tmp_path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    (write_model(tmp_path, {"fp32": network()}) / "fp32.onnx").unlink()
    with pytest.raises(RegistryError, match=r"fp32\.onnx cannot be read: No such file or directory"):
        proven(tmp_path)


@pytest.mark.parametrize("outputs", [{}, {"fp32": ((1.0, 0, 0, 0, 0, 0, 0),)}, {"fp32": ((0.5, 0.5),) * 4}])
def test_a_manifest_without_golden_outputs_is_refused(tmp_path: Path, outputs: dict[str, object]) -> None:
    manifest = manifest_of(write_model(tmp_path, {"fp32": network()}))
    without = manifest.model_copy(update={"golden": manifest.golden.model_copy(update={"outputs": outputs})})
    with pytest.raises(RegistryError, match="its manifest has no golden outputs for fp32"):
        prove(tmp_path / "fp32.onnx", manifest.variants[0], without)


def test_a_model_that_computes_something_else_is_refused(tmp_path: Path) -> None:
    manifest = manifest_of(write_model(tmp_path, {"fp32": network()}))
    turned = {"fp32": tuple(row[::-1] for row in manifest.golden.outputs["fp32"])}
    wrong = manifest.model_copy(update={"golden": manifest.golden.model_copy(update={"outputs": turned})})
    with pytest.raises(RegistryError, match=r"its golden batch differs by 0\.\d+, and at most 0\.001 is allowed"):
        prove(tmp_path / "fp32.onnx", manifest.variants[0], wrong)


def test_outputs_that_are_no_probabilities_are_refused(tmp_path: Path) -> None:
    plain = network().replace(b"Softmax", b"Sigmoid")
    with pytest.raises(RegistryError, match="gives no probabilities that add up to 1"):
        proven(write_model(tmp_path, {"fp32": plain}, tolerance=1))


@pytest.mark.parametrize(("task", "data"), [(FINDER, finder()), (LANDMARKER, landmarker())])
def test_a_sound_finder_or_landmarker_is_proven(tmp_path: Path, task: str, data: bytes) -> None:
    proven(write_eyes(tmp_path, task, {"fp32": data, "int8": data}))


@pytest.mark.parametrize(
    ("task", "data", "sentence"),
    [
        (FINDER, landmarker(), r"its input is face .*; the contract asks for image tensor\(float\) N×1×any×any"),
        (FINDER, finder(size=32), r"its input is image tensor\(float\) N×1×32×32; the contract asks for"),
        (FINDER, finder(strides=(8, 16, 16)), "gives other numbers for the golden batch than the contract asks for"),
        (LANDMARKER, landmarker(angles=2), r"its output is .*angles tensor\(float\) N×2; the contract asks for .*N×3"),
        (LANDMARKER, finder(), r"its input is image .*; the contract asks for face tensor\(float\) N×1×64×64"),
    ],
)
def test_eyes_that_break_their_contract_are_refused(tmp_path: Path, task: str, data: bytes, sentence: str) -> None:
    with pytest.raises(RegistryError, match=sentence):
        proven(write_eyes(tmp_path, task, {"fp32": data}))


def test_a_finder_that_computes_something_else_is_refused(tmp_path: Path) -> None:
    manifest = manifest_of(write_eyes(tmp_path, FINDER, {"fp32": finder()}))
    rows = tuple(tuple(value + 1 for value in row) for row in manifest.golden.outputs["fp32"])
    wrong = manifest.model_copy(update={"golden": manifest.golden.model_copy(update={"outputs": {"fp32": rows}})})
    with pytest.raises(RegistryError, match=r"its golden batch differs by 1, and at most 0\.01 is allowed"):
        prove(tmp_path / "fp32.onnx", manifest.variants[0], wrong)


def test_a_finder_that_is_wrong_on_pictures_of_another_size_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        RegistryError, match=r"gives 1215 numbers for a picture of 64 × 64 pixels; the contract asks for 1260"
    ):
        proven(write_eyes(tmp_path, FINDER, {"fp32": finder(stiff=True)}))
