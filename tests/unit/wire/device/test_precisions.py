from typing import Tuple

import pytest
from fer_wire.device.precisions import (
    CPU,
    CUDA,
    NANO,
    ORIN,
    OTHER,
    TENSORRT,
    TX2,
    X86,
    XAVIER,
    first_choice,
    preferred,
    spoken,
    suited,
)


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


@pytest.mark.parametrize(
    ("times_ms", "taken"),
    [
        ((("fp32", 1.0), ("int8", 1.2)), "int8"),
        ((("fp32", 1.2), ("int8", 1.0)), "int8"),
        ((("fp32", 1.0), ("int8", 1.3)), "fp32"),
        ((("fp32", 0.1), ("int8", 0.29)), "int8"),
        ((("int8", 2.0), ("fp32", 1.0)), "fp32"),
        ((("fp16", 1.0), ("fp32", 1.1)), "fp32"),
        ((("fp16", 1.0), ("int4", 1.1)), "fp16"),
        ((("int8", 0.0), ("fp32", 0.0)), "int8"),
    ],
)
def test_of_variants_that_are_nearly_as_fast_the_likeliest_is_taken(
    times_ms: Tuple[Tuple[str, float], ...], taken: str
) -> None:
    assert times_ms[preferred(times_ms, suited(X86, CPU))][0] == taken


def test_a_provider_is_called_what_people_call_it() -> None:
    assert [spoken(name) for name in (TENSORRT, CUDA, CPU, "OddExecutionProvider")] == [
        "TensorRT",
        "CUDA",
        "CPU",
        "Odd",
    ]
