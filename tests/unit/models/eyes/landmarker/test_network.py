"""The landmarker's network, its loss and its .onnx file."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from fer_models.errors import ContractError
from fer_models.eyes.data.head import average_head
from fer_models.eyes.data.library import read_library
from fer_models.eyes.evaluation.landmark_error import Told, TrueFace, measured
from made_eyes import write_archives

pytestmark = [pytest.mark.training, pytest.mark.usefixtures("torch")]

JETPACK_4_6 = {"Add", "Concat", "Constant", "Conv", "Flatten", "Gemm", "Mul", "Relu", "Reshape", "Slice", "Sub"}


@pytest.fixture
def faces(tmp_path: Path) -> list[TrueFace]:
    from fer_models.eyes.landmarker.held_out import true_faces

    library = read_library(write_archives(tmp_path / "detect"))
    return true_faces(library.portraits[:6], average_head(source.faces for source in library.portraits))


@pytest.fixture
def network() -> Any:
    import torch
    from fer_models.eyes.landmarker.network import Landmarker

    torch.manual_seed(1)
    return Landmarker().eval()


def test_it_tells_landmarks_visibility_and_angles(network: Any) -> None:
    import torch

    shapes = [tuple(each.shape) for each in network(torch.zeros(3, 1, 64, 64))]
    assert shapes == [(3, 68, 2), (3, 68), (3, 3)]


def test_the_file_loads_where_the_oldest_devices_load_it_and_marks_as_the_network_does(
    network: Any, tmp_path: Path, faces: list[TrueFace]
) -> None:
    from fer_models.eyes.landmarker.held_out import torch_marker
    from fer_models.eyes.landmarker.onnx_file import export_landmarker, onnx_marker

    export_landmarker(network, tmp_path / "landmarker.onnx")
    model = onnx.load(tmp_path / "landmarker.onnx")
    assert model.opset_import[0].version == 13
    assert model.ir_version <= 7
    assert {node.op_type for node in model.graph.node} <= JETPACK_4_6
    ours, theirs = (
        marker.mark(faces[0].pixels, faces[0])
        for marker in (torch_marker(network), onnx_marker(tmp_path / "landmarker.onnx"))
    )
    np.testing.assert_allclose(theirs.landmarks, ours.landmarks, atol=0.05)
    assert theirs.angles == pytest.approx(ours.angles, abs=0.05)


def test_a_file_that_is_no_landmarker_is_refused(root: Path) -> None:
    from fer_models.eyes.landmarker.onnx_file import onnx_marker

    classifier = next((root / "models" / "zoo").glob("*/*/fp32.onnx"))
    with pytest.raises(ContractError, match=r"fp32\.onnx"):
        onnx_marker(classifier)


def test_right_landmarks_have_no_error_and_the_angles_of_the_crop_become_the_pictures(faces: list[TrueFace]) -> None:
    class Right:
        name = "right"

        def mark(self, picture: np.ndarray, face: TrueFace) -> Told:
            return Told(face.landmarks, face.angles)

    for means in measured(Right(), faces).values():
        assert means["percent"] == means["inner_percent"] == 0
        assert means["faces"] == 6


def test_landmarks_that_do_not_count_and_unknown_angles_cost_nothing() -> None:
    import torch
    from fer_models.eyes.landmarker.lesson import known, wing

    told = torch.zeros(4, requires_grad=True)
    loss = wing(known(told - torch.tensor([0.0, float("nan"), 0.0, 0.0])))
    loss.backward()
    assert float(loss.detach()) == 0
    assert torch.isfinite(told.grad).all()


def test_larger_errors_cost_more() -> None:
    import torch
    from fer_models.eyes.landmarker.lesson import wing

    costs = [float(wing(torch.tensor([wrong]))) for wrong in (0.0, 0.01, 0.05, 0.066, 0.067, 0.2, 1.0)]
    assert costs == sorted(costs)


def test_a_face_that_leans_in_its_crop_is_looked_at_again_upright(faces: list[TrueFace]) -> None:
    from fer_models.eyes.landmarker.crop import crop_matrix
    from fer_models.eyes.landmarker.held_out import Answers, CropMarker

    face, looks = faces[0], list[np.ndarray]()

    def ask(crops: np.ndarray) -> Answers:
        looks.append(crops)
        told = points if len(looks) == 1 else upright
        return told[np.newaxis], np.zeros((1, 68), np.float32), np.zeros((1, 3), np.float32)

    matrix = crop_matrix(face.box, face.points)
    upright = ((face.landmarks @ matrix[:, :2].T + matrix[:, 2] + 0.5) / 64).astype(np.float32)
    middle = upright.mean(axis=0)
    points = ((upright - middle) @ np.array([[0, 1], [-1, 0]]) + middle).astype(np.float32)
    CropMarker("made", ask).mark(face.pixels, face)
    assert len(looks) == 2
    CropMarker("made", ask).mark(face.pixels, face)
    assert len(looks) == 3
