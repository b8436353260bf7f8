import os
from pathlib import Path

import pytest
from fer_controller.errors import RegistryError
from fer_controller.registry.catalogue import Catalogue
from fer_controller.store.registry.records import StoredModel
from fer_controller.store.registry.store import ModelStore
from unit.controller.registry.entries import kept


def test_the_card_beside_the_manifest_is_kept_with_the_model(catalogue: Catalogue, entry: Path) -> None:
    (entry / "card.md").write_text("# tiny\n\n<b>Für alle.</b>\n")
    model, _ = catalogue.add(entry)
    assert catalogue.card(model) == "# tiny\n\n<b>Für alle.</b>\n"


def test_a_model_without_a_card_gets_one_when_it_is_added_again_and_keeps_it(
    store: ModelStore, catalogue: Catalogue, entry: Path
) -> None:
    model, _ = catalogue.add(entry)
    assert catalogue.card(model) == ""
    (entry / "card.md").write_text("one")
    assert catalogue.add(entry) == (model, False)
    assert catalogue.card(model) == "one"
    (entry / "card.md").unlink()
    catalogue.add(entry)
    assert catalogue.card(model) == "one"
    assert store.get("tiny", "1.0.0") == StoredModel("tiny", "1.0.0", model.payload, model.added_at)


def test_a_card_goes_with_its_model(catalogue: Catalogue, entry: Path) -> None:
    (entry / "card.md").write_text("one")
    model, _ = catalogue.add(entry)
    catalogue.remove("tiny", "1.0.0")
    (entry / "card.md").unlink()
    assert catalogue.add(entry)[1]
    assert catalogue.card(model) == ""


@pytest.mark.parametrize(
    ("card", "sentence"),
    [
        (b"x" * (64 * 1024 + 1), "is larger than 64 KiB; shorten it"),
        (b"caf\xe9", "is not in UTF-8; save it so"),
        (b"a\0b", "has a NUL character in it"),
    ],
)
def test_a_card_that_cannot_be_kept_is_refused_and_leaves_nothing(
    catalogue: Catalogue, entry: Path, card: bytes, sentence: str
) -> None:
    (entry / "card.md").write_bytes(card)
    with pytest.raises(RegistryError, match=rf"card\.md {sentence}"):
        catalogue.add(entry)
    assert catalogue.list() == []
    assert kept(catalogue) == set()


def test_a_pipe_in_a_cards_place_holds_nobody_up(catalogue: Catalogue, entry: Path) -> None:
    os.mkfifo(entry / "card.md")
    with pytest.raises(RegistryError, match=r"card\.md cannot be read \(it is no plain file\)"):
        catalogue.add(entry)
