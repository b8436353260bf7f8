import pytest
from fer_controller.store.devices import reports
from fer_controller.store.devices.reports import EqualParts, NewestReports


class Reader:
    def __init__(self) -> None:
        self.read: list[str] = []

    def __call__(self, text: str) -> str:
        self.read.append(text)
        return text.upper()


def test_a_report_that_is_as_before_is_read_once() -> None:
    reader = Reader()
    known = NewestReports(reader)
    assert [known.of("nano-01", "on") for _ in range(3)] == ["ON"] * 3
    assert reader.read == ["on"]


def test_a_newer_report_takes_the_place_of_the_one_before() -> None:
    reader = Reader()
    known = NewestReports(reader)
    assert [known.of("nano-01", text) for text in ("on", "off", "off", "on")] == ["ON", "OFF", "OFF", "ON"]
    assert reader.read == ["on", "off", "on"]


def test_devices_are_not_taken_for_each_other() -> None:
    known = NewestReports(Reader())
    assert [known.of("nano-01", "on"), known.of("nano-02", "off"), known.of("nano-01", "on")] == ["ON", "OFF", "ON"]


def test_of_more_devices_than_are_remembered_each_is_answered_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "DEVICES_REMEMBERED", 3)
    known = NewestReports(Reader())
    assert [known.of(f"nano-{number:02}", str(number)) for number in [*range(8), *range(8)]] == [*"01234567"] * 2


def test_equal_parts_are_one() -> None:
    parts = EqualParts()
    kept = [parts.kept((*model, 1)) for model in ("ab", "ab", "cd")]
    assert kept == [("a", "b", 1), ("a", "b", 1), ("c", "d", 1)]
    assert kept[0] is kept[1]


def test_no_more_parts_are_remembered_than_a_fleet_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "PARTS_REMEMBERED", 3)
    parts = EqualParts()
    assert [parts.kept(number) for number in [*range(8), *range(8)]] == [*range(8)] * 2
    assert len(vars(parts)["_known"]) <= 3
