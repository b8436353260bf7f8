"""A request for pruning says which networks it can prune."""

from pathlib import Path

import pytest
from fer_models.errors import UsageError
from fer_models.network.config import VGG
from fer_models.pruning.budget import Budget
from fer_models.training.presets import preset
from fer_models.training.recipe import with_network

pytestmark = [pytest.mark.training, pytest.mark.usefixtures("torch")]


def test_structured_pruning_of_another_network_than_an_xception_is_refused(tmp_path: Path) -> None:
    from fer_models.pruning.request import MAGNITUDE, PruningRequest

    checkpoint = tmp_path / "checkpoint.pt"
    checkpoint.write_bytes(b"of a vgg")
    vgg = with_network(preset("tiny"), VGG)
    refused = r"holds a vgg, and structured pruning is made for an Xception's blocks; choose --method magnitude"
    with pytest.raises(UsageError, match=refused):
        PruningRequest(checkpoint, tmp_path, Budget("ratio", 2.0)).recipe(vgg)
    assert PruningRequest(checkpoint, tmp_path, Budget("ratio", 2.0), MAGNITUDE).recipe(vgg).network == vgg.network
