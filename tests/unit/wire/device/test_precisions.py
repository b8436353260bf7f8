from typing import Tuple

import pytest
from fer_wire.device.precisions import CPU, CUDA, NANO, ORIN, OTHER, TENSORRT, TX2, X86, XAVIER, first_choice, suited


@pytest.mark.parametrize(
    ("device", "provider", "expected"),
    [
        (NANO, TENSORRT, ("fp16", "fp32")),
        (TX2, TENSORRT, ("fp16", "fp32")),
        (XAVIER, TENSORRT, ("int8", "fp16")),
        (ORIN, TENSORRT, ("int8", "fp16")),
        (X86, CUDA, ("fp16", "fp32")),
        (X86, CPU, ("int8", "fp32")),
        (NANO, CPU, ("int8", "fp32")),
        (OTHER, CPU, ("int8", "fp32")),
    ],
)
def test_precisions_suit_the_device_and_what_runs_on_it(device: str, provider: str, expected: Tuple[str, ...]) -> None:
    assert suited(device, provider) == expected


def test_a_gpu_runs_the_model_where_there_is_one() -> None:
    assert first_choice([CPU, CUDA]) == CUDA
    assert first_choice(["OtherExecutionProvider"]) == CPU
    assert first_choice([]) == CPU
