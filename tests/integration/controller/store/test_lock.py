"""One controller a database."""

from pathlib import Path

import pytest
from fer_controller.errors import StoreError
from fer_controller.store.posts import INGEST, RETENTION, ROLLOUTS
from fer_controller.store.sqlite.lock import exclusive


def test_two_controllers_cannot_serve_one_database(tmp_path: Path) -> None:
    db = tmp_path / "fleet.db"
    with (
        exclusive(db),
        pytest.raises(StoreError, match=r"Another fer-controller serves .* \(pid \d+, ingest\)"),
    ):
        exclusive(db).__enter__()


def test_the_lock_is_free_again_after_the_block(tmp_path: Path) -> None:
    for _ in range(2):
        with exclusive(tmp_path / "fleet.db"):
            assert (tmp_path / "fleet.db.lock").exists()


def test_processes_of_one_machine_share_the_posts_of_a_database(tmp_path: Path) -> None:
    db = tmp_path / "fleet.db"
    with exclusive(db, [INGEST]), exclusive(db, [ROLLOUTS]), pytest.raises(StoreError, match="ingest"):
        exclusive(db, [INGEST, RETENTION]).__enter__()


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened: No such file or directory"):
        exclusive(tmp_path / "nowhere" / "fleet.db").__enter__()
