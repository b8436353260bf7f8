"""What a fleet needs grows with it, and is what was measured times what it sends."""

from dataclasses import astuple, replace
from pathlib import Path
from typing import Any

import pytest
import sizing
from hypothesis import given
from hypothesis import strategies as st
from sizing import POSTGRESQL, SQLITE, Fleet, Machine, gives_way_first, need, suits_sqlite


def figure(value: float) -> "dict[str, float]":
    return {"median": value, "min": value, "max": value}


def each(controller_us: float, server_us: float, size: float) -> "dict[str, Any]":
    return {"controller_us": figure(controller_us), "server_us": figure(server_us), "bytes": figure(size)}


COSTS: "dict[str, Any]" = {
    SQLITE: {"event": each(20, 0, 400), "telemetry": each(80, 0, 1000), "rollup": each(5, 0, 150)},
    POSTGRESQL: {"event": each(30, 40, 600), "telemetry": each(80, 120, 1200), "rollup": each(2, 8, 300)},
    "mqtt_us": figure(3),
    "mosquitto_us": figure(10),
    "device_kb": figure(2),
}
FLEETS = st.builds(
    Fleet, devices=st.integers(1, 10**6), events_per_s=st.floats(0.001, 10), telemetry_every_s=st.floats(1, 600)
)


def test_a_fleet_needs_what_its_messages_cost() -> None:
    found = need(Fleet(1000, events_per_s=1, peak=2, telemetry_every_s=10), COSTS, SQLITE)
    assert found.ingest_cores == pytest.approx((2000 * (20 + 5 + 3) + 100 * (80 + 5 + 3)) / 1e6)
    assert found.broker_cores == pytest.approx(2100 * 10 / 1e6)
    assert found.disk_gb_a_day == pytest.approx((1000 * 400 + 100 * 1000) * 86_400 / 1e9)
    assert found.ingest_memory_mb == 72.0
    assert (found.ingests, found.brokers, suits_sqlite(found)) == (1, 1, True)


def test_one_file_is_not_enough_where_one_process_is_not() -> None:
    assert not suits_sqlite(need(Fleet(100_000), COSTS, SQLITE))


@given(FLEETS, st.sampled_from([SQLITE, POSTGRESQL]))
def test_twice_the_devices_need_no_less_of_anything(fleet: Fleet, engine: str) -> None:
    one, two = (need(each, COSTS, engine) for each in (fleet, replace(fleet, devices=2 * fleet.devices)))
    assert all(more >= less for less, more in zip(astuple(one), astuple(two), strict=True))
    assert two.disk_gb == pytest.approx(2 * one.disk_gb)


def test_the_part_that_is_asked_for_most_gives_way_first() -> None:
    wanted = need(Fleet(1_000_000), COSTS, POSTGRESQL)
    part, times = gives_way_first(wanted, Machine(server_cores=1e6, disk_gb=1, written_mb_per_s=1e6))
    assert (part, times) == ("disk_gb", wanted.disk_gb)


def test_without_measured_costs_it_says_how_to_measure_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "benchmarks.json").write_text("{}")
    monkeypatch.setattr(sizing, "BENCHMARKS", tmp_path / "benchmarks.json")
    monkeypatch.setattr("sys.argv", ["sizing.py", "--devices", "10"])
    with pytest.raises(SystemExit):
        sizing.main()
    assert "has no costs yet; measure them with `make bench PARTS=costs`." in capsys.readouterr().err
