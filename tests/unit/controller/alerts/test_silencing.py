"""Until when silences cover an alert."""

from datetime import UTC, datetime

import pytest
from fer_controller.alerts.silencing import Quiet
from fer_controller.alerts.view import View
from fer_controller.store.alerts.records import Silence
from fer_controller.store.devices.records import Device, Label

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
AT, SOON, LATE = (f"2026-01-31T{hour}:00:00.000Z" for hour in (12, 13, 18))
VIEW = View(NOW, [Device("nano-01"), Device("nano-02")], labels=[Label("nano-01", "site", "lab")])


def silence(rule: str, selector: str, until: str) -> Silence:
    return Silence(rule, selector, "", AT, "anna", until)


@pytest.mark.parametrize(
    ("silences", "until"),
    [
        ([], ""),
        ([silence("", "", SOON)], SOON),
        ([silence("heat", "", SOON)], SOON),
        ([silence("disk", "", SOON)], ""),
        ([silence("", "site=lab", SOON)], SOON),
        ([silence("", "site=foyer", SOON)], ""),
        ([silence("heat", "", SOON), silence("", "device=nano-*", LATE), silence("disk", "", LATE)], LATE),
    ],
)
def test_the_longest_of_those_that_cover_it_counts(silences: "list[Silence]", until: str) -> None:
    assert Quiet(silences, VIEW).until("heat", "nano-01") == until


def test_what_is_no_devices_is_covered_by_silences_of_all_devices_alone() -> None:
    assert Quiet([silence("", "site!=lab", SOON)], VIEW).until("ingest", "") == ""
    assert Quiet([silence("ingest", "", SOON)], VIEW).until("ingest", "") == SOON
