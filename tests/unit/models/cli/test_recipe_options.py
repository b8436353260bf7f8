"""The options of a recipe are its fields, and only those that are given change it."""

from dataclasses import replace

import pytest
from fer_models.cli import app, run
from fer_models.cli.recipe_options import KINDS, changed_recipe
from fer_models.options import options_of
from fer_models.training.presets import LIGHT, preset
from typer.main import get_command

NOTHING = {told.name or field.name: None for kind in KINDS for field, told in options_of(kind)}


def test_every_field_with_an_option_is_an_option_of_train() -> None:
    train = get_command(app).commands["train"]  # type: ignore[attr-defined]  # a group of commands
    assert NOTHING.keys() <= {parameter.name for parameter in train.params}


def test_without_options_a_preset_stays_as_it_is() -> None:
    assert changed_recipe(preset("refine"), NOTHING) == preset("refine")


def test_an_option_changes_its_field_of_the_recipe_or_of_the_network() -> None:
    recipe = changed_recipe(preset("refine"), {**NOTHING, "learning_rate": 0.5, "width": 2.0, "whole": True}, px=40)
    assert (recipe.peak_learning_rate, recipe.network, recipe.whole) == (0.5, replace(LIGHT, width=2.0), True)
    assert recipe.px(0) == 40


@pytest.mark.parametrize(("option", "value"), [("--epochs", "0"), ("--votes-share", "1.5"), ("--width", "0.01")])
def test_a_value_beyond_a_fields_bounds_is_wrong_use(
    option: str, value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["train", "--data", "faces", option, value]) == 2
    assert option in capsys.readouterr().err
