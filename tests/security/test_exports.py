"""What a device sends is data in an export, and no formula."""

import csv
from pathlib import Path

import pytest
from controller_messages import an_event
from fer_controller.export import files
from fer_controller.store.filter import EventFilter
from fer_controller.store.opening import reader
from fer_controller.store.subjects import Subjects
from hostile_fleet import HostileFleet


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t=", "\r="])
def test_no_cell_of_a_csv_file_begins_a_formula(tmp_path: Path, begin: str) -> None:
    formula = f"{begin}HYPERLINK(A1)"
    fleet = HostileFleet(tmp_path / "fleet.db")
    fleet.take_messages(an_event(1, epoch=formula, kind=formula, emotion=formula, model=formula))
    with reader(fleet.db) as database:
        events = Subjects(database).events.newest_events(EventFilter(), 10, 10)
    assert files.write(events, tmp_path / "out.csv", files.CSV) == 1
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert row["model"] == f"'{formula}"
    assert row["device"] == "nano-01"
    assert not [name for name, cell in row.items() if cell.startswith(files.FORMULA_BEGINS)]
