"""What holds for every message: time, size, numbers, and the schema's promises."""

import json
from datetime import datetime, timedelta, timezone
from typing import Any, Dict, Iterator, Type

import pytest
from fer_wire import MESSAGES, Message, MessageError, Status, parse
from fer_wire.message import MAX_COUNT, MAX_PAYLOAD_BYTES, SCHEMA_VERSION, iso_utc
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

NOON = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)
LEAST = b'{"device": "n", "run": "r", "state": "online", "time": "2026-01-31T12:00:00Z"}'

offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
times = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=offsets)  # noqa: DTZ001 - bounds are naive


def _padded_to(size_bytes: int) -> bytes:
    return LEAST + b" " * (size_bytes - len(LEAST))


def test_time_is_written_in_utc_with_milliseconds() -> None:
    in_berlin = datetime(2026, 1, 31, 13, 0, 0, 123_999, tzinfo=timezone(timedelta(hours=1)))
    assert iso_utc(in_berlin) == "2026-01-31T12:00:00.123Z"


@given(times, times)
def test_written_times_sort_as_time_does(one: datetime, other: datetime) -> None:
    sooner, later = sorted([one, other])
    assert iso_utc(sooner) <= iso_utc(later)


@given(times)
def test_a_message_holds_its_time_as_it_is_written(moment: datetime) -> None:
    status = Status(device="n", run="r", state="online", time=moment)
    assert json.loads(status.payload())["time"] == iso_utc(status.time) == iso_utc(moment)
    assert timedelta(0) <= moment - status.time < timedelta(milliseconds=1)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValidationError, match="timezone"):
        Status(device="n", run="r", state="online", time=NOON.replace(tzinfo=None))


@pytest.mark.parametrize(("year", "hours"), [(1, 14), (9999, -14)])
def test_a_time_that_utc_has_no_year_for_is_refused(year: int, hours: int) -> None:
    new_year = datetime(year, 1, 1, tzinfo=timezone(timedelta(hours=hours)))
    beyond = new_year if year == 1 else new_year.replace(month=12, day=31, hour=23)
    with pytest.raises(ValidationError, match="outside the years 1 to 9999"):
        Status(device="n", run="r", state="online", time=beyond)


def test_the_largest_payload_is_read() -> None:
    assert parse(Status, _padded_to(MAX_PAYLOAD_BYTES)).device == "n"


def test_a_larger_payload_is_refused_unread() -> None:
    with pytest.raises(MessageError) as caught:
        parse(Status, b"\xff" * (MAX_PAYLOAD_BYTES + 1))
    assert str(caught.value) == "Status: the payload has 65537 bytes; at most 65536 are accepted."


def test_the_size_of_a_text_is_counted_in_bytes() -> None:
    with pytest.raises(MessageError, match="the payload has 80000 bytes"):
        parse(Status, "é" * 40_000)


def test_a_deeply_nested_payload_is_refused() -> None:
    with pytest.raises(MessageError, match="recursion limit"):
        parse(Status, b"[" * 10_000)


def test_a_payload_that_is_no_text_is_refused() -> None:
    with pytest.raises(MessageError, match="Invalid JSON"):
        parse(Status, b'{"device": "\xff"}')


@pytest.mark.parametrize("kind", MESSAGES)
def test_every_message_is_frozen(kind: Type[Message]) -> None:
    assert kind.model_config["frozen"]


@pytest.mark.parametrize("kind", MESSAGES)
def test_every_message_ignores_what_it_does_not_know(kind: Type[Message]) -> None:
    assert kind.model_config["extra"] == "ignore"


@pytest.mark.parametrize("kind", MESSAGES)
def test_every_message_carries_the_number_of_its_schema(kind: Type[Message]) -> None:
    assert kind.model_fields["schema_version"].default == SCHEMA_VERSION


@pytest.mark.parametrize("kind", MESSAGES)
def test_every_whole_number_fits_a_database(kind: Type[Message]) -> None:
    unbounded = [name for name, field in _numbers(kind.model_json_schema()) if not _bounded(field)]
    assert unbounded == []


@pytest.mark.parametrize("kind", MESSAGES)
def test_every_field_says_what_it_means(kind: Type[Message]) -> None:
    silent = [name for name, field in _fields(kind.model_json_schema()) if not field.get("description")]
    assert silent == []


def _fields(schema: Dict[str, Any]) -> Iterator["tuple[str, Dict[str, Any]]"]:
    for part in [schema, *schema.get("$defs", {}).values()]:
        for name, field in part["properties"].items():
            yield f"{part['title']}.{name}", field


def _numbers(schema: Dict[str, Any]) -> Iterator["tuple[str, Dict[str, Any]]"]:
    for name, field in _fields(schema):
        alternatives = [field, *field.get("anyOf", []), *field.get("prefixItems", []), field.get("items", {})]
        for alternative in alternatives:
            if alternative.get("type") == "integer":
                yield name, alternative


def _bounded(field: Dict[str, Any]) -> bool:
    highest = field.get("maximum", MAX_COUNT + 1)
    bounded: bool = "minimum" in field and -MAX_COUNT <= field["minimum"] <= highest <= MAX_COUNT
    return bounded
