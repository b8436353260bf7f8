"""Class weights let rare emotions count for more, and the whole for as much as before."""

import numpy as np
import pytest
from fer_models.data.balance import POWERS, class_weights
from fer_models.errors import DatasetError, UsageError
from fer_wire import EMOTIONS
from hypothesis import given
from hypothesis import strategies as st

counts = st.lists(st.integers(1, 200), min_size=len(EMOTIONS), max_size=len(EMOTIONS))


@given(counts, st.sampled_from(sorted(POWERS)))
def test_the_mean_weight_of_an_image_is_1_and_the_rarer_emotion_never_weighs_less(images: list[int], how: str) -> None:
    labels = np.repeat(np.arange(len(EMOTIONS)), images)
    weights = class_weights(labels, how)
    assert (weights.dtype, weights.shape) == (np.dtype(np.float32), (len(EMOTIONS),))
    assert weights[labels].mean() == pytest.approx(1, abs=1e-4)
    assert (np.diff(weights[np.argsort(images)]) <= 1e-6 * weights.max()).all()


@given(counts)
def test_balanced_gives_every_emotion_the_same_share(images: list[int]) -> None:
    shares = class_weights(np.repeat(np.arange(len(EMOTIONS)), images), "balanced") * np.array(images) / sum(images)
    assert shares == pytest.approx(np.full(len(EMOTIONS), 1 / len(EMOTIONS)), rel=1e-4)


def test_an_emotion_without_images_has_no_weight() -> None:
    with pytest.raises(DatasetError, match=r"^No image is labelled neutral, so it cannot be given a weight\.$"):
        class_weights(np.arange(6), "sqrt")


def test_another_way_is_refused() -> None:
    with pytest.raises(UsageError, match=r"^There are no class weights 'cube'; choose none, balanced or sqrt\.$"):
        class_weights(np.arange(7), "cube")
