"""The settings from afar on a disk, after each way in which a device may die."""

from datetime import datetime, timezone

import pytest
from fer_wire import Desired
from fer_wire.desired import settings_alone
from fer_wire.device.record import Record
from fer_wire.device.restart import resumed
from fer_wire.device.tuned import Told, Tuned
from fer_wire.reported import COMMITTED, PROBATION, REJECTED, ROLLED_BACK, STAGED, VERIFIED
from fer_wire.tuning import SettingValues

BEFORE, NEW = (
    Told(values={"events.heartbeat_s": 5.0}, rollout="r1"),
    Told(values={"events.heartbeat_s": 9.0}, rollout="r2"),
)
ON_TRIAL = Tuned(current=BEFORE, trial=NEW)
WHEN = datetime(2026, 11, 30, tzinfo=timezone.utc)


def record(state: str, values: SettingValues = NEW.values, **more: object) -> Record:
    order = Desired(device="nano-01", rollout="r2", time=WHEN, **settings_alone(values))
    return Record.model_validate({"desired": order, "state": state, "chosen": order.sha256, **more})


def test_what_is_on_trial_is_in_force() -> None:
    assert ON_TRIAL.in_force == NEW
    assert ON_TRIAL.without_trial().in_force == BEFORE
    assert ON_TRIAL.committed() == Tuned(current=NEW)


@pytest.mark.parametrize("state", [VERIFIED, STAGED, REJECTED, ROLLED_BACK])
def test_a_trial_that_has_not_begun_or_is_over_gives_way_to_what_stood_before(state: str) -> None:
    assert ON_TRIAL.settled(record(state)).in_force == BEFORE


def test_a_trial_under_way_goes_on() -> None:
    assert ON_TRIAL.settled(record(PROBATION)) == ON_TRIAL


def test_a_trial_whose_update_is_committed_stands() -> None:
    assert ON_TRIAL.settled(record(COMMITTED)) == Tuned(current=NEW)


@pytest.mark.parametrize("state", [PROBATION, COMMITTED])
def test_a_trial_that_no_record_explains_is_given_up(state: str) -> None:
    assert ON_TRIAL.settled(record(state, {"faces.upsample": 1})).in_force == BEFORE
    assert ON_TRIAL.settled(Record()).in_force == BEFORE


def test_a_death_between_the_commit_of_settings_and_that_of_their_record_ends_well() -> None:
    kept = ON_TRIAL.committed()
    assert resumed(record(PROBATION), kept.occupied).state == COMMITTED


def test_three_deaths_on_trial_bring_back_what_stood_before() -> None:
    last = resumed(record(PROBATION, crashes=2), ON_TRIAL.occupied)
    assert (last.state, ON_TRIAL.settled(last).in_force) == (ROLLED_BACK, BEFORE)
    assert last.reason == "The agent died 3 times with the new settings (probation); it is not tried again."
