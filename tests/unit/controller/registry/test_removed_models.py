import sqlite3
from pathlib import Path

import pytest
from fer_controller.errors import RegistryError
from fer_controller.registry.catalogue import Catalogue
from tiny_onnx import network, write_model
from unit.controller.registry.entries import changed, kept


def test_a_removed_model_leaves_the_files_that_another_has(catalogue: Catalogue, entry: Path) -> None:
    first, _ = catalogue.add(entry)
    second_entry = write_model(entry.parent / "2", {"fp32": network()})
    second, _ = catalogue.add(changed(second_entry, lambda document: document.update(version="2.0.0")))
    shared, lone = (first.variant(precision).sha256 for precision in ("fp32", "int8"))
    assert catalogue.remove("tiny", "1.0.0") == (entry / "int8.onnx").stat().st_size
    assert catalogue.list() == [second]
    assert kept(catalogue) == {shared} != {lone}
    catalogue.verify(second)
    assert catalogue.by_sha256(lone) is None
    with pytest.raises(RegistryError, match=r"The registry has no model tiny@1\.0\.0"):
        catalogue.remove("tiny", "1.0.0")


def test_a_model_that_was_removed_can_be_added_again(catalogue: Catalogue, entry: Path) -> None:
    catalogue.add(entry)
    catalogue.remove("tiny", "1.0.0")
    model, added = catalogue.add(entry)
    assert added
    catalogue.verify(model)


DESIRED = "INSERT INTO desired_states VALUES ('nano-01', 'r1', 1, ?, 1, ?, '', 1, 'classifier', '', '')"
ROLLOUT = (
    "INSERT INTO rollouts "
    "(id, created_at, created_by, model, manifest_url, request, state, reason, updated_at, ended_at) VALUES "
    "('r1', '', '', '', '', '', '', '', '', ?)"
)
TARGET = "INSERT INTO rollout_targets VALUES ('r1', 'nano-02', 1, 1, '', ?, '', 1, 0, '', ?, '', '', '', '', '', '')"


@pytest.mark.parametrize(
    ("rows", "needed_by"),
    [
        ([(DESIRED, ("SHA", "{}"))], "nano-01"),
        ([(DESIRED, ("other", '{"alternatives":[{"sha256":"SHA"}]}'))], "nano-01"),
        ([(ROLLOUT, ("",)), (TARGET, ('[{"sha256":"SHA"}]', ""))], "rollout r1"),
        ([(ROLLOUT, ("",)), (TARGET, ("[]", "SHA"))], "rollout r1"),
        ([(ROLLOUT, ("2026-01-31",)), (TARGET, ('[{"sha256":"SHA"}]', "SHA"))], None),
        ([(DESIRED, ("other", "{}"))], None),
    ],
)
def test_a_model_that_a_device_or_a_rollout_needs_is_not_removed(
    catalogue: Catalogue,
    entry: Path,
    tmp_path: Path,
    rows: list[tuple[str, tuple[str, ...]]],
    needed_by: str | None,
) -> None:
    model, _ = catalogue.add(entry)
    sha256 = model.variant("int8").sha256
    other = sqlite3.connect(tmp_path / "fleet.db")
    with other:
        for statement, values in rows:
            other.execute(statement, [value.replace("SHA", sha256) for value in values])
    other.close()
    if needed_by is None:
        catalogue.remove("tiny", "1.0.0")
        return
    with pytest.raises(RegistryError, match=rf"tiny@1\.0\.0 is still needed by {needed_by}; deploy another"):
        catalogue.remove("tiny", "1.0.0")
    catalogue.verify(model)
