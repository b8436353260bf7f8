"""Whatever an event holds, it crosses the wire unharmed; whatever comes instead is refused with a sentence."""

import json
from datetime import datetime, timedelta, timezone
from typing import Optional

import pytest
from fer_wire import EMOTIONS, Box, EmotionEvent, MessageError, parse
from fer_wire.events import KINDS, MAX_PX, MAX_SEQ, is_uncertain
from fer_wire.tuning import EventTuning
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

names = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}", fullmatch=True)
seqs = st.integers(1, MAX_SEQ)
probabilities = st.floats(0, 1)
offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
times = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=offsets)  # noqa: DTZ001 - bounds are naive
texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=32)
pixels = st.integers(-MAX_PX, MAX_PX)
sizes = st.integers(1, MAX_PX)

events = st.builds(
    EmotionEvent,
    device=names,
    camera=names,
    epoch=texts,
    seq=seqs,
    oldest_seq=seqs,
    time=times,
    track=seqs,
    kind=st.sampled_from(KINDS) | texts,
    emotion=st.sampled_from(EMOTIONS) | texts,
    confidence=probabilities,
    probabilities=st.dictionaries(st.sampled_from(EMOTIONS) | texts, probabilities, min_size=1, max_size=12),
    box=st.builds(Box, x=pixels, y=pixels, width=sizes, height=sizes),
    model=st.text(st.characters(exclude_categories=["Cs"]), max_size=200),
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(), children, max_size=3),
    max_leaves=8,
)

VALID = EmotionEvent(
    device="nano-01",
    camera="door",
    epoch="e1",
    seq=5,
    time=datetime(2026, 1, 31, 12, tzinfo=timezone.utc),
    track=1,
    kind="start",
    emotion="happy",
    confidence=0.75,
    probabilities={"happy": 0.75, "sad": 0.25},
    box=Box(x=1, y=2, width=3, height=4),
    model="m@1/int8",
)


def _with(**changes: object) -> bytes:
    return json.dumps({**json.loads(VALID.payload()), **changes}).encode()


@given(events)
def test_any_event_survives_the_way_through_the_broker(event: EmotionEvent) -> None:
    assert parse(EmotionEvent, event.payload()) == event


@given(events)
def test_an_event_is_written_the_same_after_it_was_read(event: EmotionEvent) -> None:
    assert parse(EmotionEvent, event.payload()).payload() == event.payload()


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_with_a_sentence(payload: bytes) -> None:
    with pytest.raises(MessageError, match=r"^EmotionEvent: ."):
        parse(EmotionEvent, payload)


@given(field=st.sampled_from(sorted(EmotionEvent.model_fields)), value=json_values)
def test_any_value_in_any_field_is_refused_or_survives(field: str, value: object) -> None:
    try:
        event = parse(EmotionEvent, _with(**{field: value}))
    except MessageError as error:
        assert field in str(error) or "JSON" in str(error)  # noqa: PT017 - acceptance is a right outcome too
    else:
        assert parse(EmotionEvent, event.payload()) == event


@given(extras=st.dictionaries(st.text(), json_values, max_size=3))
def test_unknown_fields_are_ignored(extras: "dict[str, object]") -> None:
    unknown = {key: value for key, value in extras.items() if key not in EmotionEvent.model_fields}
    assert parse(EmotionEvent, _with(**unknown)) == VALID


def test_a_kind_and_an_emotion_of_a_newer_agent_are_kept_as_they_are() -> None:
    event = parse(EmotionEvent, _with(kind="blink", emotion="contempt"))
    assert (event.kind, event.emotion) == ("blink", "contempt")


def test_an_event_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        VALID.seq = 6  # type: ignore[misc]


def test_a_part_of_an_event_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        VALID.box.x = 0  # type: ignore[misc]


def test_an_event_without_oldest_seq_declares_no_gap() -> None:
    assert VALID.oldest_seq == 1


@pytest.mark.parametrize("count", [0, 65])
def test_an_event_has_1_to_64_probabilities(count: int) -> None:
    with pytest.raises(MessageError, match="probabilities: expected 1 to 64 probabilities"):
        parse(EmotionEvent, _with(probabilities={f"emotion {i}": 0.0 for i in range(count)}))


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_no_number_that_is_none_is_sent(number: float) -> None:
    with pytest.raises(ValidationError):
        EmotionEvent(**{**dict(VALID), "confidence": number})


@pytest.mark.parametrize(
    ("confidence", "yaw_degrees", "expected"),
    [(0.5, 0, False), (0.49, 0, True), (0.9, 45, False), (0.9, 46, True), (0.9, -46, True), (0.9, None, False)],
)
def test_a_doubtful_emotion_or_a_turned_head_is_uncertain(
    confidence: float, yaw_degrees: Optional[float], expected: bool
) -> None:
    limits = EventTuning(uncertain_below=0.5, uncertain_yaw_degrees=45)
    assert is_uncertain(confidence, yaw_degrees, limits) is expected


def test_the_limits_of_certainty_can_be_turned_off() -> None:
    assert not is_uncertain(0.0, 90, EventTuning(uncertain_below=0, uncertain_yaw_degrees=180))
