"""The task of the HTTP server's process comes through as it was given."""

import os
from pathlib import Path

import pytest
from fer_controller.http.process import Task
from fer_controller.settings import AlertSettings, HttpSettings


@pytest.mark.parametrize("name", [b"fleet.db", b"100%25 sure?.db", b"d\xe9.db", "dé.db".encode()])
def test_any_name_of_a_database_reaches_the_process(name: bytes) -> None:
    db = Path(os.fsdecode(b"/var/lib/" + name))
    limits = AlertSettings(temperature_c=70, disk_free_mb=0).limits
    task = Task(db=db, folder=db, fd=3, http=HttpSettings(), stale_after_s=9, limits=limits)
    assert Task.model_validate_json(task.model_dump_json()) == task
