"""A recipe can be changed, kept and read again."""

import pytest
from fer_models.errors import UsageError
from fer_models.training.presets import preset
from fer_models.training.recipe import Recipe, check_recipe, with_changes


def test_only_what_is_given_is_changed() -> None:
    recipe = with_changes(preset("cpu-light"), {"width": 0.5, "stem_stride": None}, epochs=7, batch=None)
    assert (recipe.network.width, recipe.network.stem_stride, recipe.epochs, recipe.batch) == (0.5, 1, 7, 64)


def test_pictures_grow_by_shares_of_the_epochs() -> None:
    recipe = Recipe(epochs=10, sizes=((0.4, 32), (0.7, 40), (1.0, 48)))
    assert [recipe.px(epoch) for epoch in range(10)] == [32] * 4 + [40] * 3 + [48] * 3


def test_a_whole_recipe_has_no_faces_left_to_be_tempered_by() -> None:
    refine = with_changes(preset("refine"), {}, whole=True)
    with pytest.raises(UsageError, match=r"no held-out images are left .*; give --logit-temperature"):
        check_recipe(refine)
    check_recipe(with_changes(refine, {}, logit_temperature=0.8))
    check_recipe(with_changes(preset("cpu-light"), {}, whole=True))
