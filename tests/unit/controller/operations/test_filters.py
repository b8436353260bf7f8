import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from fer_controller.errors import SettingsError
from fer_controller.operations.filters import TypedEventFilter, moment, taken_as_local

NOW = datetime(2026, 1, 31, 13, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90s", "2026-01-31T12:58:30.000Z"),
        ("10m", "2026-01-31T12:50:00.000Z"),
        ("2h", "2026-01-31T11:00:00.000Z"),
        ("3d", "2026-01-28T13:00:00.000Z"),
        ("1w", "2026-01-24T13:00:00.000Z"),
        ("2026-01-31T12:00:00Z", "2026-01-31T12:00:00.000Z"),
        ("2026-01-31T12:00:00.5+02:00", "2026-01-31T10:00:00.500Z"),
    ],
)
def test_a_moment_is_a_time_ago_or_an_iso_time(text: str, expected: str) -> None:
    assert moment(text, NOW) == expected


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patched:
        patched.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("berlin")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-31", "2026-01-30T23:00:00.000Z"),
        ("2026-01-31T12:00", "2026-01-31T11:00:00.000Z"),
        ("2026-07-31 12:00:00", "2026-07-31T10:00:00.000Z"),
        ("2026-10-25T02:30", "2026-10-25T00:30:00.000Z"),
    ],
)
def test_a_time_without_a_zone_is_local_and_says_so(text: str, expected: str) -> None:
    assert moment(text, NOW) == expected
    assert taken_as_local(text, NOW) == f"{text} has no zone and is taken as this machine's time: {expected}."


@pytest.mark.parametrize("text", ["10m", "2026-01-31T12:00:00Z", "2026-01-31T12:00+02:00", "soon", ""])
def test_nothing_is_said_of_other_times(text: str) -> None:
    assert taken_as_local(text, NOW) == ""


@pytest.mark.parametrize("text", ["", "soon", "10", "10y", "999999999w", "2026-13-01", "-5m"])
def test_anything_else_is_answered_with_what_a_time_looks_like(text: str) -> None:
    with pytest.raises(SettingsError, match="is not a time; write 90s, 10m, 2h, 3d, or"):
        moment(text, NOW)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"emotion": "joy"}, "There is no emotion 'joy'; use angry, disgust, fear, happy, sad, surprise, neutral."),
        ({"kind": "foo"}, "There is no kind 'foo'; use start, change, heartbeat, end."),
    ],
)
def test_what_no_event_is_is_answered_with_what_there_is(wrong: "dict[str, str]", sentence: str) -> None:
    with pytest.raises(SettingsError) as refused:
        TypedEventFilter.model_validate(wrong)
    assert str(refused.value) == sentence


def test_a_filter_holds_times_in_utc_however_they_were_typed() -> None:
    wanted = TypedEventFilter(since="2026-01-31T13:00:00+01:00")
    assert (wanted.since, wanted.until) == ("2026-01-31T12:00:00.000Z", TypedEventFilter().until)
    assert TypedEventFilter(**dict(wanted)) == wanted
    with pytest.raises(SettingsError, match="'soon' is not a time"):
        TypedEventFilter(until="soon")
