from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from fer_controller.desk.answers.waves import decides_at, wave_answer
from fer_controller.rollout.transitions import PAUSED, ROLLING_BACK, RUNNING, SOAKING, STOPPED, UPDATING, WAITING
from fer_controller.store.rollouts.records import RolloutRow, WaveRow
from fer_wire.message import iso_utc

NOW = datetime(2026, 1, 31, 12, 0, 0, tzinfo=UTC)
SOON, LATER, PAST = (iso_utc(NOW + timedelta(minutes=each)) for each in (5, 60, -1))
ROLLOUT = RolloutRow("r-1", PAST, "alice", "light@1", "/manifest", "{}", RUNNING)
WAVE = WaveRow("r-1", 1, SOAKING, started_at=PAST, deadline_at=LATER, soaking_at=PAST, soak_until=SOON)


@pytest.mark.parametrize(("state", "at"), [(UPDATING, LATER), (SOAKING, SOON), (WAITING, None), (STOPPED, None)])
def test_a_wave_says_when_it_is_decided_on_next(state: str, at: "str | None") -> None:
    assert decides_at(ROLLOUT, replace(WAVE, state=state), NOW) == at


@pytest.mark.parametrize("state", [PAUSED, ROLLING_BACK])
def test_a_wave_of_a_rollout_that_does_not_run_is_decided_on_by_nothing(state: str) -> None:
    assert decides_at(replace(ROLLOUT, state=state), WAVE, NOW) is None


def test_a_decision_that_is_due_is_not_one_of_a_moment_past() -> None:
    assert decides_at(ROLLOUT, replace(WAVE, state=UPDATING, deadline_at=PAST), NOW) is None


def test_a_wave_that_soaks_on_pauses_at_the_end_of_its_patience() -> None:
    row = replace(ROLLOUT, request='{"patience_s": 120}')
    assert decides_at(row, replace(WAVE, soak_until=PAST), NOW) == iso_utc(NOW + timedelta(minutes=1))


def test_a_wave_that_never_began_has_settled_nothing() -> None:
    states = {"skipped": 3}
    assert wave_answer(replace(WAVE, state=STOPPED, started_at=""), states, None).settled == 0
    assert wave_answer(replace(WAVE, state=STOPPED), states, None).settled == 3
