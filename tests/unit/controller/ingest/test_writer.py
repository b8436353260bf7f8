import json
import logging
from datetime import timedelta

import pytest
from controller_messages import (
    AT,
    DEVICE,
    EPOCH,
    START,
    a_birth,
    a_will,
    an_event,
    delivered,
    no_peers,
    raw,
    some_telemetry,
    topic_of,
)
from fer_controller.ingest.devices import Fleet
from fer_controller.ingest.streams import Streams
from fer_controller.ingest.writer import Ingest
from fer_controller.store.dead_letters.records import DEAD_LETTER_BYTES
from fer_controller.store.events.records import Stream
from fer_controller.store.filter import EventFilter
from fer_controller.store.ingest.memory import MemoryStore
from fer_wire import Topics
from fer_wire.message import MAX_PAYLOAD_BYTES
from fer_wire.topics import QUESTION
from hypothesis import given
from hypothesis import strategies as st

NOW = START.replace(hour=13)


def ingest(store: MemoryStore) -> Ingest:
    return Ingest(store, Topics(), Streams([], store.events.seqs_above, 100), Fleet([]), no_peers(), clock=lambda: NOW)


def changed(**changes: object) -> bytes:
    return json.dumps({**json.loads(an_event(1).payload()), **changes}).encode()


def test_one_batch_holds_events_streams_devices_and_telemetry() -> None:
    batch = ingest(MemoryStore()).read(
        [delivered(an_event(1)), delivered(a_birth()), delivered(some_telemetry()), delivered(an_event(2))]
    )
    assert [event.seq for event in batch.events] == [1, 2]
    assert batch.streams == [Stream(DEVICE, EPOCH, 2)]
    assert [(device.state, device.last_seen) for device in batch.devices] == [("online", AT)]
    assert len(batch.telemetry) == 1


@pytest.mark.parametrize(
    ("topic", "payload", "reason"),
    [
        ("fer/v1/nano-01/emotion/door", b"", "EmotionEvent: "),
        ("fer/v1/nano-01/emotion/door", b"{", "EmotionEvent: "),
        ("fer/v1/nano-01/emotion/door", b"\xff\xfe", "EmotionEvent: "),
        ("fer/v1/nano-01/emotion/door", b"x" * (MAX_PAYLOAD_BYTES + 1), "at most 65536 are accepted"),
        ("fer/v1/nano-02/emotion/door", an_event(1).payload(), "arrived on the topic of nano-02 and door"),
        ("fer/v1/nano-01/emotion/gate", an_event(1).payload(), "arrived on the topic of nano-01 and gate"),
        ("fer/v1/nano-01/status", an_event(1).payload(), "Status: state: Field required"),
        ("fer/v1/nano-02/status", a_birth().payload(), "arrived on the topic of nano-02"),
        ("fer/v1/nano-02/telemetry", some_telemetry().payload(), "arrived on the topic of nano-02"),
        ("fer/v1/na no/status", a_birth().payload(), "is not a valid name for a device"),
        ("fer/v1/+/emotion/door", an_event(1).payload(), "is not a valid name for a device"),
        ("fer/v1/a/b/emotion/door", an_event(1).payload(), "is none of the topics"),
        ("fer/v1/nano-01/emotion/door", changed(device="a/b"), "is not a valid name for a device"),
        ("fer/v1/nano-01/emotion/door", changed(track=2**70), "EmotionEvent: track: "),
        (
            "fer/v1/nano-01/emotion/door",
            changed(box={"x": -(2**70), "y": 0, "width": 1, "height": 1}),
            "EmotionEvent: box.x: ",
        ),
        ("fer/v1/nano-01/emotion/door", changed(time="0001-01-01T00:00:00+05:00"), "EmotionEvent: time: "),
        ("fer/v1/nano-01/emotion/door", changed(seq=2**63), "EmotionEvent: seq: "),
    ],
)
def test_what_cannot_be_read_becomes_a_dead_letter_with_its_reason(topic: str, payload: bytes, reason: str) -> None:
    store = MemoryStore()
    some = ingest(store)
    batch = some.read([delivered(an_event(1)), raw(topic, payload), delivered(an_event(2))])
    some.write(batch)
    (letter,) = store.dead_letters.newest(10)
    assert reason in letter.reason
    assert (letter.topic, letter.size_bytes, letter.time) == (topic, len(payload), AT)
    assert letter.payload == payload[:DEAD_LETTER_BYTES]
    assert store.events.last_event_id() == 2


def test_gaps_and_dead_letters_are_told_in_one_sentence_each(caplog: pytest.LogCaptureFixture) -> None:
    some = ingest(MemoryStore())
    with caplog.at_level(logging.WARNING):
        some.write(
            some.read([delivered(an_event(1)), delivered(an_event(9, oldest_seq=8)), raw("fer/v1/x/status", b"?")])
        )
    assert [record.getMessage().partition(":")[0] for record in caplog.records] == [
        f"nano-01 dropped its events 2 to 7 (epoch {EPOCH}) because its spool was full.",
        "1 message(s) could not be read; `fer-controller dead-letters` shows them. The last came on 'fer/v1/x/status'",
    ]


def test_a_clock_that_jumps_back_changes_no_order_of_seqs() -> None:
    batch = ingest(MemoryStore()).read(
        [delivered(an_event(1)), delivered(an_event(2, time=START.replace(year=2020))), delivered(an_event(3))]
    )
    assert batch.streams == [Stream(DEVICE, EPOCH, 3)]
    assert not batch.dead_letters


@given(
    st.binary(min_size=1, max_size=200).filter(QUESTION.__ne__),
    st.sampled_from(["emotion/door", "status", "telemetry", "reported"]),
)
def test_no_bytes_upset_the_ingest(payload: bytes, channel: str) -> None:
    store = MemoryStore()
    some = ingest(store)
    some.write(some.read([raw(f"fer/v1/nano-01/{channel}", payload)]))
    assert len(store.dead_letters.newest(10)) == 1


def test_a_retained_message_that_was_deleted_says_nothing_of_its_device() -> None:
    batch = ingest(MemoryStore()).read([raw("fer/v1/nano-01/status", b""), raw("fer/v1/nano-01/reported", b"")])
    assert (batch.dead_letters, batch.devices) == ([], [])


@pytest.mark.parametrize("channel", ["emotion/door", "status", "telemetry", "reported"])
def test_a_doctors_question_says_nothing_of_its_device(channel: str) -> None:
    batch = ingest(MemoryStore()).read([raw(f"fer/v1/nano-01/{channel}", QUESTION)])
    assert (batch.dead_letters, batch.devices, batch.events) == ([], [], [])


def test_topics_of_the_messages_are_those_of_the_wire() -> None:
    assert topic_of(an_event(1)) == "fer/v1/nano-01/emotion/door"


def test_a_flood_of_rubbish_is_told_now_and_then_with_its_count(caplog: pytest.LogCaptureFixture) -> None:
    times = iter([NOW] * 4 + [NOW + timedelta(seconds=11)] * 2)
    store = MemoryStore()
    streams = Streams([], store.events.seqs_above, 100)
    some = Ingest(store, Topics(), streams, Fleet([]), no_peers(), clock=lambda: next(times))
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            some.write(some.read([raw("fer/v1/x/status", b"?")]))
    assert [record.getMessage()[:2] for record in caplog.records] == ["1 ", "2 "]


def test_a_clock_that_jumps_back_does_not_silence_what_is_told(caplog: pytest.LogCaptureFixture) -> None:
    times = iter([NOW] * 2 + [NOW - timedelta(hours=5)] * 2)
    store = MemoryStore()
    some = Ingest(
        store, Topics(), Streams([], store.events.seqs_above, 100), Fleet([]), no_peers(), clock=lambda: next(times)
    )
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            some.write(some.read([raw("fer/v1/x/status", b"?")]))
    assert [record.getMessage()[:2] for record in caplog.records] == ["1 ", "1 "]


def test_events_of_a_device_whose_clock_jumped_back_are_stored_and_acknowledged() -> None:
    store = MemoryStore()
    streams = Streams([], store.events.seqs_above, 100)
    some = Ingest(store, Topics(), streams, Fleet([]), no_peers())
    earlier = an_event(2).model_copy(update={"time": an_event(1).time - timedelta(days=365)})
    some.write(some.read([delivered(an_event(1)), delivered(earlier), delivered(an_event(3))]))
    assert store.events.tally("nano-01").stored == 3
    assert streams.newest()
    assert [streams.ack(key).seq for key in streams.newest()] == [3]


def test_what_came_before_a_will_in_one_batch_is_no_sign_of_life_after_it() -> None:
    some = ingest(MemoryStore())
    batch = some.read([delivered(a_birth()), delivered(an_event(1)), delivered(a_will())])
    assert [device.state for device in batch.devices] == ["offline"]
    batch = some.read([delivered(an_event(2))])
    assert [device.state for device in batch.devices] == ["online"]


def test_events_from_the_future_and_of_a_clock_years_back_are_filed_by_their_arrival() -> None:
    store = MemoryStore()
    some = ingest(store)
    times = {1: START.replace(year=2019), 2: NOW + timedelta(days=2), 3: NOW - timedelta(days=9), 4: NOW}
    some.write(some.read([delivered(an_event(seq, time=time)) for seq, time in times.items()]))
    filed = {event.seq: (event.time, event.device_time) for event in store.events.newest_events(EventFilter(), 9, 9)}
    assert filed == {
        1: (AT, "2019-01-31T12:00:00.000Z"),
        2: (AT, "2026-02-02T13:00:00.000Z"),
        3: ("2026-01-22T13:00:00.000Z", None),
        4: (AT, None),
    }


def test_a_clock_two_days_behind_is_known_by_telemetry_and_what_it_dates_is_filed_by_its_arrival() -> None:
    store, behind = MemoryStore(), timedelta(days=2)
    times = iter([NOW] * 2 + [NOW + timedelta(seconds=10)] * 2)
    streams = Streams([], store.events.seqs_above, 100)
    some = Ingest(store, Topics(), streams, Fleet([]), no_peers(), clock=lambda: next(times))
    some.write(some.read([delivered(a_birth(time=NOW - behind))]))
    telemetry = some_telemetry().model_copy(update={"time": NOW - behind + timedelta(seconds=10)})
    seen = an_event(1, time=NOW - behind + timedelta(seconds=9))
    waited = an_event(2, time=NOW - timedelta(days=1))
    some.write(some.read([delivered(telemetry), delivered(seen), delivered(waited)]))
    filed = {event.seq: event.device_time for event in store.events.newest_events(EventFilter(), 9, 9)}
    assert filed == {1: "2026-01-29T13:00:09.000Z", 2: None}
    assert [device.clock_offset_s for device in store.devices.all()] == [-behind.total_seconds()]
