"""fer-controller label: a title that is any text, and quarantine by hand."""

import json
from pathlib import Path

import pytest
from fer_controller import cli
from served_fleet import ServedFleet


def test_a_title_and_quarantine_are_set_and_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fleet = ServedFleet(tmp_path)
    db = ("--db", str(fleet.settings.db))
    assert cli.run(["label", "orin-05", "title=Door, second floor", "site=lab", "--json", *db]) == 0
    assert json.loads(capsys.readouterr().out)["labels"] == {"site": "lab", "title": "Door, second floor"}
    assert cli.run(["label", "orin-05", "--quarantine", "--reason", "it is being moved", "--json", *db]) == 0
    assert json.loads(capsys.readouterr().out)["quarantined"] == "it is being moved"
    assert cli.run(["label", "orin-05", "--quarantine", "--release", *db]) == 2
    assert "give one of the two" in capsys.readouterr().err
    assert cli.run(["label", "orin-05", "--release", "--json", *db]) == 0
    assert json.loads(capsys.readouterr().out)["quarantined"] is None
    fleet.database.close()
