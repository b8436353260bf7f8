"""Every preset can be stored and read again, and an unknown one is refused."""

import json

import pytest
from fer_models.errors import UsageError
from fer_models.training.presets import PRESETS, preset
from fer_models.training.recipe import Recipe


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_read_as_it_was_stored(name: str) -> None:
    assert Recipe.from_dict(json.loads(json.dumps(preset(name).as_dict()))) == preset(name)


def test_an_unknown_preset_is_refused_with_the_names_of_the_others() -> None:
    with pytest.raises(UsageError, match=r"There is no preset 'heavy'; choose one of cpu-light, gpu-light,"):
        preset("heavy")
