"""The pace of a training is measured without training anything to its end."""

from pathlib import Path

import pytest
from fer_models.errors import UsageError
from fer_models.network.config import CNN
from fer_models.training.presets import preset
from fer_models.training.recipe import with_network
from made_models import made_faces, write_images

pytestmark = [pytest.mark.training, pytest.mark.usefixtures("torch")]


def test_a_pace_says_how_many_steps_make_an_epoch_and_how_long_each_takes(tmp_path: Path) -> None:
    from fer_models.training.datasets import DataSources
    from fer_models.training.machine import MachineOptions
    from fer_models.training.pace import pace

    write_images(tmp_path, "Training", made_faces(70))
    recipe, sources, options = with_network(preset("tiny"), CNN), DataSources((tmp_path,)), MachineOptions(threads=1)
    found = pace(recipe, sources, options, steps=2)
    assert (found["network"], found["threads"], found["steps"], found["steps_an_epoch"]) == (CNN, 1, 2, 1)
    assert found["seconds_a_step"] > 0
    assert found["processor_seconds_a_step"] > 0
    with pytest.raises(UsageError, match=r"has 3 steps on 61 images, one of which is not timed; give fewer --steps"):
        pace(recipe, sources, options, steps=3)
