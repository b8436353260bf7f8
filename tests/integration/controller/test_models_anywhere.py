"""A model that one machine adds is served by every other, from the database."""

from pathlib import Path

import pytest
from fer_controller.errors import RegistryError
from fer_controller.registry.artifacts import Artifacts
from fer_controller.registry.catalogue import Catalogue, Shelf
from fer_controller.registry.signing import make_keys
from fer_controller.settings import PostgresUrl
from fer_controller.store import opening
from fer_controller.store.registry.store import ModelStore
from real_postgres import Postgres


@pytest.fixture
def place(postgres: Postgres) -> PostgresUrl:
    return postgres.database()


@pytest.fixture
def entry(root: Path) -> Path:
    return max((root / "models/zoo/light").iterdir())


def test_what_one_machine_adds_another_serves_and_verifies(place: PostgresUrl, entry: Path, tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    make_keys(here)
    with opening.writer(place) as database:
        catalogue = Catalogue(ModelStore(database), here)
        model, _ = catalogue.add(entry)
        shelf = Shelf(ModelStore(database), there)
        assert shelf.card(model) == (entry / "card.md").read_text(encoding="utf-8")
        for variant in model.manifest.variants:
            copied = shelf.artifacts.present(variant.sha256)
            assert copied.read_bytes() == catalogue.artifacts.path(variant.sha256).read_bytes()
        catalogue.remove(model.name, model.version)
        assert list(ModelStore(database).content(model.manifest.variants[0].sha256)) == []


def test_what_nobody_has_added_is_nowhere(place: PostgresUrl, tmp_path: Path) -> None:
    with opening.writer(place) as database:
        assert not Artifacts(tmp_path, ModelStore(database).content).present("0" * 64).exists()


def test_a_copy_that_is_not_what_its_hash_says_is_not_served(place: PostgresUrl, tmp_path: Path) -> None:
    with opening.writer(place) as database:
        store = ModelStore(database)
        store.put_content("0" * 64, [b"forged"])
        artifacts = Artifacts(tmp_path, store.content)
        with pytest.raises(RegistryError, match="is damaged; add the model again"):
            artifacts.present("0" * 64)
        assert not artifacts.path("0" * 64).exists()
