"""A manifest that proves nothing of its model is not taken."""

from pathlib import Path

import pytest
from fer_controller.errors import RegistryError
from fer_controller.registry.catalogue import Catalogue
from fer_controller.registry.signing import make_keys
from opened_stores import model_store
from tiny_onnx import network, write_model


@pytest.mark.parametrize("tolerance", [1.01, 1e308])
def test_a_tolerance_that_any_model_passes_is_refused(tmp_path: Path, tolerance: float) -> None:
    make_keys(tmp_path / "models")
    entry = write_model(tmp_path / "tiny", {"fp32": network()}, tolerance=tolerance)
    with model_store(tmp_path / "fleet.db") as store, pytest.raises(RegistryError, match="would prove nothing"):
        Catalogue(store, tmp_path / "models").add(entry)
