"""A recipe can be changed, kept and read again."""

import json
from dataclasses import replace

import pytest
from fer_models.errors import UsageError
from fer_models.network.config import CNN, RESNET50, VGG, XCEPTION, PeerConfig
from fer_models.training.presets import LIGHT, preset
from fer_models.training.recipe import WHOLE_FACES, Recipe, check_numbers, check_recipe, with_changes, with_network


def test_only_what_is_given_is_changed() -> None:
    recipe = with_changes(preset("cpu-light"), {"width": 0.5, "stem_stride": None}, epochs=7, batch=None)
    assert (recipe.network, recipe.epochs, recipe.batch) == (replace(LIGHT, width=0.5), 7, 64)


def test_pictures_grow_by_shares_of_the_epochs() -> None:
    recipe = Recipe(epochs=10, sizes=((0.4, 32), (0.7, 40), (1.0, 48)))
    assert [recipe.px(epoch) for epoch in range(10)] == [32] * 4 + [40] * 3 + [48] * 3


def test_a_whole_recipe_has_no_faces_left_to_be_tempered_by() -> None:
    refine = with_changes(preset("refine"), {}, whole=True)
    with pytest.raises(UsageError, match=r"no held-out images are left .*; give --logit-temperature"):
        check_recipe(refine)
    check_recipe(with_changes(refine, {}, logit_temperature=0.8))
    check_recipe(with_changes(preset("cpu-light"), {}, whole=True))


def test_a_run_cannot_stop_after_its_end_nor_before_its_pruning_is_done() -> None:
    refine = preset("refine")
    with pytest.raises(UsageError, match=r"only 2 epochs; give a --stop-after of at most that"):
        check_recipe(with_changes(refine, {}, epochs=2, stop_after=3))
    with pytest.raises(UsageError, match=r"leave out --stop-after"):
        check_recipe(with_changes(refine, {}, stop_after=3, magnitude_ratio=2.0))
    check_recipe(with_changes(refine, {}, epochs=2, stop_after=2))


def test_another_network_keeps_the_recipe_and_sees_whole_faces() -> None:
    preset_ = preset("cpu-light")
    peer = with_network(preset_, VGG)
    assert with_changes(peer, {}, sizes=preset_.sizes) == replace(preset_, network=PeerConfig(VGG))
    assert peer.sizes == WHOLE_FACES
    assert with_network(preset_, XCEPTION) == preset_


def test_what_shapes_an_xception_is_refused_for_another_network() -> None:
    with pytest.raises(
        UsageError, match=r"A vgg has the shape that was published; leave out --width and --stem-stride"
    ):
        with_changes(with_network(preset("tiny"), VGG), {"width": 0.5, "stem_stride": 2})


def test_faces_of_another_size_are_refused_for_another_network() -> None:
    peer = with_network(preset("tiny"), CNN)
    with pytest.raises(UsageError, match=r"A cnn takes faces of 48 pixels alone; leave out --px"):
        check_recipe(with_changes(peer, {}, sizes=((1.0, 64),)))
    check_recipe(peer)


def test_a_recipe_of_another_network_survives_being_kept() -> None:
    recipe = with_network(preset("refine"), RESNET50)
    assert Recipe.from_dict(json.loads(json.dumps(recipe.as_dict()))) == recipe


def test_a_recipe_survives_being_kept() -> None:
    recipe = with_changes(preset("harden"), {}, trust=(0.4, 0.9), weights=(1.0, 3.0))
    assert Recipe.from_dict(json.loads(json.dumps(recipe.as_dict()))) == recipe


def test_a_recipe_kept_before_there_were_cameras_has_one_without_faults() -> None:
    kept = preset("refine").as_dict()
    for younger in ("camera", "trust", "weights", "stop_after"):
        del kept[younger]
    assert Recipe.from_dict(kept) == preset("refine")


@pytest.mark.parametrize(("values", "option"), [({"trust": (0.4,)}, "--trust"), ({"weights": (1.0,)}, "--weight")])
def test_trust_and_weights_are_one_for_each_data_set(values: dict[str, tuple[float]], option: str) -> None:
    with pytest.raises(UsageError, match=rf"{option} is given 1 times for 2 data sets; give it once for each --data"):
        check_numbers(with_changes(preset("harden"), {}, **values), 2)
    check_numbers(with_changes(preset("harden"), {}, **values), 1)
