"""Medians and spread over a row's processes, and the ratio of the light model to the full one."""

from dataclasses import replace

import pytest
from fakes_bench import MEASURED, result
from fer_models.bench.meters import Reading
from fer_models.bench.results import BenchFigures, RowResult, ratio, summarise
from fer_models.bench.rows import BenchRow

FULL = "xception/keras-function/fp32"


def test_the_spread_goes_from_the_least_median_to_the_greatest() -> None:
    found = summarise([(replace(MEASURED, p50_ms=p50_ms), Reading()) for p50_ms in (10.0, 30.0, 11.0)])
    assert (found.p50_ms, found.p50_min_ms, found.p50_max_ms, found.processes) == (11.0, 10.0, 30.0, 3)


def test_memory_is_that_of_the_process_that_took_most() -> None:
    found = summarise([(replace(MEASURED, memory_peak_mb=mb), Reading()) for mb in (90.0, 95.0, 91.0)])
    assert found.memory_peak_mb == 95.0


def test_what_no_meter_read_is_null() -> None:
    found = summarise([(MEASURED, Reading())])
    assert (found.power_w, found.gpu_memory_mb) == (None, None)


def test_power_is_the_median_of_the_processes_that_were_read() -> None:
    found = summarise([(MEASURED, Reading(power_w=power_w)) for power_w in (4.0, None, 6.0)])
    assert found.power_w == 5.0


def test_a_row_without_figures_has_every_key_and_its_reason() -> None:
    found = RowResult(BenchRow("light", "ort-cuda", "fp16"), reason="no CUDA").as_dict()
    assert (found["name"], found["reason"]) == ("light/ort-cuda/fp16", "no CUDA")
    assert all(found[key] is None for key in BenchFigures.__dataclass_fields__)


def test_the_ratio_takes_the_fastest_precision_in_onnx_runtime() -> None:
    rows = [result(FULL, 30.0, 800.0), result("light/ort-cpu/fp32", 2.0, 80.0), result("light/ort-cpu/int8", 1.5, 60.0)]
    found = ratio(rows)
    assert found is not None
    assert (found.light, found.full) == ("light/ort-cpu/int8", FULL)
    assert (found.speed, found.memory) == (20.0, 0.075)
    assert found.is_met


def test_other_runtimes_and_the_full_model_do_not_enter_the_ratio() -> None:
    rows = [result(FULL, 30.0), result("light/tflite/fp32", 1.0), result("xception/ort-cpu/fp32", 1.0)]
    assert ratio(rows) is None


def test_a_gpu_is_not_compared_with_a_cpu() -> None:
    rows = [result(FULL, 30.0), result("light/ort-cuda/fp16", 0.5, device="gpu"), result("light/ort-cpu/fp32", 3.0)]
    found = ratio(rows)
    assert found is not None
    assert found.light == "light/ort-cpu/fp32"


def test_without_the_keras_row_there_is_no_ratio() -> None:
    failed = RowResult(BenchRow("xception", "keras-function", "fp32"), reason="tensorflow is not installed")
    assert ratio([failed, result("light/ort-cpu/fp32")]) is None


@pytest.mark.parametrize(("p50_ms", "memory_mb"), [(2.1, 80.0), (1.5, 101.0)])
def test_a_target_that_is_missed_is_told(p50_ms: float, memory_mb: float) -> None:
    found = ratio([result(FULL, 30.0, 800.0), result("light/ort-cpu/fp32", p50_ms, memory_mb)])
    assert found is not None
    assert not found.is_met
