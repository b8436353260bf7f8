from typing import List, Tuple

import numpy as np
import pytest
from fakes_vision import sure_of
from fer_agent.events.policy import Decision, EventPolicy
from fer_agent.inference.arrays import Probabilities
from fer_agent.settings import EventSettings
from hypothesis import given
from hypothesis import strategies as st

SETTINGS = EventSettings(heartbeat_s=10, change_margin=0.1, change_hold_s=0.3)


def kinds(policy: EventPolicy, frames: List[Tuple[float, Probabilities]]) -> List[Tuple[float, str, str]]:
    return [(at_s, d.kind, d.emotion) for at_s, shares in frames for d in policy.update(1, shares, at_s)]


def test_a_face_starts_with_its_emotion_and_ends_with_its_last() -> None:
    policy = EventPolicy(SETTINGS)
    (start,) = policy.update(1, sure_of(sad=0.6), 0.0)
    assert (start.track, start.kind, start.emotion) == (1, "start", "sad")
    assert start.probabilities["sad"] == pytest.approx(0.6)
    (end,) = policy.end(1)
    assert (end.kind, end.emotion) == ("end", "sad")


def test_an_emotion_changes_when_another_leads_by_the_margin_for_the_hold_time() -> None:
    frames = [(0.0, sure_of(sad=0.6)), (1.0, sure_of(happy=0.6)), (1.2, sure_of(happy=0.6)), (1.3, sure_of(happy=0.6))]
    assert kinds(EventPolicy(SETTINGS), frames) == [(0.0, "start", "sad"), (1.3, "change", "happy")]


def test_a_lead_below_the_margin_changes_nothing() -> None:
    frames = [(t / 10, sure_of(sad=0.40, happy=0.48)) for t in range(1, 50)]
    assert kinds(EventPolicy(SETTINGS), [(0.0, sure_of(sad=0.6)), *frames]) == [(0.0, "start", "sad")]


def test_a_lead_that_breaks_off_begins_to_count_anew() -> None:
    happy, sad = sure_of(happy=0.6), sure_of(sad=0.6)
    frames = [(0.0, sad), (1.0, happy), (1.2, sad), (1.25, happy), (1.5, happy)]
    assert kinds(EventPolicy(SETTINGS), frames) == [(0.0, "start", "sad")]


def test_two_challengers_do_not_share_their_time() -> None:
    frames = [(0.0, sure_of(sad=0.6)), (1.0, sure_of(happy=0.6)), (1.2, sure_of(angry=0.6)), (1.4, sure_of(angry=0.6))]
    assert kinds(EventPolicy(SETTINGS), frames) == [(0.0, "start", "sad")]


def test_a_face_that_stays_is_reported_again_after_each_heartbeat() -> None:
    frames = [(t / 10, sure_of(sad=0.6)) for t in range(251)]
    assert kinds(EventPolicy(SETTINGS), frames) == [
        (0.0, "start", "sad"),
        (10.0, "heartbeat", "sad"),
        (20.0, "heartbeat", "sad"),
    ]


def test_a_change_puts_off_the_heartbeat() -> None:
    frames = [(0.0, sure_of(sad=0.6))] + [(t / 10, sure_of(happy=0.6)) for t in range(50, 160)]
    assert [(at_s, kind) for at_s, kind, _ in kinds(EventPolicy(SETTINGS), frames)] == [
        (0.0, "start"),
        (5.3, "change"),
        (15.3, "heartbeat"),
    ]


def test_a_track_that_never_started_has_no_end() -> None:
    assert EventPolicy(SETTINGS).end(5) == []


@st.composite
def lives(draw: st.DrawFn) -> List[Tuple[float, Probabilities]]:
    now_s, frames = 0.0, []
    for _ in range(draw(st.integers(1, 40))):
        now_s += draw(st.floats(0, 12))
        values = np.array(draw(st.lists(st.floats(0.001, 1), min_size=7, max_size=7)), np.float32)
        frames.append((now_s, values / values.sum()))
    return frames


@given(lives())
def test_whatever_a_face_shows_it_starts_first_ends_once_and_changes_only_to_another_emotion(
    frames: List[Tuple[float, Probabilities]],
) -> None:
    policy = EventPolicy(SETTINGS)
    decisions: List[Decision] = [d for at_s, shares in frames for d in policy.update(1, shares, at_s)]
    decisions += policy.end(1) + policy.end(1)
    assert [d.kind for d in decisions].count("start") == 1
    assert [d.kind for d in decisions].count("end") == 1
    assert (decisions[0].kind, decisions[-1].kind) == ("start", "end")
    for before, after in zip(decisions, decisions[1:]):
        assert (after.kind == "change") == (after.emotion != before.emotion)
        assert all(0 <= share <= 1 for share in after.probabilities.values())
