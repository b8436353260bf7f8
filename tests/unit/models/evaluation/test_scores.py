"""The figures, against cases small enough to work out by hand."""

import json

import numpy as np
import pytest
from fer_models.evaluation import score, score_probabilities
from fer_wire import EMOTIONS
from hypothesis import given
from hypothesis import strategies as st

ANGRY, DISGUST, FEAR = 0, 1, 2


def test_all_right_scores_one_for_every_emotion() -> None:
    labels = np.arange(7)
    found = score(labels, labels)
    assert (found.images, found.accuracy, found.macro_f1) == (7, 1.0, 1.0)


def test_figures_of_a_case_worked_out_by_hand() -> None:
    # angry: 2 of 3 found, one of them mistaken for fear; a disgust taken for angry; fear: found once.
    found = score(np.array([ANGRY, ANGRY, ANGRY, DISGUST, FEAR]), np.array([ANGRY, ANGRY, FEAR, ANGRY, FEAR]))
    angry, disgust, fear = found.emotions[:3]
    assert found.accuracy == pytest.approx(3 / 5)
    assert (angry.precision, angry.recall, angry.f1) == pytest.approx((2 / 3, 2 / 3, 2 / 3))
    assert (disgust.precision, disgust.recall, disgust.f1) == (0.0, 0.0, 0.0)
    assert (fear.precision, fear.recall, fear.f1) == pytest.approx((1 / 2, 1.0, 2 / 3))
    assert found.macro_f1 == pytest.approx((2 / 3 + 0 + 2 / 3) / 7)
    assert found.confusion[ANGRY][:3] == (2, 0, 1)
    assert found.confusion[DISGUST][:3] == (1, 0, 0)


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=60))
def test_the_confusion_table_counts_every_image_once(pairs: list[tuple[int, int]]) -> None:
    labels, predictions = (np.array(column) for column in zip(*pairs, strict=True))
    found = score(labels, predictions)
    table = np.array(found.confusion)
    assert table.sum() == found.images == len(pairs)
    assert table.trace() / len(pairs) == pytest.approx(found.accuracy)
    assert [each.images for each in found.emotions] == [int((labels == i).sum()) for i in range(len(EMOTIONS))]
    assert table.sum(axis=0).tolist() == [int((predictions == i).sum()) for i in range(len(EMOTIONS))]


def test_the_table_in_percent_adds_up_to_a_hundred_in_each_row_that_has_images() -> None:
    found = score(np.array([ANGRY, ANGRY, FEAR]), np.array([ANGRY, FEAR, FEAR]))
    assert found.confusion_percent[ANGRY][:3] == (50, 0, 50)
    assert [sum(row) for row in found.confusion_percent] == [100, 0, 100, 0, 0, 0, 0]


def test_what_is_written_is_json_and_bears_calibration_where_there_are_probabilities() -> None:
    labels = np.arange(7)
    written = json.loads(json.dumps(score_probabilities(labels, np.eye(7, dtype=np.float32)).as_dict()))
    assert written["calibration"]["ece"] == 0
    assert written["accuracy_interval"][1] == 1
    assert score(labels, labels).as_dict()["calibration"] is None
