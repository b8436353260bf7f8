"""What every store does; SQLite in a file and the shipped memory store answer the same tests."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest
from controller_messages import AT, DEVICE, EPOCH, START, a_batch, a_reply, an_event, as_arrived, some_telemetry
from fer_controller.store.commands.records import ANSWERED, ASKED, FAILED, REFUSED, CommandRow
from fer_controller.store.contract import Store
from fer_controller.store.dead_letters.records import DEAD_LETTERS, DEAD_LETTERS_DROPPED, REDELIVERED, DeadLetter
from fer_controller.store.devices.records import Device
from fer_controller.store.events.records import Gap, Stream, Tally
from fer_controller.store.filter import EventFilter
from fer_controller.store.ingest.memory import MemoryStore
from fer_controller.store.ingest.records import Batch, Written
from fer_wire import EmotionEvent, parse
from fer_wire.events import Pose
from opened_stores import ingest_store

ANY = EventFilter()
CAP = 3


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "memory":
        yield MemoryStore(dead_letters_max=CAP)
        return
    place = tmp_path / "fleet.db" if request.param == "sqlite" else request.getfixturevalue("postgres").database()
    with ingest_store(place, dead_letters_max=CAP) as made:
        yield made


def seqs(store: Store, wanted: EventFilter = ANY) -> list[int]:
    return [event.seq for event in store.events.events_page(wanted, ("", 0), 1000)]


def letter(number: int) -> DeadLetter:
    return DeadLetter(AT, f"fer/v1/x/{number}", "because", b"\xff\x00", 2)


def test_an_event_comes_out_as_it_went_in(store: Store) -> None:
    event = an_event(7, face_px=24.5, pose=turned(-12.5), uncertain=True)
    store.write(a_batch(event))
    stored = asdict(store.events.events_page(ANY, ("", 0), 10)[0])
    sent = event.model_dump(mode="json")
    sent.update(sent.pop("pose"))
    assert {**stored, "box": stored["box"].model_dump()} == {
        "id": 1,
        "device_time": None,
        **{key: sent[key] for key in stored if key not in {"id", "device_time"}},
    }


def test_an_event_that_is_misdated_is_filed_by_its_arrival_and_keeps_what_its_device_said(store: Store) -> None:
    wrong = an_event(2, time=START.replace(year=2019))
    misdated = Batch(AT, events=as_arrived(an_event(1)) + as_arrived(wrong, believed=False))
    store.write(misdated)
    assert store.write(misdated) == Written(0, 2)
    filed = store.events.newest_events(EventFilter(since=AT), 10, up_to_id=2)
    assert [(event.seq, event.time, event.device_time) for event in filed] == [(2, AT, "2019-01-31T12:00:00.000Z")]
    assert store.events.tally(DEVICE).duplicates == 0


def test_an_event_that_comes_again_changes_nothing_and_is_counted(store: Store) -> None:
    assert store.write(a_batch(an_event(1))) == Written(1, 0)
    assert store.write(a_batch(an_event(1, emotion="sad"), an_event(2))) == Written(1, 1)
    assert [event.emotion for event in store.events.events_page(ANY, ("", 0), 10)] == ["happy", "happy"]
    assert store.dead_letters.counters()[REDELIVERED] == 1


def test_another_event_under_a_known_number_is_kept_as_a_dead_letter(store: Store) -> None:
    store.write(a_batch(an_event(1, track=1)))
    written = store.write(a_batch(an_event(1, track=1), an_event(1, track=2), an_event(2)))
    assert (written.events, written.redelivered, len(written.conflicts)) == (1, 1, 1)
    (letter,) = store.dead_letters.newest(10)
    assert parse(EmotionEvent, letter.payload).track == 2
    assert "two devices run as" in letter.reason


def test_the_same_seq_of_another_device_or_epoch_is_another_event(store: Store) -> None:
    store.write(a_batch(an_event(1), an_event(1, device="nano-02"), an_event(1, epoch="epoch-b")))
    assert store.events.last_event_id() == 3


def test_streams_move_and_keep_the_order_in_which_they_began(store: Store) -> None:
    store.write(a_batch(streams=[Stream("b", "e1", 1), Stream("a", "e1", 5)]))
    store.write(a_batch(streams=[Stream("a", "e2", 1), Stream("b", "e1", 9)]))
    assert store.events.streams() == [Stream("b", "e1", 9), Stream("a", "e1", 5), Stream("a", "e2", 1)]


def test_a_stream_keeps_where_it_began(store: Store) -> None:
    store.write(a_batch(streams=[Stream(DEVICE, EPOCH, 11, 10)]))
    store.write(a_batch(streams=[Stream(DEVICE, EPOCH, 12, 10)]))
    assert store.events.streams() == [Stream(DEVICE, EPOCH, 12, 10)]


def test_seqs_above_one_are_those_of_the_stream_alone(store: Store) -> None:
    store.write(a_batch(an_event(2), an_event(9), an_event(5), an_event(7, epoch="epoch-b"), an_event(6, device="x")))
    assert list(store.events.seqs_above(DEVICE, EPOCH, 2)) == [5, 9]


def test_a_gap_is_noted_once(store: Store) -> None:
    gap = Gap(DEVICE, EPOCH, 3, 8, AT)
    store.write(a_batch(gaps=[gap]))
    store.write(a_batch(gaps=[gap]))
    assert store.events.gaps() == [gap]


def test_a_device_is_written_anew_and_listed_by_name(store: Store) -> None:
    store.write(a_batch(devices=[Device("b", state="online"), Device("a")]))
    store.write(a_batch(devices=[Device("b", state="offline", reason="power")]))
    assert store.devices.all() == [Device("a"), Device("b", state="offline", reason="power")]


def test_what_an_earlier_connection_of_the_run_left_changes_no_device(store: Store) -> None:
    known = Device("a", state="online", run="run-2", connection=5)
    store.write(a_batch(devices=[known]))
    store.write(a_batch(devices=[Device("a", state="offline", run="run-2", connection=4)]))
    assert store.devices.all() == [known]
    newer = Device("a", state="offline", run="run-3", connection=1)
    store.write(a_batch(devices=[newer]))
    assert store.devices.all() == [newer]


def test_telemetry_that_comes_again_is_stored_once(store: Store) -> None:
    store.write(a_batch(telemetry=[some_telemetry(), some_telemetry(second=10)]))
    store.write(a_batch(telemetry=[some_telemetry()]))
    assert [message.time for message in store.telemetry.newest_telemetry(DEVICE, 10)] == [
        "2026-01-31T12:00:00.000Z",
        "2026-01-31T12:00:10.000Z",
    ]


def test_newest_telemetry_is_of_one_device_or_of_all(store: Store) -> None:
    store.write(a_batch(telemetry=[some_telemetry(), some_telemetry("nano-02"), some_telemetry(second=10)]))
    assert [message.device for message in store.telemetry.newest_telemetry(None, 2)] == ["nano-02", DEVICE]
    assert [message.device for message in store.telemetry.newest_telemetry("nano-02", 2)] == ["nano-02"]
    assert [message.device for message in store.telemetry.telemetry_stored_after(None, 1, 10)] == ["nano-02", DEVICE]


def test_the_newest_telemetry_of_one_device_is_what_came_last_whatever_its_clock_says(store: Store) -> None:
    store.write(a_batch(telemetry=[some_telemetry(), some_telemetry(second=20), some_telemetry(second=10)]))
    assert [message.time[-10:-5] for message in store.telemetry.newest_telemetry(DEVICE, 1)] == ["00:10"]
    assert [message.time[-10:-5] for message in store.telemetry.newest_telemetry(DEVICE, 2)] == ["00:20", "00:10"]
    assert {message.received_at for message in store.telemetry.newest_telemetry(DEVICE, 2)} == {AT}
    assert store.telemetry.newest_telemetry(DEVICE, 0) == []


def test_dead_letters_beyond_the_cap_push_the_oldest_out_and_are_counted(store: Store) -> None:
    store.write(a_batch(dead_letters=[letter(number) for number in range(5)]))
    assert store.dead_letters.newest(10) == [letter(2), letter(3), letter(4)]
    assert store.dead_letters.newest(1) == [letter(4)]
    assert (store.dead_letters.counters()[DEAD_LETTERS], store.dead_letters.counters()[DEAD_LETTERS_DROPPED]) == (5, 2)


def test_events_are_listed_by_time_even_when_they_came_in_another_order(store: Store) -> None:
    store.write(a_batch(an_event(3), an_event(1), an_event(2)))
    assert seqs(store) == [1, 2, 3]
    assert [event.seq for event in store.events.events_stored_after(ANY, 0, 10)] == [3, 1, 2]


def test_pages_hold_every_event_once_also_at_equal_times(store: Store) -> None:
    store.write(a_batch(*(an_event(seq, time=an_event(1).time) for seq in range(1, 8))))
    found: list[int] = []
    after = ("", 0)
    while page := store.events.events_page(ANY, after, 3):
        found += [event.seq for event in page]
        after = (page[-1].time, page[-1].id)
    assert found == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize("wanted", [ANY, EventFilter(device=DEVICE), EventFilter(emotion="happy")])
def test_pages_back_in_time_hold_each_event_once_even_where_many_have_one_time(
    store: Store, wanted: EventFilter
) -> None:
    at_once = [an_event(seq, time=an_event(2).time) for seq in range(2, 7)]
    store.write(a_batch(an_event(1), *at_once, an_event(7)))
    found: list[int] = []
    before = ("~", 0)
    while page := store.events.events_before(wanted, before, 3):
        found += [event.seq for event in page]
        before = (page[-1].time, page[-1].id)
    assert found == [7, 6, 5, 4, 3, 2, 1]


@pytest.mark.parametrize("device", [None, DEVICE])
def test_the_newest_events_are_ascending_and_end_at_an_id(store: Store, device: str | None) -> None:
    store.write(a_batch(*(an_event(seq) for seq in range(1, 6))))
    found = store.events.newest_events(EventFilter(device=device), 2, up_to_id=4)
    assert [event.seq for event in found] == [3, 4]


def turned(yaw_degrees: float) -> Pose:
    return Pose(yaw_degrees=yaw_degrees, pitch_degrees=0, roll_degrees=0)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (EventFilter(device="nano-02"), [4]),
        (EventFilter(camera="gate"), [2]),
        (EventFilter(emotion="sad"), [3]),
        (EventFilter(kind="end"), [3]),
        (EventFilter(track=9), [2]),
        (EventFilter(since="2026-01-31T12:00:03.000Z"), [3, 4]),
        (EventFilter(until="2026-01-31T12:00:03.000Z"), [1, 2]),
        (EventFilter(device=DEVICE, emotion="happy", since="2026-01-31T12:00:02.000Z"), [2]),
        (EventFilter(min_face_px=40), [2, 3]),
        (EventFilter(min_face_px=40.5), [3]),
        (EventFilter(max_yaw=45), [2, 3]),
        (EventFilter(max_yaw=30), [2]),
        (EventFilter(max_yaw=30, min_face_px=50), []),
        (EventFilter(model="mini@2/int8"), [2]),
        (EventFilter(min_confidence=0.75), [1, 3]),
        (EventFilter(min_confidence=0.751), []),
        (EventFilter(uncertain=True), [2]),
        (EventFilter(uncertain=False), [3]),
        (EventFilter(uncertain=True, camera="door"), []),
    ],
)
def test_a_filter_lets_through_what_it_names(store: Store, wanted: EventFilter, expected: list[int]) -> None:
    store.write(
        a_batch(
            an_event(1),
            an_event(
                2,
                camera="gate",
                track=9,
                face_px=40,
                pose=turned(30),
                model="mini@2/int8",
                confidence=0.5,
                uncertain=True,
            ),
            an_event(3, emotion="sad", kind="end", face_px=50, pose=turned(-40), uncertain=False),
            an_event(4, device="nano-02", face_px=20, pose=turned(-90), confidence=0.7),
        )
    )
    assert seqs(store, wanted) == expected
    assert [event.seq for event in store.events.newest_events(wanted, 10, 100)] == expected
    assert [event.seq for event in store.events.events_stored_after(wanted, 0, 10)] == expected


def test_an_event_keeps_its_faces_size_and_pose_where_they_are_known(store: Store) -> None:
    pose = Pose(yaw_degrees=-12.5, pitch_degrees=3, roll_degrees=-70)
    store.write(a_batch(an_event(1, face_px=24.5, pose=pose), an_event(2)))
    known, unknown = store.events.events_page(ANY, ("", 0), 10)
    assert (known.face_px, known.yaw_degrees, known.pitch_degrees, known.roll_degrees) == (24.5, -12.5, 3, -70)
    assert (unknown.face_px, unknown.yaw_degrees, unknown.pitch_degrees, unknown.roll_degrees) == (None,) * 4


def test_a_tally_tells_the_same_thing_said_twice_under_two_seqs(store: Store) -> None:
    store.write(a_batch(an_event(1), an_event(2), an_event(3, time=an_event(2).time), an_event(1, device="x")))
    assert store.events.tally(DEVICE) == Tally(stored=3, distinct_seqs=3, duplicates=1)


def test_an_empty_store_has_nothing_and_says_so(store: Store) -> None:
    assert store.events.last_event_id() == 0
    assert not any(
        (
            store.events.streams(),
            store.devices.all(),
            store.events.gaps(),
            store.dead_letters.counters(),
            store.dead_letters.newest(9),
        )
    )
    assert store.events.tally(DEVICE) == Tally(0, 0, 0)


def a_command(number: int = 1, device: str = DEVICE) -> CommandRow:
    return CommandRow(f"{number:032x}", device, "logs", AT, "alice", "2026-01-31T13:02:00.000Z")


@pytest.mark.parametrize(
    ("outcome", "state"), [("done", ANSWERED), ("refused", REFUSED), ("failed", FAILED), ("melted", FAILED)]
)
def test_a_reply_settles_the_command_that_it_names(store: Store, outcome: str, state: str) -> None:
    store.commands.ask(a_command())
    store.write(Batch(AT, replies=[a_reply(a_command().id, outcome=outcome, reason="so")]))
    found = store.commands.of(a_command().id)
    assert found is not None
    assert (found.state, found.settled_at, found.run, found.reason) == (state, AT, "run-1", "so")
    assert "It goes well." in found.diagnosis


def test_the_first_answer_stands_and_another_device_s_is_none(store: Store) -> None:
    store.commands.ask(a_command())
    store.write(Batch(AT, replies=[a_reply(a_command().id, "nano-02"), a_reply(a_command(9).id)]))
    assert store.commands.of(a_command(9).id) is None
    found = store.commands.of(a_command().id)
    assert found is not None
    assert found.state == ASKED
    first, second = a_reply(a_command().id, reason="first"), a_reply(a_command().id, reason="second")
    store.write(Batch(AT, replies=[first, second]))
    store.write(Batch(AT, replies=[second]))
    found = store.commands.of(a_command().id)
    assert found is not None
    assert (found.state, found.reason) == (ANSWERED, "first")


def test_who_refused_a_forgery_may_still_answer_the_original(store: Store) -> None:
    store.commands.ask(a_command())
    for outcome in ("refused", "done", "refused"):
        store.write(Batch(AT, replies=[a_reply(a_command().id, outcome=outcome)]))
    found = store.commands.of(a_command().id)
    assert found is not None
    assert found.state == ANSWERED
