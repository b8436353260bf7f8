import json
from pathlib import Path
from typing import Annotated, Any

import pytest
from controller_messages import AT, an_event
from fer_controller.ingest.events import EventReader, checks_of, struct_of
from fer_controller.store.events.records import NewEvent, as_sent, new_event
from fer_wire import EmotionEvent, MessageError, parse
from fer_wire.events import Pose
from fer_wire.message import MAX_PAYLOAD_BYTES, iso_utc
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AfterValidator, BaseModel, Field, field_validator

FIXTURES = Path(__file__).parents[2] / "wire" / "fixtures"
READER = EventReader()
POSE = Pose(yaw_degrees=-12.5, pitch_degrees=3, roll_degrees=0)
WHOLE = an_event(3, oldest_seq=2, face_px=80.5, pose=POSE, uncertain=True)
DOCUMENT: dict[str, Any] = json.loads(WHOLE.payload())
Read = tuple[NewEvent, int, int] | str


def read(payload: bytes) -> Read:
    """What becomes of a message, or what is wrong with it."""
    try:
        event, said = READER.read(payload)
    except MessageError as error:
        return str(error)
    return new_event(event, said, AT), event.oldest_seq, event.schema_version


def read_by_the_model(payload: bytes) -> Read:
    try:
        event = parse(EmotionEvent, payload)
    except MessageError as error:
        return str(error)
    return new_event(event, iso_utc(event.time), AT), event.oldest_seq, event.schema_version


def with_value(field: str, spelt: str) -> bytes:
    """An event in which a value is spelt in this way."""
    marked = json.dumps({**DOCUMENT, field: "HERE"})
    return marked.replace('"HERE"', spelt).encode(errors="surrogatepass")


FIELDS = st.sampled_from([*DOCUMENT, "unknown"])
SPELLINGS = [
    "1",
    "1.0",
    "1e0",
    "-0",
    "-0.0",
    "0.1e1",
    "01",
    "1.",
    ".5",
    "+1",
    "1e400",
    "1e-400",
    "NaN",
    "Infinity",
    "null",
    "true",
    "9007199254740991",
    "9007199254740992",
    "18446744073709551616",
    '""',
    '"1"',
    r'"\u0000"',
    r'"\ud800"',
    r'"\ud83d\ude00"',
    '"\x00"',
    '"\x1f"',
    '"\ud800"',
    '"é"',
    f'"{"x" * 33}"',
    f'"{"é" * 64}"',
    f'"{"x" * 201}"',
    "[]",
    "{}",
    '{"happy":1}',
    '{"happy":0.5,"happy":0.25,"sad":1}',
    '{"happy":1.5}',
    '{"happy":true}',
    '{"":0}',
    "1,",
    "[" * 300 + "]" * 300,
    json.dumps({str(number): 0 for number in range(64)}),
    json.dumps({str(number): 0 for number in range(65)}),
    '{"x":1,"y":2,"width":3,"height":4}',
    '{"x":1,"y":2,"width":0,"height":4}',
    '{"x":1.0,"y":2,"width":3,"height":4}',
    '{"x":1,"y":2,"width":3,"height":4,"depth":5}',
    '{"yaw_degrees":1,"pitch_degrees":2,"roll_degrees":3}',
    '{"yaw_degrees":181,"pitch_degrees":2,"roll_degrees":3}',
    '{"yaw_degrees":null,"pitch_degrees":2,"roll_degrees":3}',
    '"2026-01-31T12:00:00.000Z"',
    '"2026-01-31T12:00:00Z"',
    '"2026-01-31T12:00:00.1239996Z"',
    '"2026-01-31t12:00:00.000z"',
    '"2026-01-31 12:00:00.000Z"',
    '"2026-01-31T12:00:00.000+00:00"',
    '"2026-01-31T12:00:00.000+02:00"',
    '"2026-01-31T12:00:00.000"',
    '"2026-02-29T12:00:00.000Z"',
    '"2024-02-29T12:00:00.000Z"',
    '"2026-01-31T24:00:00.000Z"',
    '"2026-01-31T23:59:60.000Z"',
    '"0000-01-01T00:00:00.000Z"',
    '"0001-01-01T00:00:00.000Z"',
    '"9999-12-31T23:59:59.999Z"',
    '"2026-W05-6T12:00:00.000Z"',
    '"2026-01-31T12:00:00,000Z"',
    '"٢026-01-31T12:00:00.000Z"',
    '"2026-01-31T12:00:00.000Z\n"',
]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.datetimes().map(str),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*/EmotionEvent/*.json")), ids=lambda path: path.stem)
def test_what_the_wire_s_fixtures_hold_is_read_as_by_the_model(path: Path) -> None:
    assert read(path.read_bytes()) == read_by_the_model(path.read_bytes())


@pytest.mark.parametrize("spelt", SPELLINGS)
@pytest.mark.parametrize("field", [*DOCUMENT, "unknown"])
def test_a_value_is_read_as_by_the_model_however_it_is_spelt(field: str, spelt: str) -> None:
    payload = with_value(field, spelt)
    assert read(payload) == read_by_the_model(payload)


@given(st.dictionaries(FIELDS, VALUES, max_size=3), st.sets(FIELDS, max_size=2))
def test_any_values_are_read_as_by_the_model(changes: dict[str, Any], left_out: set[str]) -> None:
    document = {name: value for name, value in {**DOCUMENT, **changes}.items() if name not in left_out}
    payload = json.dumps(document).encode()
    assert read(payload) == read_by_the_model(payload)


@given(at=st.integers(0, 500), removed=st.integers(0, 3), put=st.binary(max_size=4))
def test_a_spoilt_message_is_read_as_by_the_model(at: int, removed: int, put: bytes) -> None:
    payload = WHOLE.payload()[:at] + put + WHOLE.payload()[at + removed :]
    assert read(payload) == read_by_the_model(payload)


@given(st.floats(0, 1), st.floats(0, 1), st.integers(1, 2**53 - 1), st.datetimes())
def test_what_an_agent_writes_is_read_quickly(confidence: float, share: float, seq: int, time: Any) -> None:
    event = parse(EmotionEvent, json.dumps({**DOCUMENT, "time": f"{time.isoformat()}Z", "seq": seq}))
    event = event.model_copy(update={"confidence": confidence, "probabilities": {"happy": share}})
    quick = READER.read_quickly(event.payload())
    assert quick is not None
    assert new_event(quick, quick.time, AT) == new_event(event, iso_utc(event.time), AT)


def test_a_message_that_is_too_large_is_the_model_s_to_refuse() -> None:
    payload = WHOLE.payload() + b" " * MAX_PAYLOAD_BYTES
    assert READER.read_quickly(payload) is None
    assert read(payload) == read_by_the_model(payload)


def test_what_a_newer_agent_adds_is_the_model_s_to_ignore() -> None:
    payload = json.dumps({**DOCUMENT, "colour": "red"}).encode()
    assert READER.read_quickly(payload) is None
    assert read(payload) == read(WHOLE.payload())


def test_an_event_that_is_stored_can_be_written_as_it_came() -> None:
    for event in (WHOLE, an_event(1)):
        assert parse(EmotionEvent, as_sent(new_event(event, iso_utc(event.time), AT))) == event.model_copy(
            update={"oldest_seq": 1}
        )


class Even(BaseModel):
    number: int = Field(multiple_of=2)


class Nested(BaseModel):
    inner: Annotated[dict[str, Annotated[int, AfterValidator(abs)]], Field(min_length=1)]


class Method(BaseModel):
    number: int

    @field_validator("number")
    @classmethod
    def _odd(cls, number: int) -> int:
        return number | 1


class Choice(BaseModel):
    number: int | str


@pytest.mark.parametrize("model", [Even, Nested, Choice])
def test_bounds_that_the_decoder_does_not_know_are_a_fault_at_once(model: type[BaseModel]) -> None:
    with pytest.raises(TypeError, match="the decoder does not know"):
        struct_of(model)


def test_checks_in_methods_are_a_fault_at_once() -> None:
    with pytest.raises(TypeError, match="checks its fields in methods"):
        list(checks_of(Method))
