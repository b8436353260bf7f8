"""What a run learns is the label, softened by votes and tutors, and rare emotions can count for more."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from fer_models.training.recipe import Recipe
from made_models import made_faces

pytestmark = [pytest.mark.training, pytest.mark.usefixtures("torch")]

FACES = made_faces(14)
EVEN = np.full((14, 7), 1 / 7, np.float32)


def tensors_of(recipe: Recipe, **more: Any) -> Any:
    import torch
    from fer_models.training.tensors import face_tensors

    return face_tensors(FACES, recipe, torch.device("cpu"), **more)


def test_without_votes_the_smoothed_label_is_learned() -> None:
    targets = tensors_of(Recipe(label_smoothing=0.07)).targets
    assert targets[3, 3] == pytest.approx(0.93 + 0.01)
    assert targets[3, 0] == pytest.approx(0.01)


def test_votes_and_then_tutors_take_their_share() -> None:
    recipe = Recipe(label_smoothing=0, votes_share=0.5, tutor_share=0.25)
    targets = tensors_of(
        recipe, votes=EVEN, tutors=np.roll(np.eye(7, dtype=np.float32)[FACES.labels], 1, axis=1)
    ).targets
    assert targets[0, 0] == pytest.approx((0.5 + 0.5 / 7) * 0.75)
    assert targets[0, 1] == pytest.approx(0.5 / 7 * 0.75 + 0.25)
    assert targets.sum(dim=1).allclose(targets.new_ones(14))


def test_balanced_weights_have_a_mean_of_one() -> None:
    weights = tensors_of(replace(Recipe(), class_weights="balanced")).weights
    assert float(weights.mean()) == pytest.approx(1)


def test_each_data_set_has_its_weight_and_its_trust() -> None:
    origin = np.repeat([0, 1], 7)
    tensors = tensors_of(Recipe(weights=(1.0, 3.0), trust=(0.4, 0.9)), origin=origin)
    assert tensors.weights.tolist() == pytest.approx([0.5] * 7 + [1.5] * 7)
    assert tensors.trust.tolist() == pytest.approx([0.4] * 7 + [0.9] * 7)


def test_without_trust_the_teachers_have_their_share_of_every_face() -> None:
    assert tensors_of(Recipe(teacher_share=0.6)).trust.tolist() == pytest.approx([0.4] * 14)
