"""Fine-tuning with rounded numbers: gradients pass, batch norms fold, and a tiny network bears four bits better."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fer_models.quantization.calibration import calibration_faces
from fer_models.quantization.equations import quantize
from made_models import made_faces

pytestmark = pytest.mark.training

AGREEMENT = 1e-4


@pytest.fixture
def network(torch: Any) -> Any:
    """A tiny network of every kind of layer, with statistics in its batch norms."""
    nn = torch.nn
    torch.manual_seed(0)
    network = nn.Sequential(
        nn.Conv2d(1, 8, 3, stride=4, bias=False),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.Conv2d(8, 8, 3, padding=1, groups=8, bias=False),
        nn.Conv2d(8, 16, 1),
        nn.BatchNorm2d(16),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(16, 7),
    )
    network(torch.rand(16, 1, 48, 48) * 255)
    return network.eval()


def test_a_folded_network_has_no_batch_norms_and_computes_the_same(torch: Any, network: Any) -> None:
    from fer_models.quantization.folding import folded

    faces = torch.from_numpy(calibration_faces(made_faces(56)))
    merged = folded(network, faces[:1])
    assert not [module for module in merged.modules() if isinstance(module, torch.nn.BatchNorm2d)]
    assert torch.allclose(merged(faces), network(faces), atol=AGREEMENT)
    assert [module for module in network.modules() if isinstance(module, torch.nn.BatchNorm2d)]


def test_gradients_pass_straight_through_rounding_and_stop_beyond_the_range(torch: Any) -> None:
    from fer_models.quantization.qat import fake_quantized

    values = torch.tensor([-3.0, -0.4, 0.26, 3.0], requires_grad=True)
    found = fake_quantized(values, torch.tensor(0.5), 2)
    found.sum().backward()
    assert found.tolist() == [-1.0, -0.5, 0.5, 1.0]
    assert values.grad.tolist() == [0.0, 1.0, 1.0, 0.0]


@pytest.mark.parametrize("bits", [8, 4])
def test_weights_are_rounded_as_the_equations_round_them(torch: Any, bits: int) -> None:
    from fer_models.quantization.qat import RoundedWeight

    weight = torch.randn(5, 3, 3, 3, generator=torch.Generator().manual_seed(0), requires_grad=True)
    found = RoundedWeight(weight, bits)(weight)
    found.sum().backward()
    assert np.abs(found.detach().numpy() - quantize(weight.detach().numpy(), bits).weights).max() < AGREEMENT
    assert (weight.grad == 1).all()


def test_fine_tuning_brings_the_rounded_network_nearer_to_its_teacher(network: Any) -> None:
    losses = _fine_tuned(network, epochs=8)[1]
    assert losses[-1] < losses[0] / 2


def test_pruned_weights_stay_zero(torch: Any, network: Any) -> None:
    with torch.no_grad():
        network[4].weight[:, ::2] = 0
    tuned, _ = _fine_tuned(network, epochs=1)
    kernel = next(m for m in tuned.modules() if getattr(m, "kernel_size", None) == (1, 1)).weight
    assert not kernel[:, ::2].any()
    assert kernel[:, 1::2].all()


def test_the_same_seed_gives_the_same_weights(torch: Any, network: Any) -> None:
    one, other = (_fine_tuned(network, epochs=1)[0].state_dict() for _ in range(2))
    assert all(torch.equal(tensor, other[name]) for name, tensor in one.items())


def test_a_fine_tuned_network_is_exported_like_any_other(network: Any, tmp_path: Path) -> None:
    from fer_models.model_files.to_onnx import export_fp32
    from fer_models.quantization.qdq import to_int8
    from fer_models.zoo.verification import verify_file

    export_fp32(_fine_tuned(network, epochs=1)[0], tmp_path / "fp32.onnx")
    to_int8(tmp_path / "fp32.onnx", tmp_path / "int8.onnx", calibration_faces(made_faces(56)))
    verify_file(tmp_path / "int8.onnx", "int8")


def _fine_tuned(network: Any, epochs: int) -> tuple[Any, list[float]]:
    from fer_models.quantization.qat import FineTuning, fine_tune

    losses: list[float] = []
    how = FineTuning(epochs=epochs, batch=16, learning_rate=1e-3, bits=4)
    faces = made_faces(112)
    tuned = fine_tune(network, faces, calibration_faces(faces), how, lambda _, loss: losses.append(loss))
    return tuned, losses
