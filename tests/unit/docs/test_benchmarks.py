"""The page of benchmarks compares figures of one machine alone."""

import json
from pathlib import Path
from typing import Any

import pytest
from pages import pipeline_benchmarks

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def results() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / "docs" / "benchmarks.json").read_text(encoding="utf-8"))
    found["pipeline"]["machine"] = {**found["peer"]["machine"]}
    found["pipeline"]["fastest"]["fps"]["median"] = 3 * found["peer"]["fps"]["median"]
    return found


def test_ours_is_set_beside_a_peer_that_ran_on_the_same_machine(results: dict[str, Any]) -> None:
    assert "| 3.00 times that |" in pipeline_benchmarks.peer(results)


def test_a_peer_of_another_machine_is_not_compared(results: dict[str, Any]) -> None:
    results["pipeline"]["machine"]["cpu"] = "another"
    page = pipeline_benchmarks.peer(results)
    assert "times that" not in page
    assert page.count("| not measured on this machine |") == 2
