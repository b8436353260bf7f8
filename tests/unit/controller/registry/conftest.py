from collections.abc import Iterator
from pathlib import Path

import pytest
from fer_controller.registry.catalogue import Catalogue
from fer_controller.registry.signing import make_keys
from fer_controller.store.registry.store import ModelStore
from opened_stores import model_store
from tiny_onnx import network, write_model
from unit.controller.registry.entries import OTHER_NETWORK


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ModelStore]:
    with model_store(tmp_path / "fleet.db") as made:
        yield made


@pytest.fixture
def catalogue(store: ModelStore, tmp_path: Path) -> Catalogue:
    make_keys(tmp_path / "fleet.models")
    return Catalogue(store, tmp_path / "fleet.models")


@pytest.fixture
def entry(tmp_path: Path) -> Path:
    return write_model(tmp_path / "tiny" / "1.0.0", {"fp32": network(), "int8": OTHER_NETWORK})
