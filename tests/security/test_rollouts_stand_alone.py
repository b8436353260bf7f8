"""What one device says of itself fails no rollout of another: each course of a rollout stands alone."""

import logging
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from controller_messages import DEVICE, START, some_telemetry
from fakes_rollout import World
from fer_controller.errors import StoreError, StoreUnavailable
from fer_controller.rollout.evidence.measurement import measure
from fer_controller.store import opening
from fer_controller.store.measurements.records import TelemetryMinute, Window
from fer_controller.store.measurements.store import MeasurementStore
from fer_wire.message import MAX_COUNT, iso_utc
from hostile_fleet import HostileFleet
from stepped_device import SteppedDevice

HOSTILE, HONEST = "nano-0", "nano-1"
BEYOND = 2**63 - 1
TWO_MINUTES = 121


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path, SteppedDevice(HOSTILE), SteppedDevice(HONEST))
    yield made
    made.close()


def fail_for(world: World, device: str, error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on the figures of this device cannot be read."""
    told = world.store.measurements.telemetry_minutes

    def minutes(windows: Sequence[Window], minute_s: float) -> list[TelemetryMinute]:
        if device in {window.device for window in windows}:
            raise error
        return told(windows, minute_s)

    monkeypatch.setattr(world.store.measurements, "telemetry_minutes", minutes)


@pytest.mark.parametrize("error", [StoreError("integer overflow"), OverflowError("too large"), ZeroDivisionError()])
def test_a_rollout_that_fails_lets_the_others_go_on(
    world: World, error: Exception, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    failing, honest = (world.deploy(devices=[device], waves="100%") for device in (HOSTILE, HONEST))
    fail_for(world, HOSTILE, error, monkeypatch)
    with caplog.at_level(logging.ERROR):
        world.until(honest, "completed")
    assert world.rollout(failing).state != "completed"
    assert 0 < len(caplog.records) <= 1 + (world.now - START) / timedelta(minutes=1)
    monkeypatch.undo()
    world.tick(TWO_MINUTES)
    world.until(failing, "completed")


def test_a_database_that_is_busy_sets_no_rollout_aside(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    rollout = world.deploy(devices=[HOSTILE], waves="100%")
    fail_for(world, HOSTILE, StoreUnavailable("locked"), monkeypatch)
    with pytest.raises(StoreUnavailable):
        world.tick()
    monkeypatch.undo()
    world.until(rollout, "completed")


@pytest.mark.parametrize("highest", [MAX_COUNT, BEYOND])
def test_the_largest_counts_of_faults_in_several_runs_are_measured(tmp_path: Path, highest: int) -> None:
    fleet = HostileFleet(tmp_path / "fleet.db")
    for number in range(4):
        for errors in (0, MAX_COUNT):
            said = some_telemetry(second=2 * number + bool(errors))
            fleet.take_messages(said.model_copy(update={"run": f"run-{number}", "errors": errors}), now=START)
    fleet.as_of_old("UPDATE telemetry SET errors = :highest WHERE errors > 0", highest=highest)
    with opening.reader(fleet.db) as database:
        window = Window(DEVICE, iso_utc(START), iso_utc(START + timedelta(minutes=1)))
        found = measure(MeasurementStore(database), [window])[DEVICE]
    assert (found.samples, found.figure("restarts")) == (8, 3)
    assert found.figure("errors_a_minute") == pytest.approx(4 * highest)
