"""A model is taken in when it is whole, straight and sees something; nothing in its folder holds the command up."""

import os
from pathlib import Path

import numpy as np
import pytest
from fer_controller.errors import RegistryError
from fer_controller.registry.catalogue import Catalogue
from fer_controller.registry.onnx_parts import check_parts
from fer_controller.registry.signing import make_keys
from fer_controller.store import opening
from fer_controller.store.registry.store import ModelStore
from fer_wire import EMOTIONS
from fer_wire.contracts import FACE_PX
from fer_wire.manifest import INPUT_NAME, IR_VERSION, OPSET, OUTPUT_NAME
from hypothesis import given
from hypothesis import strategies as st
from tiny_onnx import FLOAT, PIXELS, _node, _value, message, network, write_model

FOR_EVER = 2**62
WEIGHTS = np.random.default_rng(0).normal(0, 0.001, (PIXELS, len(EMOTIONS))).astype("f4")
DIMENSIONS = ((1, PIXELS), (1, len(EMOTIONS)), (2, FLOAT), (8, "weights"))


def added(folder: Path, data: bytes, tolerance: float = 0.001) -> None:
    """Add a model of this file."""
    entry = write_model(folder / "tiny", {"fp32": data}, tolerance)
    take(folder, entry)


def take(folder: Path, entry: Path) -> None:
    make_keys(folder / "models")
    with opening.created(folder / "fleet.db") as database:
        Catalogue(ModelStore(database), folder / "models").add(entry)


def file_of(tensor: bytes, *nodes: bytes) -> bytes:
    """The tiny network with these weights, and more nodes."""
    graph = message(
        *((1, node) for node in nodes),
        (1, _node("Flatten", [INPUT_NAME], "flat")),
        (1, _node("MatMul", ["flat", "weights"], "logits")),
        (1, _node("Softmax", ["logits"], OUTPUT_NAME)),
        (2, "tiny"),
        (5, tensor),
        (11, _value(INPUT_NAME, FLOAT, ("N", 1, FACE_PX, FACE_PX))),
        (12, _value(OUTPUT_NAME, FLOAT, ("N", len(EMOTIONS)))),
    )
    return message((1, IR_VERSION), (7, graph), (8, message((1, ""), (2, OPSET))))


def test_weights_in_a_file_of_their_own_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "weights.bin").write_bytes(WEIGHTS.tobytes())
    place = message((13, message((1, "location"), (2, "weights.bin"))), (14, 1))
    with pytest.raises(RegistryError, match="weights in a file of their own"):
        added(tmp_path, file_of(message(*DIMENSIONS) + place))


def test_a_loop_without_end_is_refused_before_it_runs(tmp_path: Path) -> None:
    count = message((2, 7), (8, "times"), (7, FOR_EVER.to_bytes(8, "little")))
    body = message((1, _node("Identity", ["go"], "on")), (2, "body"))
    loop = _node("Loop", ["times", ""], "never") + message((5, message((1, "body"), (6, body), (20, 5))))
    weights = message(*DIMENSIONS, (9, WEIGHTS.tobytes()))
    with pytest.raises(RegistryError, match="loops, branches or functions"):
        added(tmp_path, file_of(weights, loop) + message((7, message((5, count)))))


@pytest.mark.parametrize("name", ["fp32.onnx", "manifest.json"])
@pytest.mark.parametrize("made", ["pipe", "device"])
def test_a_pipe_or_a_device_in_place_of_a_file_holds_nobody_up(tmp_path: Path, name: str, made: str) -> None:
    entry = write_model(tmp_path / "tiny", {"fp32": network()})
    (entry / name).unlink()
    if made == "pipe":
        os.mkfifo(entry / name)
    else:
        (entry / name).symlink_to("/dev/zero")
    with pytest.raises(RegistryError, match="it is no plain file"):
        take(tmp_path, entry)


def test_a_model_that_answers_everything_alike_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tiny_onnx.expected", lambda faces: np.full((len(faces), len(EMOTIONS)), 1 / len(EMOTIONS)))
    with pytest.raises(RegistryError, match=r"proves? nothing"):
        added(tmp_path, file_of(message(*DIMENSIONS, (9, bytes(WEIGHTS.nbytes)))))


@pytest.mark.parametrize("tolerance", [1.0, 1e308])
def test_a_tolerance_that_lets_every_answer_pass_is_refused(tmp_path: Path, tolerance: float) -> None:
    with pytest.raises(RegistryError, match=r"proves? nothing"):
        added(tmp_path, network(), tolerance)


def test_a_model_that_is_whole_is_taken(tmp_path: Path) -> None:
    added(tmp_path, file_of(message(*DIMENSIONS, (9, WEIGHTS.tobytes()), (14, 0))))


@given(st.binary(max_size=200))
def test_no_bytes_make_the_reading_fail_otherwise(data: bytes) -> None:
    try:
        check_parts(data)
    except ValueError:
        return
