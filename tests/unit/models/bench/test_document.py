"""The JSON document names the kind of machine, the settings and the command, and warns where the machine was busy."""

import platform

import pytest
from fakes_bench import result
from fer_models.bench.document import bench_document, busy, surroundings
from fer_models.bench.results import RowResult
from fer_models.bench.rows import BenchRow
from fer_models.bench.run import Outcome
from fer_models.bench.settings import Settings

FULL, LIGHT = result("xception/keras-function/fp32", 30.0, 800.0), result("light/ort-cpu/fp32", 1.5, 80.0)
CUDA = RowResult(BenchRow("light", "ort-cuda", "fp16"), reason="no CUDA")


def test_it_holds_rows_settings_versions_and_the_ratio() -> None:
    outcome = Outcome((FULL, LIGHT, CUDA), {"onnxruntime": "1.32.0"})
    found = bench_document(outcome, surroundings(()), Settings(threads=2), "light/1.0.0", "fer-models bench")
    assert [row["name"] for row in found["rows"]] == [each.row.name for each in (FULL, LIGHT, CUDA)]
    assert (found["threads"], found["runs"], found["repeats"], found["command"]) == (2, 300, 3, "fer-models bench")
    assert found["versions"] == {"python": platform.python_version(), "onnxruntime": "1.32.0"}
    assert (found["ratio"]["speed"], found["ratio"]["memory"]) == (20.0, 0.1)


def test_the_machine_is_named_by_its_kind_and_not_by_its_name() -> None:
    found = surroundings(())
    assert found["cores"] >= 1
    assert found["meters"] == []
    assert platform.node() not in str(found)


@pytest.mark.parametrize(("load", "is_busy"), [(0.1, False), (0.5, False), (0.6, True), (6.1, True)])
def test_a_busy_machine_is_told(load: float, is_busy: bool) -> None:
    assert bool(busy({"load_before": load, "cores": 2})) == is_busy
