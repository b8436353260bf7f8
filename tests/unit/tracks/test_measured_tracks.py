"""What scripts/measure_tracks.py makes of series whose answers are known."""

import numpy as np
import pytest
from fakes_vision import sure_of
from fer_agent.emotion.temperature import NONE
from fer_agent.settings import EventSettings
from fer_wire import EMOTIONS
from tracks.answers import Series
from tracks.calibration import certainty, fitted, judged
from tracks.conditions import by_condition
from tracks.policy import Choice, measured
from tracks.published import followed, repeated
from tracks.visits import FPS

HAPPY, SAD = EMOTIONS.index("happy"), EMOTIONS.index("sad")


def shown(label: int, said: str, confidence: float = 0.9, frames: int = 36, **noted: float) -> Series:
    """A face that shows one emotion and is read as one, frame by frame the same."""
    return Series(
        f"{said}/1",
        [step / FPS for step in range(frames)],
        [label] * frames,
        [sure_of(**{said: confidence})] * frames,
        [noted.get("face_px", 80.0)] * frames,
        [noted.get("yaw_degrees", 0.0)] * frames,
        [noted.get("light", 120.0)] * frames,
        [noted.get("detail", 0.5)] * frames,
    )


def test_temperatures_bring_confidence_down_to_how_often_a_face_is_read_right() -> None:
    half_right = [shown(HAPPY, "happy"), shown(SAD, "happy")]
    temperatures = fitted([half_right], 0.5)
    assert temperatures[HAPPY] > 1.5
    assert [temperatures[place] for place in range(len(EMOTIONS)) if place != HAPPY] == [1.0] * (len(EMOTIONS) - 1)
    assert judged(half_right, 0.5)["error"] == pytest.approx(0.4, abs=0.01)
    assert judged(half_right, 0.5, temperatures)["error"] < 0.15


def test_no_temperature_makes_a_device_surer_than_its_model() -> None:
    assert fitted([[shown(HAPPY, "happy", 0.6)]], 0.5) == NONE


def test_a_change_is_told_after_smoothing_and_hold() -> None:
    changing = [followed(repeated(shown(SAD, "sad"), 3), repeated(shown(HAPPY, "happy"), 3))]
    slow = measured(changing, Choice(0.5, 0.1, 0.3), NONE)
    quick = measured(changing, Choice(0.25, 0.1, 0.1), NONE)
    assert (slow["told"], quick["told"]) == (1.0, 1.0)
    assert quick["delay_s"] < slow["delay_s"]
    assert (slow["wrong"], slow["needless"]) == (0, 0)


def test_a_start_that_names_another_emotion_is_wrong_and_a_change_that_is_not_due_needless() -> None:
    flickering = followed(shown(HAPPY, "sad", frames=12), shown(HAPPY, "happy"))
    found = measured([flickering], Choice(0.0, 0.1, 0.1), NONE)
    assert (found["wrong"], found["needless"], found["delay_s"]) == (1.0, 1.0, None)


def test_turned_and_doubtful_faces_are_counted_as_uncertain() -> None:
    source = [shown(HAPPY, "happy"), shown(SAD, "happy", yaw_degrees=60.0), shown(SAD, "happy", 0.4)]
    found = certainty(source, 0.5, NONE, EventSettings(uncertain_below=0.5))
    assert found["uncertain"] == pytest.approx(2 / 3, abs=0.01)
    assert (found["uncertain_right"], found["certain_right"]) == (0.0, 1.0)


def test_faces_are_grouped_by_what_is_measured_of_them() -> None:
    rows = {(row["condition"], row["from"]): row for row in by_condition([shown(HAPPY, "happy", face_px=50.0)])}
    assert rows["size, px", 40]["faces"] == 1
    assert rows["size, px", 40]["accuracy"] == 1.0
    assert rows["size, px", 0]["accuracy"] is None
    assert sum(row["faces"] for row in rows.values()) == 4


def test_a_picture_goes_round_until_its_time_is_over() -> None:
    again = repeated(shown(HAPPY, "happy", frames=12), 2.5)
    assert len(again.labels) == int(2.5 * FPS)
    assert np.diff(again.at_s) == pytest.approx(1 / FPS)
