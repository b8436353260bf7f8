"""Each way to break the contract has its sentence."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from fer_models.errors import ContractError
from fer_models.quantization.qdq import to_int8
from fer_models.zoo.verification import verify_entry, verify_file
from fer_wire.contracts import CONTRACTS, FINDER
from made_models import made_faces, write_entry, write_finder, write_finder_entry, write_network
from onnx import TensorProto, numpy_helper

BROKEN_FILES: list[tuple[str, dict[str, Any], str]] = [
    ("input name", {"input_name": "image"}, r"the input is image float N×1×48×48; .* asks for face float N×1×48×48\."),
    ("input type", {"input_type": TensorProto.UINT8}, r"the input is face uint8 N×1×48×48; .* asks for face float"),
    ("fixed batch", {"input_shape": (1, 1, 48, 48)}, r"the input is face float 1×1×48×48; .* asks for .* N×1×48×48\."),
    ("picture size", {"input_shape": ("N", 1, 64, 64)}, r"the input is face float N×1×64×64;"),
    (
        "output name",
        {"output_name": "scores"},
        r"the output is scores float N×7; .* asks for probabilities float N×7\.",
    ),
    ("eight classes", {"classes": 8}, r"the output is probabilities float N×8; .* asks for probabilities float N×7\."),
    ("logits", {"last": "Identity"}, r"expected 3×7 probabilities|expected 1×7 probabilities that add up to 1\."),
    (
        "newer operators",
        {"opsets": [("", 14)]},
        r"needs the operators of ai.onnx 14; the contract allows only ai.onnx 13",
    ),
    (
        "foreign operators",
        {"opsets": [("", 13), ("com.microsoft", 1)]},
        r"needs the operators of ai.onnx 13, com.microsoft 1; the contract allows only ai.onnx 13\.",
    ),
    (
        "operators that old devices lack",
        {"last": "Softplus"},
        r"needs Softplus, which ONNX Runtime 1\.11 and TensorRT 8\.2 may lack; the contract allows only Add,",
    ),
    ("newer format", {"ir_version": 8}, r"has ir_version 8; the contract asks for 7\."),
]


def test_a_sound_file_passes(tmp_path: Path) -> None:
    verify_file(write_network(tmp_path / "sound.onnx"))


@pytest.mark.parametrize(("fault", "sentence"), [row[1:] for row in BROKEN_FILES], ids=[row[0] for row in BROKEN_FILES])
def test_a_file_that_breaks_the_contract_is_refused(fault: dict[str, Any], sentence: str, tmp_path: Path) -> None:
    path = write_network(tmp_path / "broken.onnx", **fault)
    with pytest.raises(ContractError, match=sentence):
        verify_file(path)


@pytest.mark.parametrize("content", [b"", b"no model", b"\x08\x07" * 40], ids=["empty", "text", "noise"])
def test_a_file_that_is_no_onnx_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "broken.onnx"
    path.write_bytes(content)
    with pytest.raises(ContractError, match=r"broken\.onnx is not a valid \.onnx file \(.*\); export it again\."):
        verify_file(path)


def test_a_truncated_file_is_refused(tmp_path: Path) -> None:
    path = write_network(tmp_path / "broken.onnx")
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(ContractError, match=r"broken\.onnx is not a valid \.onnx file"):
        verify_file(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=r"absent\.onnx is not a valid \.onnx file"):
        verify_file(tmp_path / "absent.onnx")


def test_a_float_file_is_no_int8_model(tmp_path: Path) -> None:
    path = write_network(tmp_path / "float.onnx")
    with pytest.raises(ContractError, match=r"has no QuantizeLinear, so it is not an int8 model"):
        verify_file(path, "int8")


def test_a_zero_point_that_is_not_zero_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "int8.onnx"
    to_int8(write_network(tmp_path / "fp32.onnx"), path, made_faces(8).images.astype(np.float32)[:, np.newaxis])
    model = onnx.load(path)
    activation = next(node for node in model.graph.node if node.op_type == "QuantizeLinear")
    zero_point = next(t for t in model.graph.initializer if t.name == activation.input[2])
    zero_point.CopyFrom(numpy_helper.from_array(np.array(3, np.int8), zero_point.name))
    onnx.save(model, path)
    with pytest.raises(ContractError, match=r"has zero-points other than signed 0, which TensorRT refuses"):
        verify_file(path, "int8")


def test_a_sound_entry_passes(tmp_path: Path) -> None:
    manifest = write_entry(tmp_path)
    assert verify_entry(tmp_path) == manifest


def test_an_entry_without_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=r"manifest\.json cannot be read \(No such file or directory\)"):
        verify_entry(tmp_path)


def test_a_malformed_manifest_is_refused(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{}")
    with pytest.raises(ContractError, match=r"manifest\.json is not a manifest: ModelManifest: name: Field required"):
        verify_entry(tmp_path)


def test_other_labels_are_refused(tmp_path: Path) -> None:
    _change(tmp_path, lambda manifest: manifest.update(labels=["happy", "sad"]))
    with pytest.raises(ContractError, match=r"the manifest's labels are happy, sad; expected angry, disgust, fear"):
        verify_entry(tmp_path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    write_entry(tmp_path)
    (tmp_path / "fp32.onnx").unlink()
    with pytest.raises(ContractError, match=r"fp32\.onnx is missing, though the manifest lists it"):
        verify_entry(tmp_path)


def test_other_bytes_than_the_manifests_are_refused(tmp_path: Path) -> None:
    write_entry(tmp_path)
    write_network(tmp_path / "fp32.onnx", ir_version=8)
    with pytest.raises(ContractError, match=r"fp32\.onnx has \d+ bytes and sha256 .*; the manifest says"):
        verify_entry(tmp_path)


def test_missing_golden_outputs_are_refused(tmp_path: Path) -> None:
    _change(tmp_path, lambda manifest: manifest["golden"].update(outputs={}))
    with pytest.raises(ContractError, match=r"the manifest has no golden outputs for fp32"):
        verify_entry(tmp_path)


def test_golden_outputs_of_another_number_of_faces_are_refused(tmp_path: Path) -> None:
    _change(tmp_path, lambda manifest: manifest["golden"].update(faces=3))
    with pytest.raises(ContractError, match=r"the golden outputs are \(8, 7\), the model's \(3, 7\)"):
        verify_entry(tmp_path)


def test_a_golden_batch_beyond_the_tolerance_is_refused(tmp_path: Path) -> None:
    _change(tmp_path, lambda manifest: manifest["golden"].update(coefficients=[1, 2, 3, 4]))
    with pytest.raises(ContractError, match=r"the golden batch differs by 0\.\d+; at most 0\.001 is allowed"):
        verify_entry(tmp_path)


def test_a_sound_finder_passes_and_its_golden_batch_fits_into_a_message(tmp_path: Path) -> None:
    manifest = write_finder_entry(tmp_path)
    assert verify_entry(tmp_path) == manifest
    assert (manifest.golden.faces, manifest.golden.px) == (4, 32)
    assert manifest.variants[0].macs == 15 * 384 * 640 * 3


def test_a_finder_whose_cells_say_less_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=r"stride8 float N×14×N×N; .* asks for stride8 float N×15×N×N;"):
        verify_file(write_finder(tmp_path / "few.onnx", channels=14), contract=CONTRACTS[FINDER])


def test_a_classifier_that_calls_itself_a_finder_is_refused(tmp_path: Path) -> None:
    _change(tmp_path, lambda manifest: manifest.update(task=FINDER, labels=[]))
    with pytest.raises(ContractError, match=r"the input is face float N×1×48×48; the contract asks for image float"):
        verify_entry(tmp_path)


def test_a_task_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    _change(tmp_path, lambda manifest: manifest.update(task="listener"))
    with pytest.raises(ContractError, match=r"the task is listener; expected one of classifier, finder, landmarker\."):
        verify_entry(tmp_path)


def _change(folder: Path, change: Any) -> None:
    write_entry(folder)
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    change(manifest)
    path.write_text(json.dumps(manifest))
