"""Options of the execution providers follow the version of ONNX Runtime, which refuses those that it does not know."""

from pathlib import Path

import pytest
from fer_models.bench.runtimes.ort_providers import CPU, CUDA, TENSORRT, chain

ENGINES = Path("engines")


def options(version: str, precision: str = "fp16") -> dict[str, str]:
    return chain(TENSORRT, precision, version, ENGINES)[0][1]


def test_the_cpu_is_asked_alone_and_a_gpu_with_what_it_falls_back_to() -> None:
    asked = [[name for name, _ in chain(each, "fp32", "1.32.0", ENGINES)] for each in (CPU, CUDA, TENSORRT)]
    assert asked == [[CPU], [CUDA, CPU], [TENSORRT, CUDA, CPU]]


def test_engines_are_kept_in_the_folder() -> None:
    assert options("1.32.0")["trt_engine_cache_path"] == "engines"
    assert options("1.32.0")["trt_engine_cache_enable"] == "1"


@pytest.mark.parametrize(
    ("version", "is_there"), [("1.11.0", False), ("1.14.1", False), ("1.15.0", True), ("2.0", True)]
)
def test_the_timing_cache_is_asked_of_those_that_know_it(version: str, is_there: bool) -> None:
    assert ("trt_timing_cache_enable" in options(version)) == is_there


@pytest.mark.parametrize(
    ("precision", "flags"),
    [("fp32", set()), ("fp16", {"trt_fp16_enable"}), ("int8", {"trt_int8_enable", "trt_fp16_enable"})],
)
def test_a_precision_sets_its_flags(precision: str, flags: set[str]) -> None:
    found = options("1.32.0", precision)
    assert {name for name in found if name in ("trt_fp16_enable", "trt_int8_enable")} == flags
