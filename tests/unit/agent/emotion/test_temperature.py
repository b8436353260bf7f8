import numpy as np
import pytest
from fakes_vision import sure_of
from fer_agent.emotion.temperature import NONE, in_order, tempered
from fer_wire import EMOTIONS
from hypothesis import given
from hypothesis import strategies as st

LOGITS = st.lists(st.floats(-8, 8), min_size=len(EMOTIONS), max_size=len(EMOTIONS))


def test_without_a_temperature_nothing_changes() -> None:
    said = sure_of(happy=0.9)
    assert tempered(said, NONE) is said


def test_the_temperature_of_the_leading_emotion_counts() -> None:
    temperatures = in_order({"sad": 3.0})
    assert tempered(sure_of(happy=0.9), temperatures)[EMOTIONS.index("happy")] == pytest.approx(0.9)
    assert tempered(sure_of(sad=0.9), temperatures)[EMOTIONS.index("sad")] < 0.6


@given(logits=LOGITS, temperature=st.floats(1.01, 20))
def test_it_divides_the_logits(logits: "list[float]", temperature: float) -> None:
    said = np.exp(logits) / np.exp(logits).sum()
    expected = np.exp(np.divide(logits, temperature))
    found = tempered(np.asarray(said, np.float32), (temperature,) * len(EMOTIONS))
    assert found == pytest.approx(expected / expected.sum(), abs=1e-4)


def test_an_emotion_that_is_ruled_out_stays_a_number() -> None:
    said = np.array([1, 0, 0, 0, 0, 0, 0], np.float32)
    found = tempered(said, in_order({"angry": 2.0}))
    assert np.isfinite(found).all()
    assert found.sum() == pytest.approx(1)
